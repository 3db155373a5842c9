"""Which version is meant: a number, a date, or the newest."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

from scraper.dataset.version import Version, versions
from scraper.errors import UsageError
from scraper.place.place import Place

_FORM: Final = "%Y-%m-%d %H:%M"


def chosen(place: Place, version: int | None, as_of: str | date | None) -> int | None:
    """The number of the version that is meant; None for the newest.

    `as_of`: a date, then the version that stood at its end (UTC), or a moment.
    Raises `UsageError` for both at once, for what is no date, for a date before the first version.
    """
    if version is not None and as_of is not None:
        raise UsageError("a version and a date at once: name one of them")
    if as_of is not None:
        return _standing_at(place, _moment(as_of)).number
    return version


def _standing_at(place: Place, moment: datetime) -> Version:
    known = versions(place)
    before = [one for one in known if one.published_at <= moment]
    if not before:
        first = f"the first is of {known[0].published_at:{_FORM}}" if known else "it has none"
        raise UsageError(f"{place.url} had no version on {moment:{_FORM}} UTC: {first}")
    return before[-1]


def _moment(said: str | date) -> datetime:
    """The moment that is meant.

    >>> _moment("2026-03-02").isoformat(), _moment("2026-03-02T09:00").isoformat()
    ('2026-03-02T23:59:59.999999+00:00', '2026-03-02T09:00:00+00:00')
    >>> _moment("2026-03-02T09:00+02:00").isoformat()
    '2026-03-02T07:00:00+00:00'
    """
    if isinstance(said, str):
        try:
            said = date.fromisoformat(said)
        except ValueError:
            said = _of_text(str(said))
    if not isinstance(said, datetime):
        return datetime.combine(said, time.max, UTC)
    return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)


def _of_text(said: str) -> datetime:
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        raise UsageError(f"{said!r} is no date: write 2026-03-02, or 2026-03-02T09:00") from None
