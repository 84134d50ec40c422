"""What `scripts/bench` is made of: a real server on a throw-away database, a load, and a meter of what it costs."""
