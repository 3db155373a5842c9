"""`housecrawl COMMAND ...`: finds the command, and ends with its exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from scraper.cli.project import guard_project
from scraper.errors import ExitCode, HousecrawlError

COMMANDS = (
    "run",
    "refresh",
    "publish",
    "fleet",
    "status",
    "export",
    "report",
    "labels",
    "versions",
    "rollback",
    "vacuum",
    "expire",
    "erase",
    "check",
    "new-site",
    "plan",
    "demo",
    "doctor",
)
"""The commands in the order in which help lists them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors that a person can act on become one line and their exit code."""
    args = [*(sys.argv[1:] if argv is None else argv)]
    try:
        guard_project()
        return _dispatch(args)
    except HousecrawlError as error:
        print(f"housecrawl: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("housecrawl: stopped; the same command again goes on", file=sys.stderr)
        return ExitCode.INCOMPLETE
    except BrokenPipeError:
        # The reader of our output has gone, as with `| head`: there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.COMPLETE


def _dispatch(args: list[str]) -> int:
    name = args[0] if args and not args[0].startswith("-") else ""
    parser = _parser(name)
    parsed = parser.parse_args(args)
    if not name:
        parser.print_help()
        return ExitCode.USAGE
    return int(_module(name).run(parsed))


def _parser(chosen: str) -> argparse.ArgumentParser:
    """The parser; only the chosen command's module is loaded, so that every start is quick."""
    parser = argparse.ArgumentParser(
        prog="housecrawl", description="From house sites to a dataset."
    )
    commands = parser.add_subparsers(metavar="COMMAND")
    for name in COMMANDS:
        if chosen and name != chosen:
            commands.add_parser(name)
            continue
        module = _module(name)
        module.arguments(commands.add_parser(name, help=module.HELP, description=module.HELP))
    return parser


def _module(name: str) -> ModuleType:
    return import_module(f"scraper.cli.{name.replace('-', '_')}")


if __name__ == "__main__":
    sys.exit(main())
