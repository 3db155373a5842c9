"""Many machines for one list: what they cost before anything is spent."""
