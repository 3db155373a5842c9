"""`housecrawl run`: both stages, a version, plain files and the report."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

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
    for stage in (["ids", *common, *where], ["houses", *common]):
        code = _crawl(stage)
        if code != ExitCode.COMPLETE:
            return code
    place = open_place(args.dataset, create=False)
    write_releases(place)
    print(f"report: {write_report(place)}")
    return ExitCode.COMPLETE


def _crawl(arguments: Sequence[str]) -> ExitCode:
    """One stage as `scrapy crawl`: a process of its own gives its memory and reactor back."""
    command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", *arguments]
    environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "settings"}
    with subprocess.Popen(command, env=environment) as child:
        previous = signal.signal(signal.SIGTERM, lambda number, _: child.send_signal(number))
        try:
            code = _wait(child)
        finally:
            signal.signal(signal.SIGTERM, previous)
    return ExitCode(code) if code in {*ExitCode} else ExitCode.INCOMPLETE


def _wait(child: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            # The terminal sent it to the child too: it stops by itself and says how.
            continue
