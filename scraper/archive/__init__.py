"""Raw pages kept for a while: redacted, in WARC files, and read again without a request."""
