"""What speaks against rows: findings that keep them back, suspects that a person should look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from scraper.quality.finding import Check, Finding
from scraper.schema import Row


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A finding, and the rows that speak for it."""

    check: Check
    column: str
    found: str
    expected: str
    speaks: Callable[[Row], bool]
    """Whether a row is one of those that the finding is about."""

    def finding(self, examples: tuple[str, ...]) -> Finding:
        """The finding with its examples."""
        return Finding(self.check, self.column, self.found, self.expected, examples)


@dataclass(frozen=True, slots=True)
class Suspect:
    """One house that is odd. It is published all the same, and listed."""

    site: str
    house_id: str
    url: str
    check: Check
    column: str
    found: str
    expected: str

    def as_json(self) -> dict[str, str]:
        """The suspect as it stands in a file."""
        return {name: str(value) for name, value in asdict(self).items()}
