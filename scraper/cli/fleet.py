"""`housecrawl fleet submit|work|status|finish`: one list, visited in parts by many machines."""

from __future__ import annotations

import argparse
import logging
import sys
from importlib import import_module
from typing import Final

from scraper.errors import ExitCode

HELP = "visit one list in parts: many processes, many machines"

_STEPS: Final = ("submit", "work", "status", "finish", "part")
"""In the order in which they are used; `part` is what GNU parallel calls."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    for name in _STEPS:
        module = import_module(f"scraper.cli.fleet_{name}")
        module.arguments(steps.add_parser(name, help=module.HELP, description=module.HELP))


def run(args: argparse.Namespace) -> ExitCode:
    """One step."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    logging.getLogger("botocore").setLevel(logging.WARNING)
    code: ExitCode = import_module(f"scraper.cli.fleet_{args.step}").run(args)
    return code
