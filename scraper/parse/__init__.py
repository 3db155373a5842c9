"""Text to value, or None: money, areas, dates, counts, addresses, home types, whole rows."""
