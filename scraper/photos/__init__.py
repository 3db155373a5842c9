"""A downloaded picture made small, upright and harmless, and its row."""
