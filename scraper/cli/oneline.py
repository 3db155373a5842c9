"""The parser of the command line: what is wrong with it becomes one line, with an example."""

from __future__ import annotations

import argparse
import re
from typing import Final, NoReturn

from scraper.errors import UsageError

_MISSING: Final = "the following arguments are required: "
_SAMPLES: Final = {
    "SITE": "my.toml",
    "PLACE": "data",
    "OUT": "houses.feather",
    "URL_OR_FILE": "page.html",
    "SEARCH": "https://homes.example/sold",
    "HOUSE": "https://homes.example/h/1",
    "ENGINE": "parallel",
    "STEP": "status data",
}
"""What stands in an example for a value that has no other sample."""
_NUMBER: Final = "1"


class Parser(argparse.ArgumentParser):
    """Ends with UsageError where argparse would print its usage and leave the process."""

    def error(self, message: str) -> NoReturn:
        """One line: what is wrong, an example where something is missing, where to read on."""
        raise UsageError(f"{self._said(message)}; {self.prog} --help says more")

    def _said(self, message: str) -> str:
        """The message in our words.

        >>> parser = Parser(prog="housecrawl fetch")
        >>> _ = parser.add_argument("--site", required=True)
        >>> _ = parser.add_argument("--pages", type=int)
        >>> parser._said("the following arguments are required: --site")
        '--site is missing, as in: housecrawl fetch --site my.toml'
        >>> parser._said("argument --pages: invalid int value: 'x'")
        "--pages: found 'x', expected a number"
        """
        if message.startswith(_MISSING):
            names = message.removeprefix(_MISSING).split(", ")
            verb = "is" if len(names) == 1 else "are"
            return f"{' and '.join(names)} {verb} missing, as in: {self._example()}"
        message = message.removeprefix("argument ")
        return re.sub(r"invalid _?\w+ value: (.*)", r"found \1, expected a number", message)

    def _example(self) -> str:
        """A command with all that it needs and nothing else."""
        parts = [self.prog]
        for action in self._actions:
            if action.required and action.nargs != 0:
                name = str(action.metavar or action.dest.upper())
                parts += [*action.option_strings[:1], _SAMPLES.get(name, _NUMBER)]
        return " ".join(parts)
