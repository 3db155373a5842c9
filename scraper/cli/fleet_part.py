"""`housecrawl fleet part`: visit one part of an order; what GNU parallel calls."""

from __future__ import annotations

import argparse
from typing import Final

from scraper.errors import ExitCode, UsageError
from scraper.fleet.order import read_order
from scraper.fleet.part import Stop, Visitor
from scraper.place.open import open_place

HELP = "visit one part of an order, as GNU parallel has it done"

_PAUSE: Final = 10.0
"""Seconds until a part that was cut off begins again."""
_ENDS_ALL: Final = (ExitCode.USAGE, ExitCode.POLICY)
"""Ends that the other parts would meet too: none is begun any more."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the step takes."""
    parser.add_argument("place", metavar="PLACE", help="a folder or s3://bucket/prefix")
    parser.add_argument("part", type=int, metavar="I", help="number of the part, from 0")
    parser.add_argument("--run", default="", metavar="ORDER", help="the order (the latest)")


def run(args: argparse.Namespace) -> ExitCode:
    """Visit it. A part that is given up counts as over: `status` and `finish` tell of it."""
    place = open_place(args.place, create=False)
    order = read_order(place, args.run)
    if not 0 <= args.part < order.parts:
        raise UsageError(f"part {args.part}: order {order.run_id} has {order.parts}, from 0")
    with Stop() as stop:
        became, code = Visitor(place, stop).visit(order, args.part, lambda: True, 3600.0)
        if became == "again":
            stop.wait(_PAUSE)
            return ExitCode.INCOMPLETE
    return ExitCode(code) if code in _ENDS_ALL else ExitCode.COMPLETE
