"""`housecrawl vacuum`: files that only old versions need, removed now."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from scraper.dataset.vacuum import vacuum
from scraper.errors import ExitCode
from scraper.place.open import open_place

HELP = "remove the rows of versions that were replaced so many days ago"
_DAYS = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="folder or s3://bucket/prefix")
    parser.add_argument(
        "--days", type=int, default=_DAYS, metavar="N", help=f"default: {_DAYS}; at least 1"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")


def run(args: argparse.Namespace) -> ExitCode:
    """Remove them, and say what went and what stayed."""
    place = open_place(args.place, create=False)
    found = vacuum(place, args.days, datetime.now(UTC), dry_run=args.dry_run)
    verb = "would be removed" if args.dry_run else "removed"
    gone = ", ".join(map(str, found.versions)) or "none"
    print(f"{place.url}: versions {gone} {verb}, {len(found.files):,} files")
    print(f"kept: {', '.join(map(str, found.kept)) or 'nothing was published yet'}")
    return ExitCode.COMPLETE
