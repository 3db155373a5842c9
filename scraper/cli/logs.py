"""What a crawl says at its end: a line for a person, or a JSON object like the rest of the log."""

from __future__ import annotations

import logging
import sys

from scrapy.crawler import Crawler

from scraper.watch.jsonlog import FACTS, JsonLines, json_lines
from scraper.watch.options import Options


def as_json(crawler: Crawler) -> None:
    """Give the handlers of the log, which Scrapy makes anew for each crawl, their form."""
    if not Options.from_settings(crawler.settings).json:
        return
    context = {"run_id": crawler.settings.get("RUN_ID"), "stage": crawler.spidercls.name}
    for handler in logging.root.handlers:
        handler.setFormatter(JsonLines(context))


def say(line: str, *, bad: bool = False, **facts: object) -> None:
    """Say a line on stderr, in the form of the log where that is JSON."""
    form = json_lines()
    if form is None:
        print(line, file=sys.stderr)
        return
    level = logging.ERROR if bad else logging.INFO
    record = logging.LogRecord("housecrawl", level, "", 0, "%s", (line,), None)
    setattr(record, FACTS, facts)
    print(form.format(record), file=sys.stderr)
