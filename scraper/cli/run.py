"""`housecrawl run`: both stages, a version, plain files and the report."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Self

from scraper.cli.report import write_report
from scraper.dataset.release import write_releases
from scraper.errors import ExitCode
from scraper.ledger.options import new_run_id
from scraper.place.open import open_place

HELP = "list a site's houses, visit them, publish a version and write the report"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--site", required=True, help="a built-in site's name, or a site file")
    parser.add_argument("--dataset", required=True, metavar="PLACE", help="folder or s3://...")
    parser.add_argument("--where", default="", help="entries of the search: a,b (default: all)")
    parser.add_argument(
        "-s", dest="settings", action="append", default=[], metavar="NAME=VALUE", help="a setting"
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Run the stages one after the other, each in its own process; the first bad end ends it."""
    common = ["-a", f"site={args.site}", "-s", f"DATASET={args.dataset}"]
    common += ["-s", f"RUN_ID={new_run_id()}"]
    common += [part for setting in args.settings for part in ("-s", setting)]
    where = ["-a", f"where={args.where}"] if args.where else []
    with Stages() as stages:
        for stage in (["ids", *common, *where], ["houses", *common]):
            code = stages.crawl(stage)
            if code != ExitCode.COMPLETE:
                return code
        place = open_place(args.dataset, create=False)
        write_releases(place)
        print(f"report: {write_report(place)}")
    return ExitCode.COMPLETE


class Stages:
    """Runs the stages, and passes on to the one at work that it is to stop."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def crawl(self, arguments: Sequence[str]) -> ExitCode:
        """One stage as `scrapy crawl`: a process of its own gives its memory and reactor back."""
        command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", *arguments]
        environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "settings"}
        with subprocess.Popen(command, env=environment) as self._child:
            code = self._child.wait()
        self._child = None
        return ExitCode(code) if code in {*ExitCode} else ExitCode.INCOMPLETE

    def _stop(self, number: int, _: object) -> None:
        if self._child is None:
            raise KeyboardInterrupt
        if number == signal.SIGTERM or not _is_at_terminal():
            self._child.send_signal(number)


def _is_at_terminal() -> bool:
    """Whether a Ctrl-C comes from a terminal: it then reaches the child by itself."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
