"""What was submitted: one order for all parts of a list, kept in the place."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

import orjson

from scraper.errors import UsageError
from scraper.place.place import Place

FOLDER: Final = "fleet/"
_FILE: Final = "order.json"
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Order:
    """All parts of a place's ID list, to be visited by whoever takes them."""

    run_id: str
    """Names the order, and the rows that come of it."""
    site: str
    """The site's file or built-in name, as those who visit find it."""
    name: str
    """The site's name."""
    parts: int
    """How many parts the list has."""
    workers: int
    """Parts that are visited at once: they share the site's pace."""
    engine: str
    """What hands the parts out, as `--engine` says it."""
    settings: tuple[str, ...] = ()
    """Settings of each crawl: NAME=VALUE."""
    attempts: int = 10
    """Times that a part is tried that does not come to an end."""
    refusals: int = 0
    """Times that a part goes on from another worker's address after the site refused one."""
    job: str = ""
    """What the engine calls it; "" where it has no word for it."""

    def encode(self) -> bytes:
        """The JSON that is kept."""
        return orjson.dumps({"format": _FORMAT, **asdict(self)}, option=orjson.OPT_INDENT_2)

    def folder(self) -> str:
        """Where the place keeps what concerns the order: a prefix of names."""
        return f"{FOLDER}{self.run_id}/"

    def keep(self, place: Place) -> None:
        """Write it into the place, over an older copy of itself."""
        place.write(self.folder() + _FILE, self.encode())


def new_order_id() -> str:
    """A name for an order that sorts by time, also of two in one second.

    >>> len(new_order_id())
    29
    """
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(3)}"


def decode(name: str, data: bytes) -> Order:
    """Read a kept order; UsageError for one that is none.

    >>> kept = Order("night", "demo.toml", "demo", 40, 6, "parallel", ("CONTACT=a@b.example",))
    >>> decode("order.json", kept.encode()) == kept
    True
    """
    try:
        said = orjson.loads(data)
        if int(said.pop("format")) > _FORMAT:
            raise UsageError(f"{name} is of a newer housecrawl: use that one")
        return Order(**{**said, "settings": tuple(map(str, said["settings"]))})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{name} is no order of a fleet ({error}): submit it anew") from error


def read_order(place: Place, run_id: str = "") -> Order:
    """An order of a place, the latest where none is named; UsageError where there is none."""
    names = [name for name in place.names(FOLDER) if name.endswith(f"/{_FILE}")]
    wanted = f"{FOLDER}{run_id}/{_FILE}" if run_id else max(names, default="")
    if wanted not in names:
        what = f"order {run_id}" if run_id else "order"
        raise UsageError(f"{place.url} has no {what} of a fleet: housecrawl fleet submit makes one")
    return decode(wanted, place.read(wanted))
