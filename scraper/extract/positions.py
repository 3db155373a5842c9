"""Where a page's JSON says that the house lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scraper.extract.kept import by_keys
from scraper.extract.objects import Node
from scraper.extract.scripts import Json
from scraper.extract.vocabulary import key_term


def positions(nodes: Iterable[Node]) -> Iterator[tuple[float, float, str]]:
    """Latitude and longitude of each object that holds both, outside of lists.

    The postal code that stands beside them comes third, "" where none does.
    """
    for _, node, in_list, _ in nodes:
        if in_list or len(node) > 40:
            continue
        found: dict[str, Json] = {}
        point = node.get("coordinates")
        if isinstance(point, list) and len(point) == 2 and "type" in node:
            # GeoJSON puts the longitude first (RFC 7946, 3.1.1).
            found = {"longitude": point[0], "latitude": point[1]}
        for key, column in _keys_of_place(node):
            found[column] = node[key]
        try:
            latitude, longitude = float(found["latitude"]), float(found["longitude"])
        except (KeyError, TypeError, ValueError):
            continue
        if -90 <= latitude <= 90 and -180 <= longitude <= 180 and latitude and longitude:
            code = found.get("zip")
            yield latitude, longitude, code if isinstance(code, str) else ""


@by_keys
def _keys_of_place(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    terms = ((key, key_term(key)) for key in keys if len(key) < 20)
    return tuple((key, term.column) for key, term in terms if term and term.column in _PLACE)


_PLACE = frozenset(("latitude", "longitude", "zip"))
