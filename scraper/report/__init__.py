"""The report: one HTML file that shows a person what a dataset holds."""
