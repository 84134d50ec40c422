"""The words people read: the message catalogue, and Vietnamese ways of folding, ordering and writing."""
