"""Scrapy commands that this project changes: `scrapy crawl` ends with an honest exit code."""
