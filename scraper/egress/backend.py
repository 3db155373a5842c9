"""What every source of addresses offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from scraper.egress.address import Address
from scraper.errors import HousecrawlError


class ExchangeError(HousecrawlError):
    """An address could not be exchanged for another: no right, no quota, no answer."""


class Backend(ABC):
    """A source of addresses. Its calls may take seconds: they are made in threads."""

    exchanges = False
    """Whether a refused address can be exchanged for one that is not in the list yet."""

    @abstractmethod
    def addresses(self) -> Sequence[Address]:
        """The addresses to begin with, in the order of their use; at least one.

        Raises a HousecrawlError where they cannot be had.
        """

    def exchange(self, refused: Address) -> Address:
        """A new address in the place of one that a site refused; ExchangeError without one."""
        raise ExchangeError(f"{refused.name} cannot be exchanged")

    def close(self) -> None:
        """Give back whatever costs money or is limited in number; once is enough."""
        self.exchanges = False
