"""Is an answer whole, and is it a page at all? Judged before anybody reads it."""
