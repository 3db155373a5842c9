"""`housecrawl export`: a plain file for pandas."""

from __future__ import annotations

import argparse

from scraper.dataset.choice import chosen
from scraper.dataset.export import WRITERS, export
from scraper.dataset.photo_export import FORMS, SHARD_BYTES, export_photos
from scraper.errors import ExitCode, UsageError
from scraper.place.open import open_place
from scraper.schema import TABLES

HELP = "write a table as one plain file: " + ", ".join(WRITERS)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="folder or s3://bucket/prefix")
    parser.add_argument("out", metavar="OUT", help="file, its ending says how; a folder for --as")
    parser.add_argument("--table", choices=TABLES, default="houses", help="default: houses")
    parser.add_argument(
        "--columns",
        choices=("plain", "course"),
        default="plain",
        help="plain: numbers and dates; course: the course's names and texts",
    )
    parser.add_argument(
        "--as",
        choices=FORMS,
        dest="form",
        help="photos as a folder to train on: a file a photo, tar shards, or Parquet files",
    )
    parser.add_argument(
        "--shard-mb",
        type=int,
        metavar="N",
        help=f"size at which a tar or Parquet file ends, in MiB; default: {SHARD_BYTES >> 20}",
    )
    parser.add_argument("--version", type=int, metavar="N", help="default: the newest")
    parser.add_argument("--as-of", metavar="DATE", help="the version that stood at its end, UTC")


def run(args: argparse.Namespace) -> ExitCode:
    """Write the file and say what it holds."""
    _check(args)
    place = open_place(args.place, create=False)
    args.version = chosen(place, args.version, args.as_of)
    if args.form:
        size = SHARD_BYTES if args.shard_mb is None else args.shard_mb << 20
        done = export_photos(place, args.out, args.form, version=args.version, shard_bytes=size)
        print(f"{args.out}: {done.photos:,} photos, {done.rows:,} rows")
        return ExitCode.COMPLETE
    count = export(place, args.out, table=args.table, columns=args.columns, version=args.version)
    print(f"{args.out}: {count:,} rows of {args.table}")
    return ExitCode.COMPLETE


def _check(args: argparse.Namespace) -> None:
    if args.form is None and args.shard_mb is not None:
        raise UsageError("--shard-mb goes with --as webdataset and --as parquet: leave it out")
    if args.shard_mb is not None and args.shard_mb < 1:
        raise UsageError(f"--shard-mb {args.shard_mb} is no size: name 1 or more")
    if args.form and (args.table != "photos" or args.columns != "plain"):
        raise UsageError(f"--as {args.form} is for photos: add --table photos, without --columns")
