"""Spiders: the ID list, then the houses. They route; what is read is read elsewhere."""
