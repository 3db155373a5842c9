"""`housecrawl publish`: a version of what was crawled and has none, also of what was refused."""

from __future__ import annotations

import argparse

from scraper.cli.doubts import DoubtfulError, gate_facts, judged, published, told
from scraper.cli.given import given_settings
from scraper.cli.report import write_report
from scraper.dataset.refusal import read_refusal, refused_rows
from scraper.dataset.release import write_releases
from scraper.errors import ExitCode
from scraper.ledger.handing import open_ledger
from scraper.ledger.location import REFRESH_LOCK, ledger_folder
from scraper.ledger.lock import Lock
from scraper.ledger.moments import utc_now
from scraper.ledger.options import new_run_id
from scraper.ledger.parts import seal
from scraper.ledger.takeback import give_back
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.quality.options import Options

HELP = "judge and publish what was crawled; --accept REASON also what was refused last"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="folder or s3://bucket/prefix")
    parser.add_argument(
        "--accept", default="", metavar="REASON", help="publish what the gate doubts all the same"
    )
    parser.add_argument(
        "-s", dest="settings", action="append", default=[], metavar="NAME=VALUE", help="a setting"
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Give back what was refused where that is accepted, judge, publish."""
    options = _options(args)
    place = open_place(args.place, create=False)
    run_id = new_run_id()
    lock = Lock.take(
        ledger_folder(place) / REFRESH_LOCK, place=place.url, run_id=run_id, now=utc_now()
    )
    try:
        return _publish(place, run_id, options)
    finally:
        lock.release()


def _options(args: argparse.Namespace) -> Options:
    settings = given_settings(args.settings)
    if args.accept:
        settings.set("QUALITY_ACCEPT", args.accept, priority="cmdline")
    return Options.from_settings(settings)


def _publish(place: Place, run_id: str, options: Options) -> ExitCode:
    refusal = read_refusal(place) if options.accept else None
    with open_ledger(place, run_id, None) as ledger:
        if refusal is not None:
            given = give_back(ledger, refused_rows(place, refusal), options.accept)
            print(f"publish: {given:,} rows that were refused stand again")
        seal(ledger, place, force=True)
    try:
        judgement = judged(place, run_id, options)
    except DoubtfulError as error:
        told(error.judgement.findings)
        raise
    told(judgement.findings)
    gate_facts(judgement, options.accept)
    version = published(place, judgement, options.accept)
    if version is None:
        print("publish: nothing is waiting for it: no new version")
        return ExitCode.COMPLETE
    write_releases(place)
    print(f"publish: version {version}; report: {write_report(place)}")
    return ExitCode.COMPLETE
