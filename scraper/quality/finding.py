"""What a check has to say against rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final, Literal

Check = Literal[
    "refusals", "constant", "unread", "fill", "layer", "currency", "range", "median", "outliers",
    "schema", "drift", "same", "jump", "churn", "lost", "stale", "duplicates", "model",
]  # fmt: skip

EXAMPLES: Final = 3
"""Addresses that a finding names: enough to see a pattern, few enough to open them all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, for a person and for `run.json`."""

    check: Check
    """Which check found it."""
    column: str
    """The column that it is about, several with a comma between, or `page` for whole pages."""
    found: str
    """What was found."""
    expected: str
    """What had to be expected, and from where that is known."""
    examples: tuple[str, ...] = ()
    """Addresses of house pages that show it, three at most."""
    pages: tuple[str, ...] = ()
    """Where three pages lie on this machine, to be looked at."""

    @property
    def line(self) -> str:
        """All of it in one line.

        >>> Finding("fill", "sold_price", "in 0 of 9 houses", "in 30 of 30 before", ("u",)).line
        'sold_price: in 0 of 9 houses; expected: in 30 of 30 before; see u'
        """
        said = f"{self.column}: {self.found}; expected: {self.expected}"
        said += f"; see {' '.join(self.examples)}" if self.examples else ""
        return f"{said}; saved for you: {' '.join(self.pages)}" if self.pages else said

    def as_json(self) -> dict[str, object]:
        """The finding as it stands in `run.json`."""
        return {**asdict(self), "examples": list(self.examples), "pages": list(self.pages)}


def first(urls: Iterable[str]) -> tuple[str, ...]:
    """The first few different addresses.

    >>> first("aabcd")
    ('a', 'b', 'c')
    """
    return tuple(dict.fromkeys(urls))[:EXAMPLES]
