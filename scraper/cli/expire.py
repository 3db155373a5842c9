"""`housecrawl expire`: kept pages whose time is over, removed now."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from scraper.archive.options import Options
from scraper.archive.places import known_places
from scraper.archive.removal import expire
from scraper.errors import ExitCode
from scraper.place.open import open_place

HELP = "remove kept pages that are older than so many days"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="an archive, or a dataset that has one")
    parser.add_argument("--days", default="30", help="age from which a page goes (default: 30)")


def run(args: argparse.Namespace) -> ExitCode:
    """Remove them, and say what was removed."""
    days = Options.from_settings({"ARCHIVE_DAYS": args.days}).days
    place = open_place(args.place, create=False)
    for url in dict.fromkeys([place.url, *known_places(place)]):
        removed = expire(open_place(url, create=False), days, datetime.now(UTC))
        print(f"{url}: {removed.pages:,} pages older than {days} days removed")
        for name in removed.files:
            print(f"  {name}")
    return ExitCode.COMPLETE
