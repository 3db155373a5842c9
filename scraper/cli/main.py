"""`housecrawl COMMAND ...`: finds the command, and ends with its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from scraper.cli.oneline import Parser
from scraper.cli.project import guard_project
from scraper.errors import ExitCode, HousecrawlError, UsageError

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
    if name and name not in COMMANDS:
        raise UsageError(f'there is no command "{name}"; there are {", ".join(COMMANDS)}')
    parsed, unknown = _parser(name).parse_known_args(args)
    if unknown:
        command = f"housecrawl {name}".strip()
        raise UsageError(f"{command} takes no {' '.join(unknown)}; {command} --help says more")
    for setting in getattr(parsed, "settings", ()):
        if "=" not in setting:
            raise UsageError(f"-s {setting}: expected -s NAME=VALUE")
    if not name:
        _parser(name).print_help()
        return ExitCode.USAGE
    return int(_module(name).run(parsed))


def _parser(chosen: str) -> Parser:
    """The parser; only the chosen command's module is loaded, so that every start is quick."""
    parser = Parser(prog="housecrawl", description="From house sites to a dataset.")
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
