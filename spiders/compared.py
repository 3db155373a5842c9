"""A search page without houses: the end of a list, or all that a refused address is shown?

Told by asking once more for a page that had houses: where it has none any more, it is the address.
"""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import Final

from scraper.extract.total import Total
from scraper.page import Page
from scraper.sites.lists import HouseList, is_short

OWN: Final = 3
"""Pages without houses that every site may have."""
SHARE: Final = 0.05
"""And this share of the pages read: beyond it lists end like this, and none is compared."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """A page without houses, while another is asked for to judge it by."""

    page: Page
    by: tuple[str, int] | None
    """The address that it came by, and how often that had been refused."""
    listed: HouseList
    position: int


class Compared:
    """The search pages of a crawl, as far as one without houses is judged by them."""

    def __init__(self) -> None:
        self._shown = ""
        self._pages = self._well = 0

    def read(self, url: str, houses: int) -> None:
        """A page was read; with houses it is one to compare with."""
        self._pages += 1
        if houses:
            self._shown = url

    def is_well(self) -> None:
        """The page to compare with still has its houses."""
        self._well += 1

    def with_(self, page: Page, listed: HouseList, found: Sized, total: Total | None) -> str | None:
        """The address of the page to compare with; None where there is nothing odd.

        A list that shows as many houses as the site names has ended, and so has one that names
        none at all; what the parts of a list have is not known.
        """
        if len(found) or not self._shown or self._shown == page.url:
            return None
        if self._well >= OWN + SHARE * self._pages:
            return None
        if not listed.pages:
            return None if total is not None or listed.above is not None else self._shown
        if listed.total is not None and not is_short(len(listed.found), listed.total):
            return None
        return self._shown
