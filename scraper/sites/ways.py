"""What `[search.split]` of a site file has to be."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from scraper.sites import values
from scraper.sites.split import RANGE, Split, Way
from scraper.sites.words import meant
from scraper.sites.wrong import WrongValueError

_KEYS = ("by", "pages")
_WAY_KEYS = ("add", "values", "range")


def split(value: object) -> Split:
    """The table `[search.split]`."""
    found = _known(value, _KEYS)
    with WrongValueError.at("pages"):
        pages = values.concurrency(found["pages"]) if "pages" in found else None
    with WrongValueError.at("by"):
        by = found.get("by", [])
        if not isinstance(by, list | tuple):
            raise WrongValueError(f"found {values.kind(by)}, expected a list in [ ]")
        return Split(tuple(_way(one) for one in by), pages)


def _way(value: object) -> Way:
    found = _known(value, _WAY_KEYS)
    if "add" not in found:
        raise WrongValueError('the key "add" is missing, like add = "type={value}"')
    add = values.text(found["add"])
    names = {name for _, name, _, _ in _parts(add) if name is not None}
    if names == {"value"} and "range" not in found:
        named = values.texts(found.get("values", []))
        if not named:
            raise WrongValueError(f'"{add}" needs values = ["...", "..."] for {{value}}')
        return Way(add, named)
    if names == {"low", "high"} and "values" not in found:
        return Way(add, range=_range(found.get("range", list(RANGE))))
    raise WrongValueError(
        f'found "{add}", expected {{value}} in it with values = [...], '
        "or {low} and {high} in it with range = [lowest, highest]"
    )


def _parts(add: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(add))
    except ValueError as error:
        raise WrongValueError(
            f'found "{add}", expected {{value}}, {{low}}, {{high}}: {error}'
        ) from None


def _range(value: object) -> tuple[int, int]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise WrongValueError(f"found {values.kind(value)}, expected range = [lowest, highest]")
    low, high = value
    for one in (low, high):
        if not isinstance(one, int) or isinstance(one, bool) or one < 0:
            raise WrongValueError(f"found {values.kind(one)}, expected whole amounts, 0 or more")
    if low >= high:
        raise WrongValueError(f"found range = [{low}, {high}], expected the lower amount first")
    return low, high


def _known(value: object, keys: tuple[str, ...]) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise WrongValueError(f"found {values.kind(value)}, expected a table")
    for key in value:
        if key not in keys:
            raise WrongValueError(f'"{key}" is no key of it{meant(key, keys)}', key)
    return value
