"""The dataset that people keep: versions built from sealed parts, read and exported."""

from scraper.dataset.reader import read

__all__ = ["read"]
