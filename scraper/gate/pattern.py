"""Path patterns of robots.txt and the paths that they are matched against (RFC 9309 2.2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_TARGET: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*([^#]*)")


def path_of(url: str) -> str:
    """The part of a URL that rules speak about: path and query, `/` where it has no path.

    >>> path_of("http://homes.example"), path_of("http://homes.example?a=1#b")
    ('/', '/?a=1')
    """
    found = _TARGET.match(url)
    path = found.group(1) if found else url.partition("#")[0]
    return path if path.startswith("/") else "/" + path


def written(text: str) -> str:
    """One spelling of the octets that a person wrote: capitals in escapes, nothing decoded.

    Octets outside US-ASCII are escaped. Text is expected as octets (Latin-1).

    >>> written("/a%2fb"), written("/caf\\xc3\\xa9")
    ('/a%2Fb', '/caf%C3%A9')
    """
    upper = _ESCAPE.sub(lambda found: found.group().upper(), text)
    return "".join(char if " " <= char <= "~" else f"%{ord(char):02X}" for char in upper)


def decoded(text: str) -> str:
    """The spelling that RFC 9309 compares: escaped unreserved characters stand for themselves.

    >>> decoded("/%62%61z%2F")
    '/baz%2F'
    """
    return _ESCAPE.sub(_unescaped, written(text))


def octets(text: str) -> str:
    """Text as the octets of its UTF-8, each one a character."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _unescaped(found: re.Match[str]) -> str:
    char = chr(int(found.group(1), 16))
    return char if _UNRESERVED.fullmatch(char) else found.group().upper()


@dataclass(frozen=True, slots=True)
class Path:
    """A path in the spellings that it is compared in."""

    asked: str
    """As it is asked for."""
    plain: str
    """With escaped unreserved characters decoded."""
    normal: str
    """So too, and with everything outside US-ASCII escaped."""

    @classmethod
    def of(cls, url: str) -> Path:
        """The path of a URL."""
        path = path_of(url)
        return cls(path, _ESCAPE.sub(_unescaped, path), decoded(octets(path)))


@dataclass(frozen=True)
class Pattern:
    """A path with `*` for any octets, and `$` at its end for the end of the path.

    Matching is linear in the path: no pattern that a site may write makes it slow.
    """

    text: str

    def matches(self, path: str) -> bool:
        """Whether the pattern covers a path, from its start.

        >>> Pattern("/*.php$").matches("/a/b.php"), Pattern("/*.php$").matches("/a.php5")
        (True, False)
        """
        first, *middle = self._pieces
        if not path.startswith(first):
            return False
        if not middle:
            return not self._ends or path == first
        *middle, last = middle
        at = len(first)
        for piece in middle:
            at = path.find(piece, at)
            if at < 0:
                return False
            at += len(piece)
        if self._ends:
            return path.endswith(last) and len(path) - len(last) >= at
        return path.find(last, at) >= 0

    @property
    def _ends(self) -> bool:
        return self.text.endswith("$")

    @cached_property
    def _pieces(self) -> list[str]:
        return re.sub(r"\*+", "*", self.text.removesuffix("$")).split("*")
