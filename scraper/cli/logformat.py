"""What the log says of items: one short line, never a whole page."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.logformatter import LogFormatter, LogFormatterResult


class QuietLogFormatter(LogFormatter):
    """Scrapy's formatter, with items by their key."""

    def scraped(self, item: Any, response: Any, spider: Any) -> LogFormatterResult:
        """A stored house or visit."""
        del response, spider  # Scrapy hands them over; a line needs only the key
        key = {"site": item.get("site"), "house_id": item.get("house_id")}
        return {"level": logging.DEBUG, "msg": "stored %(site)s %(house_id)s", "args": key}
