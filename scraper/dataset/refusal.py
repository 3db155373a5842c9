"""What the gate refused last: it stays refused until it is visited anew, or accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import pyarrow.compute as pc

from scraper.dataset.intake import Intake
from scraper.dataset.publish import pending_parts
from scraper.dataset.version import versions
from scraper.place.place import Place

FILE: Final = "quality/gate/refused.json"
"""Beside the sites' pasts, in a folder that no site's name can be."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A publication that did not take place."""

    run_id: str
    reason: str
    """The reason that stands beside each row that was taken back."""
    findings: Sequence[Mapping[str, Any]]
    rows: int
    """Rows that were taken back."""


def write_refusal(place: Place, refusal: Refusal) -> None:
    """Remember what was refused."""
    place.write(FILE, orjson.dumps(refusal, option=orjson.OPT_INDENT_2))


def read_refusal(place: Place) -> Refusal | None:
    """What was refused last; None where nothing is."""
    try:
        return Refusal(**orjson.loads(place.read(FILE)))
    except (FileNotFoundError, TypeError, ValueError):
        return None


def drop_refusal(place: Place) -> None:
    """What was refused was visited anew, or accepted."""
    if read_refusal(place) is not None:
        place.delete(FILE)


def refused_rows(place: Place, refusal: Refusal) -> list[tuple[str, str, str]]:
    """site, house_id and run_id of the rows that were taken back then."""
    parts = tuple(pending_parts(place, versions(place)))
    taken = Intake(place, "houses", (), parts).taken()
    some = taken.filter(pc.equal(taken["reason"], refusal.reason))
    return [
        (str(row["site"]), str(row["house_id"]), str(row["run_id"])) for row in some.to_pylist()
    ]
