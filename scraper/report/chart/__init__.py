"""Charts as plain geometry: numbers in, places between 0 and 100 out, drawn by the templates."""
