"""The log as a JSON object a line, for programs that collect logs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

FACTS = "housecrawl_facts"
"""Attribute of a log record: a mapping of what it says beside its message."""


class JsonLines(logging.Formatter):
    """Formats a record as one line: time, level, logger, message, and what names the crawl.

    >>> log = JsonLines({"run_id": "night"})
    >>> record = logging.LogRecord("gate", logging.INFO, "", 0, "rests %s s", (5,), None)
    >>> found = orjson.loads(log.format(record))
    >>> found["message"], found["level"], found["run_id"]
    ('rests 5 s', 'INFO', 'night')
    """

    def __init__(self, context: Mapping[str, object]) -> None:
        super().__init__()
        self._context = context

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the message holds."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self._context,
            **getattr(record, FACTS, {}),
        }
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return orjson.dumps(said, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def json_lines() -> JsonLines | None:
    """The formatter of the log where it is JSON."""
    found = (handler.formatter for handler in logging.root.handlers)
    return next((one for one in found if isinstance(one, JsonLines)), None)
