"""`housecrawl refresh`: what is new, changed or gone, and a version of it."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import orjson

from scraper.cli.due import KNOWN
from scraper.cli.report import write_report
from scraper.cli.run import Stages
from scraper.dataset.release import write_releases
from scraper.errors import ExitCode, PlaceError
from scraper.ledger.counts import find_word
from scraper.ledger.database import read_only
from scraper.ledger.due import open_plan
from scraper.ledger.location import FILE, REFRESH_LOCK, ledger_folder
from scraper.ledger.lock import Lock
from scraper.ledger.moments import utc_now
from scraper.ledger.options import new_run_id
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.sites.load import load_site

HELP = "list a site again, visit what may have changed, publish a version where something did"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--site", required=True, help="a built-in site's name, or a site file")
    parser.add_argument("--dataset", required=True, metavar="PLACE", help="folder or s3://...")
    parser.add_argument(
        "--pages", type=_whole, default=None, metavar="N", help="visit so many houses at most"
    )
    parser.add_argument(
        "--accept", default="", metavar="REASON", help="publish what the gate doubts all the same"
    )
    parser.add_argument(
        "-s", dest="settings", action="append", default=[], metavar="NAME=VALUE", help="a setting"
    )


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a number of houses")
    return int(text)


def run(args: argparse.Namespace) -> ExitCode:
    """List, visit, publish; a refresh that was killed goes on where it was."""
    site = load_site(args.site).name
    place = open_place(args.dataset)
    run_id = new_run_id()
    lock = Lock.take(
        ledger_folder(place) / REFRESH_LOCK, place=place.url, run_id=run_id, now=utc_now()
    )
    try:
        return _refresh(args, site, place, run_id)
    finally:
        lock.release()


def _refresh(args: argparse.Namespace, site: str, place: Place, run_id: str) -> ExitCode:
    common = ["-a", f"site={args.site}", "-s", f"DATASET={args.dataset}", "-s", f"RUN_ID={run_id}"]
    common += [part for setting in args.settings for part in ("-s", setting)]
    if args.pages is not None:
        common += ["-s", f"REFRESH_PAGES={args.pages}"]
    if args.accept:
        common += ["-s", f"QUALITY_ACCEPT={args.accept}"]
    due = KNOWN
    with Stages() as stages:
        if _is_under_way(place, site):
            print("refresh: goes on with the one that was not finished", file=sys.stderr)
        else:
            code = stages.crawl(["ids", *common])
            if code != ExitCode.COMPLETE:
                return code
            due = _listed(place, run_id)
        code = stages.crawl(["houses", *common, "-a", f"due={due}"])
    if code != ExitCode.COMPLETE:
        return code
    version = _said(place, run_id, "houses").get("version")
    if version is None:
        print("refresh: nothing has changed: no new version")
        return code
    write_releases(place)
    print(f"refresh: version {version}; report: {write_report(place)}")
    return code


def _is_under_way(place: Place, site: str) -> bool:
    """Whether a refresh of the site was planned and did not come to its end."""
    path = ledger_folder(place) / FILE
    if not path.exists():
        return False
    try:
        with read_only(path) as connection:
            return open_plan(connection, find_word(connection, site)) is not None
    except PlaceError:
        # A ledger of an older version has no plan; what else is wrong the stages say.
        return False


def _listed(place: Place, run_id: str) -> str:
    """When a listing began that showed every house of the site; `known` where one was short."""
    said = _said(place, run_id, "ids")
    return KNOWN if said.get("search", {}).get("short") else str(said["started"])


def _said(place: Place, run_id: str, stage: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(place.read(f"runs/{run_id}-{stage}.json"))
    return found
