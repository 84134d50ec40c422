"""What a submission is: the instance read, the decision what it is to us, its findings, its review."""
