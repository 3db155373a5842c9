"""`housecrawl fleet finish`: publish what the parts of an order brought, once."""

from __future__ import annotations

import argparse

import orjson

from scraper.cli.report import write_report
from scraper.cli.run import Stages
from scraper.dataset.release import write_releases
from scraper.errors import ExitCode
from scraper.fleet.finish import finished, lacking, note_finished
from scraper.fleet.order import Order, read_order
from scraper.fleet.parts import read_parts
from scraper.place.open import open_place
from scraper.place.place import Place

HELP = "publish what the parts brought, once none is left"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the step takes."""
    parser.add_argument("place", metavar="PLACE", help="a folder or s3://bucket/prefix")
    parser.add_argument("--run", default="", metavar="ORDER", help="the order (the latest)")
    parser.add_argument("--site", default="", help="the site file, where it is not at its place")


def run(args: argparse.Namespace) -> ExitCode:
    """Publish, or say what is missing."""
    place = open_place(args.place, create=False)
    order = read_order(place, args.run)
    if (known := finished(place, order)) is not None:
        print(f"order {order.run_id} is published already: version {known.get('version')}")
        return ExitCode.COMPLETE
    code, lines = lacking(read_parts(place, order))
    if lines:
        print(f"order {order.run_id} is not published:")
        print("\n".join(f"  {line}" for line in lines))
        print("what is left is handed out again by the same housecrawl fleet submit")
        return code
    return _publish(place, order, args.site or order.site)


def _publish(place: Place, order: Order, site: str) -> ExitCode:
    """A crawl of the whole list takes over what the parts sealed, and publishes."""
    run_id = f"{order.run_id}-finish"
    given = [f"DATASET={place.url}", f"RUN_ID={run_id}", *order.settings]
    with Stages() as stages:
        words = [word for one in given for word in ("-s", one)]
        code = stages.crawl(["houses", "-a", f"site={site}", *words])
    if code != ExitCode.COMPLETE:
        return code
    version = orjson.loads(place.read(f"runs/{run_id}-houses.json")).get("version")
    note_finished(place, order, version)
    write_releases(place)
    print(f"version {version}; report: {write_report(place)}")
    return ExitCode.COMPLETE
