"""`scrapy crawl`, with everything checked before it starts and an exit code from facts."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler

from scraper.cli.afterwards import finish
from scraper.cli.metrics import end_before_start
from scraper.cli.preflight import preflight
from scraper.cli.signals import Signals
from scraper.cli.stopping import Stopper, end_now
from scraper.errors import ExitCode, HousecrawlError, UsageError
from scraper.sites.load import load_site
from scraper.watch.options import Options

OURS = ("ids", "houses")
PREAMBLE = ("scrapy.utils.log", "scrapy.addons", "scrapy.crawler")
"""Loggers that list versions and settings at every start: with `-L INFO` they do."""


class Command(ScrapyCrawl):
    """`scrapy crawl ids|houses -a site=S -s DATASET=PLACE`."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse what cannot work, in one line; quiet the log where a progress line is shown."""
        super().process_options(args, opts)
        if len(args) == 1:
            self._stopper = Stopper()
            self._checked(args[0], opts)

    def _checked(self, stage: str, opts: argparse.Namespace) -> None:
        assert self.settings is not None
        try:
            if stage not in OURS:
                known = " and ".join(OURS)
                raise UsageError(f"scrapy crawl {stage}: no such stage; there are {known}")
            self._run = preflight(stage, opts.spargs, self.settings)
        except HousecrawlError as error:
            print(f"housecrawl: {error}", file=sys.stderr)
            end_before_start(self.settings, _labels(stage, opts.spargs), error.exit_code)
            sys.exit(error.exit_code)
        json = Options.from_settings(self.settings).json
        if json or not opts.loglevel:
            for name in PREAMBLE:
                # A filter, because Scrapy's own set-up takes levels of its loggers back.
                logging.getLogger(name).addFilter(_is_a_warning)
        said = opts.loglevel or opts.nolog or opts.logfile or json
        if sys.stderr.isatty() and not said:
            self.settings.set("LOG_LEVEL", "WARNING", priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, then publish where the list is complete, and say how it ended."""
        if len(args) != 1:
            super().run(args, opts)  # says how it is used
            return
        assert self.crawler_process is not None
        started = datetime.now(UTC)
        crawler = self._checked_crawler(args[0])
        self._stopper.attend(crawler, self._run.options.stop_budget, self._run.options.spot_notice)
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start(install_signal_handlers=False)
        if not self._stopper.reason:
            self._stopper.detach()
        failed = self.crawler_process.bootstrap_failed
        self._end(finish(self._run, crawler, started, failed=failed).code)

    def _checked_crawler(self, spider: str) -> Crawler:
        """The crawler of a spider, whose class may have settings of its own."""
        try:
            crawler = self._create_crawler(spider)
            crawler.signals = Signals(crawler)
            return crawler
        except HousecrawlError as error:
            with self._run.ledger:
                print(f"housecrawl: {error}", file=sys.stderr)
            sys.exit(error.exit_code)

    def _end(self, code: ExitCode) -> None:
        self.exitcode = code
        if self._stopper.reason:
            # A thread that still waits for the place would be waited for.
            sys.stdout.flush()
            logging.shutdown()
            end_now(code)


def _is_a_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _labels(stage: str, arguments: Mapping[str, str]) -> dict[str, str]:
    """What names a crawl that was not started: its site file may be what is wrong."""
    given = arguments.get("site", "")
    try:
        site = load_site(given).name
    except HousecrawlError:
        site = Path(given).stem
    return {"site": site, "stage": stage, "part": arguments.get("part") or "all"}
