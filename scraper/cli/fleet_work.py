"""`housecrawl fleet work`: take parts from the order's queue until none is left."""

from __future__ import annotations

import argparse

from scraper.cli.given import given_settings
from scraper.errors import ExitCode
from scraper.fleet.open import LEASE, open_queue
from scraper.fleet.order import read_order
from scraper.fleet.part import Stop, Visitor
from scraper.fleet.worker import PAUSE, Worker
from scraper.place.open import open_place

HELP = "take parts from a queue and visit them, until none is left"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the step takes."""
    parser.add_argument("place", metavar="PLACE", help="a folder or s3://bucket/prefix")
    parser.add_argument("--queue", metavar="ENGINE", help="the queue (the latest order's)")
    parser.add_argument("--stay", action="store_true", help="wait for new orders when all is done")
    parser.add_argument(
        "--lease", type=float, default=LEASE, metavar="SECONDS",
        help=f"after which a part of a worker that is not heard of is handed out again ({LEASE:g})",
    )  # fmt: skip
    parser.add_argument(
        "--pause", type=float, default=PAUSE, metavar="SECONDS",
        help=f"until a part that was cut off is handed out again ({PAUSE:g}), times its attempts",
    )  # fmt: skip
    parser.add_argument(
        "-s", dest="settings", action="append", default=[], metavar="NAME=VALUE",
        help="a setting of this machine's crawls, such as EGRESS",
    )  # fmt: skip


def run(args: argparse.Namespace) -> ExitCode:
    """Work."""
    given_settings(args.settings)
    place = open_place(args.place, create=False)
    queue = open_queue(args.queue or read_order(place).engine, args.lease)
    with Stop() as stop:
        return Worker(queue, Visitor(place, stop, args.settings), args.stay, args.pause).work()
