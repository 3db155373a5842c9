"""`scrapy crawl`, with everything checked before it starts and an exit code from facts."""

from __future__ import annotations

import argparse
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler

from scraper.cli.afterwards import finish
from scraper.cli.preflight import preflight
from scraper.errors import ExitCode, HousecrawlError

logger = logging.getLogger(__name__)

OURS = ("ids", "houses")
CHATTER = ("scrapy.addons", "scrapy.crawler", "scrapy.middleware", "scrapy-playwright")
"""Loggers that say at every start the same to nobody in particular."""


class Command(ScrapyCrawl):
    """`scrapy crawl ids|houses -a site=S -s DATASET=PLACE`."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse what cannot work, in one line; quiet the log where a progress line is shown."""
        super().process_options(args, opts)
        if args[:1] and args[0] in OURS:
            self._checked(args[0], opts)

    def _checked(self, stage: str, opts: argparse.Namespace) -> None:
        assert self.settings is not None
        try:
            preflight(stage, opts.spargs, self.settings)
        except HousecrawlError as error:
            print(f"housecrawl: {error}", file=sys.stderr)
            sys.exit(error.exit_code)
        said = opts.loglevel or opts.nolog or opts.logfile
        if sys.stderr.isatty() and not said:
            self.settings.set("LOG_LEVEL", "WARNING", priority="cmdline")

        for name in CHATTER:
            logging.getLogger(name).setLevel(logging.WARNING)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, then publish where the list is complete, and say how it ended."""
        if args[:1] and args[0] not in OURS:
            super().run(args, opts)
            return
        assert self.crawler_process is not None
        started = datetime.now(UTC)
        crawler = self._create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        self.exitcode = self._end(crawler, args[0], opts.spargs, started)

    def _end(self, crawler: Crawler, stage: str, spargs: dict[str, Any], started: datetime) -> int:
        if self.crawler_process and self.crawler_process.bootstrap_failed:
            return ExitCode.BUG
        try:
            ending = finish(crawler, stage, spargs, started)
        except HousecrawlError as error:
            print(f"housecrawl: {error}", file=sys.stderr)
            return error.exit_code
        mark = "done" if ending.code == ExitCode.COMPLETE else f"exit {int(ending.code)}"
        print(f"housecrawl {stage}: {mark}: {ending.why}", file=sys.stderr)
        return ending.code
