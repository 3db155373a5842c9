"""`housecrawl versions`: the history of a dataset."""

from __future__ import annotations

import argparse

from rich import box
from rich.console import Console
from rich.table import Table

from scraper.dataset.vacuumed import vacuumed
from scraper.dataset.version import Version, versions
from scraper.errors import ExitCode
from scraper.place.open import open_place

HELP = "list the published versions and what each brought"
_COLUMNS = ("version", "published (UTC)", "houses", "new", "changed", "gone")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="folder or s3://bucket/prefix")


def run(args: argparse.Namespace) -> ExitCode:
    """Print the versions, newest last."""
    place = open_place(args.place, create=False)
    known = versions(place)
    if not known:
        print("nothing was published yet: a crawl that ends publishes the first version")
        return ExitCode.COMPLETE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    table.add_column("from")
    gone = vacuumed(place)
    for version in known:
        *cells, source = _cells(version)
        table.add_row(*cells, f"{source} (vacuumed)" if version.number in gone else source)
    Console(highlight=False).print(table)
    return ExitCode.COMPLETE


def _cells(version: Version) -> tuple[str, ...]:
    counts = (version.rows, version.new, version.changed, version.gone)
    return (
        str(version.number),
        version.published_at.strftime("%Y-%m-%d %H:%M"),
        *(f"{count:,}" for count in counts),
        _origin(version),
    )


def _origin(version: Version) -> str:
    """Where its rows come from, and why they were taken where something spoke against them."""
    origin = f"version {version.restores}" if version.restores else ", ".join(version.run_ids)
    accepted = version.accepted
    return f"{origin}; accepted: {accepted['reason']}" if accepted else origin
