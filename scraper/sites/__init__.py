"""The site file: what a site is, as data, and how such a file is read."""
