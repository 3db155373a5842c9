"""Which address a request leaves from, and what is done where a site refuses one."""
