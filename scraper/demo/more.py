"""The groups of facts that a portal's export keeps as JSON: some are columns, the rest is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

_TEXTS: Final = {
    "Heating features": "heating",
    "Cooling features": "cooling",
    "Parking features": "parking",
    "Flooring": "flooring",
    "Appliances included": "appliances",
}
_COUNTS: Final = {
    "Full bathrooms": "full_bathrooms",
    "Stories": "stories",
    "Total spaces": "parking_spaces",
    "Attached garage spaces": "garage_spaces",
}
_ELSEWHERE: Final = frozenset(
    ("Bedrooms", "Bathrooms", "Year built", "Lot size", "Home type", "Total interior livable area",
     "Parcel numbe", "Parcel number")
)  # fmt: skip
"""Labels whose value the page shows from a cell of its own."""
_COMMA: Final = re.compile(r",(?=[^\s\d])")


class More:
    """Groups `{"title": ..., "values": ["Label: value", ...]}`, sorted out.

    >>> more = More([{"title": "Heating", "values": ["Heating features: Gas,Forced air"]},
    ...              {"title": "Materials", "values": ["Roof: Slate"]}])
    >>> more.columns, more.rest
    ({'heating': 'Gas, Forced air'}, {'Materials': (('Roof', 'Slate'),)})
    """

    COLUMNS: ClassVar = ("property", "construction", "interior_full")
    """Columns of the CSV that hold such groups."""

    def __init__(self, groups: Iterable[Mapping[str, Any]]) -> None:
        self.columns: dict[str, Any] = {}
        """Columns of a house that the groups know."""
        rest: dict[str, list[tuple[str, str]]] = {}
        for group in groups:
            lines = [self._line(str(line)) for line in group.get("values") or ()]
            kept = [line for line in lines if line is not None]
            if kept:
                rest.setdefault(str(group.get("title") or "More"), []).extend(kept)
        self.rest = {title: tuple(lines) for title, lines in rest.items()}
        """Title to the lines that are no column."""

    def _line(self, text: str) -> tuple[str, str] | None:
        """A label and its value, None where a column took it."""
        label, _, value = text.partition(":")
        label, value = label.strip(), _COMMA.sub(", ", value.strip())
        if label in _ELSEWHERE or not value:
            return None
        if label in _TEXTS and value != "None":
            self.columns[_TEXTS[label]] = value
        elif label in _COUNTS and value.isdecimal():
            self.columns[_COUNTS[label]] = float(value)
        else:
            return label, value
        return None
