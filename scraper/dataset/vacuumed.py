"""Which versions a vacuum removed: one small file, written before anything is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import orjson

from scraper.errors import PlaceError, UsageError
from scraper.place.place import Place

NAME: Final = "vacuumed.json"
FORMAT: Final = 1


def vacuumed(place: Place) -> frozenset[int]:
    """Numbers of the versions whose rows are no longer there."""
    try:
        said = orjson.loads(place.read(NAME))
        if said["format"] != FORMAT:
            raise PlaceError(
                f"{place.url}/{NAME} has format {said['format']} and this housecrawl knows "
                f"{FORMAT}: use the housecrawl that wrote it"
            )
        return frozenset(int(number) for number in said["versions"])
    except FileNotFoundError:
        return frozenset()
    except (KeyError, TypeError, ValueError) as error:
        raise PlaceError(
            f"{place.url}/{NAME} says no versions ({error!r:.100}): remove it"
        ) from error


def write_vacuumed(place: Place, numbers: Iterable[int]) -> None:
    """Say that these versions cannot be read any more."""
    said = {"format": FORMAT, "versions": sorted(numbers)}
    place.write(NAME, orjson.dumps(said, option=orjson.OPT_INDENT_2))


def check_kept(place: Place, number: int) -> None:
    """Raise `UsageError` where a vacuum removed the rows of a version."""
    gone = vacuumed(place)
    if number in gone:
        raise UsageError(
            f"{place.url}: the rows of version {number} were removed by a vacuum: "
            f"`housecrawl versions` shows which are there"
        )
