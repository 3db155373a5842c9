"""Houses taken out of a dataset everywhere, and kept out."""
