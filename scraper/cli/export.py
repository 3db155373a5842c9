"""`housecrawl export`: a plain file for pandas."""

from __future__ import annotations

import argparse

from scraper.dataset.export import WRITERS, export
from scraper.errors import ExitCode
from scraper.place.open import open_place
from scraper.schema import TABLES

HELP = "write a table as one plain file: " + ", ".join(WRITERS)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="folder or s3://bucket/prefix")
    parser.add_argument("out", metavar="OUT", help="file or s3://bucket/key; its ending says how")
    parser.add_argument("--table", choices=TABLES, default="houses", help="default: houses")
    parser.add_argument(
        "--columns",
        choices=("plain", "course"),
        default="plain",
        help="plain: numbers and dates; course: the course's names and texts",
    )
    parser.add_argument("--version", type=int, metavar="N", help="default: the newest")


def run(args: argparse.Namespace) -> ExitCode:
    """Write the file and say what it holds."""
    place = open_place(args.place, create=False)
    count = export(place, args.out, table=args.table, columns=args.columns, version=args.version)
    print(f"{args.out}: {count:,} rows of {args.table}")
    return ExitCode.COMPLETE
