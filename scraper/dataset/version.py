"""A published version: one small file that names everything it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from scraper.errors import PlaceError, UsageError
from scraper.place.place import Place

FORMAT: Final = 1
FOLDER: Final = "versions/"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the dataset. It exists when its file does, and never changes."""

    number: int
    """Counted from 1."""
    published_at: datetime
    """When it was published, UTC."""
    run_ids: tuple[str, ...]
    """The runs whose rows it brought in."""
    tables: Mapping[str, int]
    """Table to the version of its Delta table that holds the rows."""
    heads: Mapping[str, int]
    """Table to the newest version of its Delta table when this one was published."""
    manifests: tuple[str, ...]
    """Names of the sealed parts that it took in, on top of what earlier versions took."""
    rows: int
    """Houses that it holds."""
    new: int
    """Houses that were not there before."""
    changed: int
    """Houses that were there and were read again."""
    gone: int
    """Houses that were found to be gone."""
    restores: int | None = None
    """The version whose rows it brings back, for a rollback."""
    accepted: Mapping[str, Any] | None = None
    """Why it was published though the gate had findings: `reason`, and the `findings`."""
    changed_columns: Mapping[str, int] = field(default_factory=dict)
    """Column to houses in which it changed; empty where none did, or where it was not counted."""

    @property
    def name(self) -> str:
        """The name of its file in the place."""
        return f"{FOLDER}{self.number:06d}.json"

    def encode(self) -> bytes:
        """The version as the JSON that is written."""
        said = {"format": FORMAT, **asdict(self)}
        if self.accepted is None:
            del said["accepted"]
        if not self.changed_columns:
            del said["changed_columns"]
        return orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def versions(place: Place) -> list[Version]:
    """All published versions, oldest first; none where nothing was published.

    Raises `PlaceError` for a file that says no version, or one of a newer program.
    """
    names = [name for name in place.names(FOLDER) if name.endswith(".json")]
    return [_decode(place, name) for name in names]


def latest(place: Place) -> Version | None:
    """The newest version; None where nothing was published."""
    names = [name for name in place.names(FOLDER) if name.endswith(".json")]
    return _decode(place, names[-1]) if names else None


def find(place: Place, number: int) -> Version:
    """The version of a number; `UsageError` says which there are when there is none."""
    try:
        return _decode(place, f"{FOLDER}{number:06d}.json")
    except FileNotFoundError:
        newest = latest(place)
        known = f"it has 1 to {newest.number}" if newest else "nothing was published yet"
        raise UsageError(f"{place.url} has no version {number}: {known}") from None


def _decode(place: Place, name: str) -> Version:
    try:
        said = orjson.loads(place.read(name))
        number = said.pop("format")
        if number != FORMAT:
            raise PlaceError(
                f"{place.url}/{name} has format {number} and this housecrawl knows {FORMAT}: "
                "use the housecrawl that wrote it"
            )
        said["published_at"] = datetime.fromisoformat(said["published_at"]).astimezone(UTC)
        said["run_ids"], said["manifests"] = tuple(said["run_ids"]), tuple(said["manifests"])
        return Version(**said)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise PlaceError(
            f"{place.url}/{name} says no version ({error!r:.100}): remove it"
        ) from error
