"""`housecrawl rollback`: an older version again."""

from __future__ import annotations

import argparse

from scraper.dataset.rollback import rollback
from scraper.errors import ExitCode
from scraper.place.open import open_place

HELP = "bring an older version back, as a new one; nothing is deleted"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="folder or s3://bucket/prefix")
    parser.add_argument("number", metavar="N", type=int, help="the version to bring back")


def run(args: argparse.Namespace) -> ExitCode:
    """Publish the version and say which it is."""
    version = rollback(open_place(args.place, create=False), args.number)
    print(f"version {version.number} holds {version.rows:,} houses, those of version {args.number}")
    return ExitCode.COMPLETE
