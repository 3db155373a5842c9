"""`housecrawl report`: the dataset as one HTML file for people."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from scraper.dataset import read
from scraper.dataset.terms import read_terms
from scraper.dataset.version import Version, find, versions
from scraper.errors import ExitCode, UsageError
from scraper.place.open import open_place
from scraper.place.place import Place

if TYPE_CHECKING:
    from scraper.report.standing import Standing

HELP = "write the report: one HTML file that opens offline"

REPORT_FILE = "report.html"
_RUN_FILE = "run.json"
_SITES = 3


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="folder or s3://...")
    parser.add_argument(
        "out", metavar="OUT.html", nargs="?", help="a local file (default: report.html in PLACE)"
    )
    parser.add_argument(
        "--since",
        type=int,
        metavar="N",
        help="compare with version N (default: the version before the newest)",
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Write the report and say where it is."""
    place = open_place(args.place, create=False)
    if args.out is None:
        where = write_report(place, args.since)
    else:
        where = _write_file(place, Path(args.out), args.since)
    print(f"report: {where}")
    return ExitCode.COMPLETE


def write_report(place: Place, since: int | None = None) -> str:
    """Write the report of the latest version into the place itself; where it is.

    `since`: the version to compare with; None for the one before the latest.
    """
    place.write(REPORT_FILE, _report(place, since).encode())
    return f"{place.url.rstrip('/')}/{REPORT_FILE}"


def _write_file(place: Place, out: Path, since: int | None) -> str:
    if not out.parent.is_dir():
        raise UsageError(f"{out}: there is no folder {out.parent}; make it or name another file")
    try:
        out.write_text(_report(place, since), "utf-8")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error}); name another file") from error
    return str(out.resolve())


def _report(place: Place, since: int | None) -> str:
    from scraper.report.build import build

    compared = _compared(place, since)
    houses, photos, visits = (
        read(place.url, table=table) for table in ("houses", "photos", "visits")
    )
    sites = sorted({str(site) for site in houses["site"].dropna()})
    return build(
        houses,
        photos,
        visits,
        title=_title(place, sites),
        run=_run_facts(place),
        compared=read(place.url, version=compared.number) if compared else None,
        since=f"version {compared.number}, {compared.published_at:%-d %b %Y}" if compared else "",
        standing=_standing(place),
    )


def _standing(place: Place) -> Standing:
    """What is on record of the newest version beside its tables."""
    from scraper.dataset.quality import read_suspects
    from scraper.report.standing import Standing

    known = versions(place)
    if not known:
        return Standing(terms=read_terms(place))
    *earlier, newest = known
    suspects, left_out = read_suspects(place, newest.number)
    reasons = {one.number: str(one.accepted["reason"]) for one in earlier if one.accepted}
    return Standing(newest.number, newest.accepted, reasons, suspects, left_out, read_terms(place))


def _compared(place: Place, since: int | None) -> Version | None:
    """The version to compare with: the one asked for, or the one before the newest."""
    if since is not None:
        return find(place, since)
    known = versions(place)
    return known[-2] if len(known) > 1 else None


def _title(place: Place, sites: list[str]) -> str:
    """What the report is called: the sites that its houses come from, or the place without any.

    A place's own name says little to somebody the file was sent to.
    """
    if not sites:
        return f"Houses in {place.url.rstrip('/').rsplit('/', 1)[-1]}"
    more = f" and {len(sites) - _SITES} more" if len(sites) > _SITES else ""
    return f"Houses from {', '.join(sites[:_SITES])}{more}"


def _run_facts(place: Place) -> Mapping[str, object]:
    """The record of the run that ended last; empty where there is none that can be read."""
    try:
        facts = orjson.loads(place.read(_RUN_FILE))
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return facts if isinstance(facts, dict) else {}
