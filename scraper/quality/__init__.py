"""Is this to be trusted? Rows in, findings out: while a crawl runs, and before it is published."""
