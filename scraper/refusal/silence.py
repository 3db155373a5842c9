"""Pages that may be a refusal without a word: good by all signs, and of no house, or all the same.

Sites do this to visitors whom they take for machines. They also have such pages of their own, so
it is looked at only while these are rare; what decides is what comes next, and by which address.
"""

from __future__ import annotations

from collections import deque
from typing import Final

FEWEST: Final = 5
"""Houses that were read before a page of nothing is worth a thought."""
OWN: Final = 3
"""Pages of nothing that every site may have."""
SHARE: Final = 0.05
"""And this share of the houses read: beyond it such pages are the site's way."""
NOTHING: Final = "a page that says nothing of a house"
ALIKE: Final = "the very page of another house"
_RECENT: Final = 10
"""Houses among which the same page is looked for."""


class Silence:
    """What a crawl knows of such pages."""

    def __init__(self) -> None:
        self._read = self._own = 0
        self._recent: deque[tuple[str, str]] = deque(maxlen=_RECENT)
        self.alike: set[str] = set()
        """Houses whose row may be that of another: the same page came again."""

    def why(self, house_id: str, page: str, *, nothing: bool) -> str:
        """Why a page may be a refusal; "" where it need not be looked at.

        `page`: the digest of its body; "" where it says little, as for a page that was rendered.
        `nothing`: whether it says nothing of a house, by whichever way it is asked for.

        >>> lately = Silence()
        >>> for house_id in "12345":
        ...     lately.read(house_id, f"page {house_id}")
        >>> lately.why("6", "empty", nothing=True)
        'a page that says nothing of a house'
        >>> lately.why("6", "page 5", nothing=False)
        'the very page of another house'
        >>> lately.why("5", "page 5", nothing=False), Silence().why("6", "", nothing=True)
        ('', '')
        """
        if self._read < FEWEST or self._own >= OWN + SHARE * self._read:
            return ""
        if nothing:
            return NOTHING
        return ALIKE if self._others(house_id, page) else ""

    def judged(self, house_id: str, page: str, *, own: bool) -> None:
        """Whether such a page was the site's own, or its house is given back."""
        others = self._others(house_id, page)
        if own:
            self._own += 1
            self.alike.difference_update(others)
        else:
            self.alike.update(others)

    def read(self, house_id: str, page: str) -> None:
        """A house was read."""
        self._read += 1
        self._recent.append((house_id, page))

    def _others(self, house_id: str, page: str) -> set[str]:
        return {one for one, known in self._recent if page and known == page and one != house_id}
