"""The embedded house site: a real server on loopback that knows its truth and keeps a log."""
