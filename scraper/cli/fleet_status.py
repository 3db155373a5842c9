"""`housecrawl fleet status`: how far the parts of an order are."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict
from typing import Any

import orjson

from scraper.cli.spent import took_line
from scraper.errors import ExitCode, HousecrawlError
from scraper.fleet.engine import Counts
from scraper.fleet.finish import finished, lacking
from scraper.fleet.open import open_engine
from scraper.fleet.order import Order, read_order
from scraper.fleet.parts import Parts, read_parts
from scraper.ledger.location import LOCK, ledger_folder
from scraper.ledger.lock import holder
from scraper.ledger.snapshot import list_length
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.watch.fold import fold

HELP = "how far the parts of an order are: done, running, left, given up"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the step takes."""
    parser.add_argument("place", metavar="PLACE", help="a folder or s3://bucket/prefix")
    parser.add_argument("--run", default="", metavar="ORDER", help="the order (the latest)")
    parser.add_argument("--json", action="store_true", help="print it for a program")


def run(args: argparse.Namespace) -> ExitCode:
    """Print it; changes nothing."""
    place = open_place(args.place, create=False)
    order = read_order(place, args.run)
    told = _told(place, order, read_parts(place, order))
    if args.json:
        print(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        print("\n".join(_lines(told)))
    return ExitCode.COMPLETE


def _told(place: Place, order: Order, parts: Parts) -> dict[str, Any]:
    last = [said[-1] for said in parts.records.values()]
    houses: Counter[str] = Counter()
    for one in last:
        houses.update(one.get("states") or {})
    known = sum(houses.values())
    refusals = sum(
        (one.get("stats") or {}).get("egress/refusals", 0)
        for said in parts.records.values()
        for one in said
    )
    counts, wrong = _asked(order)
    return {
        "order": order.run_id,
        "site": order.name,
        "engine": order.engine.partition(":")[0],
        "parts": {"all": order.parts, "done": len(parts.done), "left": parts.left,
                  "running": _running(place, order, counts),
                  "dead": [asdict(one) for one in parts.dead]},
        "queue": asdict(counts) if counts else wrong,
        "houses": {**houses, "in parts that did not end": list_length(place, order.name) - known},
        "refusals": refusals,
        "took": fold(one for said in parts.records.values() for one in said),
        "version": (finished(place, order) or {}).get("version"),
        "next": _next(place, order, parts),
    }  # fmt: skip


def _asked(order: Order) -> tuple[Counts | None, str]:
    """What the engine says; why it says nothing."""
    try:
        return open_engine(order.engine).counts(order.job), ""
    except HousecrawlError as error:
        return None, str(error)


def _running(place: Place, order: Order, counts: Counts | None) -> int:
    """Parts that are being visited: as the engine says, else those that this machine works on."""
    if counts is not None:
        return counts.running
    folders = (ledger_folder(place, (part, order.parts)) for part in range(order.parts))
    return sum(holder(folder / LOCK) is not None for folder in folders)


def _lines(told: dict[str, Any]) -> list[str]:
    parts, queue = told["parts"], told["queue"]
    states = ", ".join(f"{n:,} {state}" for state, n in told["houses"].items() if n)
    lines = [
        f"order   {told['order']}: {told['site']}, by {told['engine']}",
        f"parts   {parts['done']} of {parts['all']} done, {parts['running']} running, "
        f"{len(parts['left'])} left, {len(parts['dead'])} given up",
        f"houses  {states or 'none yet'}",
        f"refused {told['refusals']:,} answers",
        *([f"took    {took_line(told['took'])}"] if told["took"] else []),
    ]
    if isinstance(queue, dict):
        lines.append(
            f"queue   {queue['waiting']} waiting, {queue['running']} running, {queue['dead']} dead"
        )
    elif queue:
        lines.append(f"queue   {queue}")
    lines += [f"dead    part {one['part']}: {one['why']}" for one in parts["dead"]]
    return [*lines, f"next    {told['next']}"]


def _next(place: Place, order: Order, parts: Parts) -> str:
    if (known := finished(place, order)) is not None:
        return f"published: version {known.get('version')}"
    if parts.left:
        return "wait, or hand out again what is left by the same housecrawl fleet submit"
    if parts.dead:
        return f"mend what is said there, then submit again: {lacking(parts)[1][0]}"
    return f"housecrawl fleet finish {place.url}"
