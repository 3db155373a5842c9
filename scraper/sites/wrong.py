"""A value of a site file that cannot be used, before it is known in which file it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class WrongValueError(ValueError):
    """What was found and what was expected, in words."""

    def __init__(self, problem: str, key: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.key = key
        """The key inside the value, where the value is a table."""

    @classmethod
    @contextmanager
    def at(cls, key: str) -> Iterator[None]:
        """Add the key that the block inside is about."""
        try:
            yield
        except cls as error:
            raise cls(error.problem, key) from None
