"""`housecrawl fleet submit`: hand the parts of a list to an engine."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from scraper.cli.given import given_settings
from scraper.errors import ExitCode, HousecrawlError, UsageError
from scraper.fleet.finish import is_finished
from scraper.fleet.open import FORMS, open_engine
from scraper.fleet.order import Order, new_order_id, read_order
from scraper.fleet.parts import Parts, dig_up, read_parts
from scraper.gate.options import Options as GateOptions
from scraper.ledger.snapshot import list_length
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.sites.load import load_site

HELP = "hand the parts of a list to an engine; again: what is left of them"

_SHARE, _LEAST, _MOST = 10, 300, 10_000
"""Parts a worker, houses of a part, and parts: docs/plan.md, and what AWS Batch takes."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the step takes."""
    parser.add_argument("--site", required=True, help="a built-in site's name, or a site file")
    parser.add_argument("--dataset", required=True, metavar="PLACE", help="folder or s3://...")
    parser.add_argument("--engine", required=True, help=", ".join(FORMS.values()))
    parser.add_argument("--workers", type=_positive, metavar="N", help="parts at once (1)")
    parser.add_argument("--parts", type=_positive, metavar="N", help="parts (10 a worker)")
    parser.add_argument(
        "--attempts", type=_positive, default=10, metavar="N", help="tries of a part (10)"
    )
    parser.add_argument(
        "--refusals", type=_whole, default=0, metavar="N",
        help="times that a part goes on from another worker's address where one is refused (0)",
    )  # fmt: skip
    parser.add_argument("--site-there", metavar="PATH", help="the site file, where it is crawled")
    parser.add_argument("--new", action="store_true", help="leave an unfinished order behind")
    parser.add_argument(
        "-s", dest="settings", action="append", default=[], metavar="NAME=VALUE", help="a setting"
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Hand over, and say what to do next."""
    place = open_place(args.dataset, create=False)
    order = _order(args, place)
    engine = open_engine(args.engine)
    known = read_parts(place, order)
    _refuse_at_work(order)
    parts = sorted([*known.left, *(one.part for one in known.dead)])
    if not parts:
        print(f"all {order.parts} parts are done: housecrawl fleet finish {place.url}")
        return ExitCode.COMPLETE
    order = replace(order, engine=args.engine, job="")
    order.keep(place)
    for part in parts:
        if part in known.buried:
            dig_up(place, order, part)
    print(f"order {order.run_id}: {len(parts)} of {order.parts} parts", file=sys.stderr)
    handed = engine.submit(order, place.url, parts)
    if handed.job:
        replace(order, job=handed.job).keep(place)
    print(handed.next)
    return _ended(read_parts(place, order)) if handed.is_over else ExitCode.COMPLETE


def _order(args: argparse.Namespace, place: Place) -> Order:
    """A new order, or the one that is not finished, with the engine that it was handed to."""
    site = load_site(args.site)
    settings = given_settings(args.settings)
    GateOptions.from_settings(settings).refuse_anonymous(public=site.is_public)
    if not (houses := list_length(place, site.name)):
        raise UsageError(
            f"{place.url} has no ID list of {site.name}: first scrapy crawl ids -a site={args.site}"
            f" -s DATASET={args.dataset}"
        )
    local = Path(args.site)
    there = args.site_there or (str(local.resolve()) if local.exists() else args.site)
    workers = args.workers or 1
    parts = args.parts or usual_parts(houses, workers)
    fresh = Order(
        new_order_id(), there, site.name, parts, workers, args.engine, (*args.settings,),
        args.attempts, args.refusals,
    )  # fmt: skip
    known = None if args.new else _unfinished(place)
    if known is None:
        return fresh
    if known.name != fresh.name or (args.parts and known.parts != args.parts):
        raise UsageError(
            f"order {known.run_id} of {known.name} in {known.parts} parts is not finished:"
            " submit it again as it was, or leave it behind with --new"
        )
    return replace(
        fresh, run_id=known.run_id, parts=known.parts, engine=known.engine, job=known.job,
        workers=args.workers or known.workers,
    )  # fmt: skip


def usual_parts(houses: int, workers: int) -> int:
    """How many parts a list has where nobody says it: every worker has one, also of a short list.

    >>> [usual_parts(houses, 8) for houses in (3, 400, 10_000, 1_000_000)]
    [3, 8, 33, 80]
    """
    parts = max(workers, min(_SHARE * workers, houses // _LEAST))
    return max(2, min(parts, houses, _MOST))


def _unfinished(place: Place) -> Order | None:
    try:
        order = read_order(place)
    except UsageError:
        return None
    return None if is_finished(place, order) else order


def _refuse_at_work(order: Order) -> None:
    """UsageError where an engine still has parts of an order; one that has gone has none."""
    counts = None
    with suppress(HousecrawlError):
        counts = open_engine(order.engine).counts(order.job) if order.job else None
    if counts is not None and counts.waiting + counts.running:
        raise UsageError(
            f"order {order.run_id} is at work: {counts.waiting} parts wait, {counts.running} run:"
            " submit again what is left when they have ended"
        )


def _ended(parts: Parts) -> ExitCode:
    """How an engine ended that has done with the parts."""
    if parts.left:
        return ExitCode.INCOMPLETE
    return ExitCode(parts.dead[0].code) if parts.dead else ExitCode.COMPLETE


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text}: expected a whole number above 0")
    return int(text)


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text}: expected a whole number, 0 for none")
    return int(text)
