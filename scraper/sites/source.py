"""A site file as text, so that an error can say the line it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scraper.errors import SiteFileError

KeyPath = tuple[str, ...]
"""The tables that lead to a key, and the key: `("house", "labels", "Price")`."""

_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[\w.-]+)\s*=""")
_PART = re.compile(r""""((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+)""")


@dataclass(frozen=True, slots=True)
class Source:
    """A site file that is being read."""

    file: str
    """Its name as the user knows it."""
    text: str
    """What it says."""

    def error(self, path: KeyPath, problem: str) -> SiteFileError:
        """One line: file, line, key, and what is wrong there."""
        line = self.line(path)
        place = f"{self.file} line {line}" if line else self.file
        return SiteFileError(f"{place}: {_shown(path)}{problem}")

    def line(self, path: KeyPath) -> int | None:
        """The line that sets a key, counted from 1; None where no single line does.

        >>> Source("s.toml", "name = 's'\\n[house]\\nurl = 'x'\\n").line(("house", "url"))
        3
        """
        table: KeyPath = ()
        for number, text in enumerate(self.text.splitlines(), 1):
            if header := _HEADER.match(text):
                table = _parts(header[1])
                if table == path:
                    return number
            elif (key := _KEY.match(text)) and (*table, *_parts(key[1])) == path:
                return number
        return None


def _parts(dotted: str) -> KeyPath:
    return tuple(next(filter(None, match.groups()), "") for match in _PART.finditer(dotted))


def _shown(path: KeyPath) -> str:
    """A key as people write about it: `[house.labels] "Price": `."""
    if not path:
        return ""
    *tables, key = path
    table = f"[{'.'.join(tables)}] " if tables else ""
    return f'{table}"{key}": '
