"""Under which terms the data of each site is used: what its site file says, kept in the place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from scraper.place.place import Place

FOLDER: Final = "terms/"


def write_terms(place: Place, site: str, terms: Mapping[str, str]) -> None:
    """Keep what a site file says; where it says nothing, what it said before goes.

    Nothing is written where all is as it was.
    """
    name = f"{FOLDER}{site}.json"
    known = read_terms(place).get(site, {})
    if terms and terms != known:
        place.write(name, orjson.dumps(dict(terms), option=orjson.OPT_INDENT_2))
    elif known and not terms:
        place.delete(name)


def read_terms(place: Place) -> dict[str, dict[str, str]]:
    """Site to its terms, by the keys of a site file; a file that says none is passed over."""
    names = [name for name in place.names(FOLDER) if name.endswith(".json")]
    said = {name.removeprefix(FOLDER).removesuffix(".json"): _said(place, name) for name in names}
    return {site: terms for site, terms in said.items() if terms}


def _said(place: Place, name: str) -> dict[str, str]:
    try:
        found = orjson.loads(place.read(name))
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    items = found.items() if isinstance(found, dict) else ()
    return {str(key): str(value) for key, value in items}
