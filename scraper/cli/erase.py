"""`housecrawl erase`: a house taken out of a dataset everywhere, and kept out."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from scraper.cli.report import write_report
from scraper.erasure.erase import archives_of, erase, part_folders
from scraper.erasure.files import REPORT
from scraper.erasure.find import House, by_contact, by_id, by_url
from scraper.errors import EmptyResultError, ExitCode
from scraper.ledger.location import LOCK
from scraper.ledger.lock import Lock
from scraper.ledger.options import new_run_id
from scraper.ledger.store import Ledger
from scraper.place.open import open_place
from scraper.place.place import Place

HELP = "remove a house from every table, version, part, archive and file, and keep it out"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="folder or s3://bucket/prefix")
    named = parser.add_mutually_exclusive_group()
    named.add_argument("--id", dest="house_id", metavar="ID", help="the site's ID of the house")
    named.add_argument("--url", metavar="URL", help="the address of its page")
    named.add_argument("--contact", metavar="VALUE", help="a phone number or mail address in it")
    parser.add_argument("--site", help="the site of the ID, where several have it")


def run(args: argparse.Namespace) -> ExitCode:
    """Erase what was named; without a name, finish an erasure that was interrupted."""
    open_place(args.place, create=False)
    place, now = open_place(args.place), datetime.now(UTC)  # the second removes torn files
    had_report = any(name == REPORT for name in place.names(REPORT))
    for folder in part_folders(place):
        Lock.take(folder / LOCK, place=place.url, run_id="erase", now=now).release()
    with Ledger.open(place, run_id=new_run_id()) as ledger:
        proof = erase(place, ledger, _houses(place, ledger, args), _by(args), now)
        name = proof.write(place, now)
    if had_report:
        _report_anew(place)
    print(
        f"erased {len(proof.houses)} houses: {sum(proof.rows.values()):,} rows, "
        f"{proof.pages:,} kept pages, {proof.versions:,} old versions of objects; "
        f"proof: {place.url}/{name}"
    )
    return ExitCode.COMPLETE


def _houses(place: Place, ledger: Ledger, args: argparse.Namespace) -> list[House]:
    if args.house_id:
        return by_id(place, ledger, args.house_id, args.site)
    if args.url:
        return by_url(place, ledger, args.url)
    if args.contact:
        return by_contact(place, ledger, args.contact, archives_of(place))
    return []


def _by(args: argparse.Namespace) -> str:
    named = {"id": args.house_id, "url": args.url, "contact": args.contact}
    return next((name for name, value in named.items() if value), "")


def _report_anew(place: Place) -> None:
    try:
        write_report(place)
    except EmptyResultError:
        print("report.html was removed: no house is left to report")
