"""What has become of the parts of an order, from what the crawls left in the place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import orjson

from scraper.errors import ExitCode
from scraper.fleet.order import Order
from scraper.place.place import Place

_BURIED: Final = "buried/"
_AT_ONCE: Final = 16
"""Records that are read at once: each is a question to the place."""

Record = Mapping[str, Any]
"""What one crawl of a part left: its `runs/*.json`."""


@dataclass(frozen=True, slots=True)
class Buried:
    """A part that is not tried again before somebody submits it anew."""

    part: int
    code: int
    """Exit code of its last attempt."""
    why: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an order. A part is done when one of its crawls said that it was complete."""

    count: int
    records: Mapping[int, list[Record]]
    """Part to what its crawls left, oldest first; one that was killed leaves nothing."""
    buried: Mapping[int, Buried]

    @property
    def done(self) -> frozenset[int]:
        """Parts whose houses all have an end, sealed in the place."""
        return frozenset(part for part, said in self.records.items() if is_done(said))

    @property
    def dead(self) -> list[Buried]:
        """Parts that were given up, and that nobody completed since."""
        done = self.done
        return [self.buried[part] for part in sorted(self.buried) if part not in done]

    @property
    def left(self) -> list[int]:
        """Parts that are neither done nor given up."""
        done, dead = self.done, {one.part for one in self.dead}
        return [part for part in range(self.count) if part not in done and part not in dead]


def read_parts(place: Place, order: Order) -> Parts:
    """All parts of an order, a question to the place for each crawl that ended."""
    names = [*_record_names(place, order, f"runs/{order.run_id}-part-")]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        said = [*pool.map(lambda found: _read(place, found[1]), names)]
    records: dict[int, list[Record]] = {}
    for (part, _), record in zip(names, said, strict=True):
        records.setdefault(part, []).append(record)
    for found in records.values():
        found.sort(key=lambda one: str(one.get("ended", "")))
    return Parts(order.parts, records, {one.part: one for one in _all_buried(place, order)})


def read_records(place: Place, order: Order, part: int) -> list[Record]:
    """What the crawls of one part left."""
    prefix = f"runs/{order.run_id}-part-{part}-of-{order.parts}-"
    return [_read(place, name) for _, name in _record_names(place, order, prefix)]


def is_done(said: list[Record]) -> bool:
    """Whether one of a part's crawls was complete."""
    return any(one.get("exit_code") == ExitCode.COMPLETE for one in said)


def bury(place: Place, order: Order, part: int, code: int, why: str) -> None:
    """Note that a part is given up, and why."""
    said = {"code": code, "why": why}
    place.write(f"{order.folder()}{_BURIED}{part}.json", orjson.dumps(said))


def buried(place: Place, order: Order, part: int) -> Buried | None:
    """Why a part was given up; None where it was not."""
    try:
        said = orjson.loads(place.read(f"{order.folder()}{_BURIED}{part}.json"))
    except FileNotFoundError:
        return None
    return Buried(part, int(said["code"]), str(said["why"]))


def dig_up(place: Place, order: Order, part: int) -> None:
    """Let a part be tried again."""
    place.delete(f"{order.folder()}{_BURIED}{part}.json")


def _all_buried(place: Place, order: Order) -> Iterator[Buried]:
    prefix = f"{order.folder()}{_BURIED}"
    for name in place.names(prefix):
        number = name.removeprefix(prefix).removesuffix(".json")
        if number.isdecimal() and (found := buried(place, order, int(number))):
            yield found


def _record_names(place: Place, order: Order, prefix: str) -> Iterator[tuple[int, str]]:
    """Part and name of each record that begins so."""
    form = rf"runs/{re.escape(order.run_id)}-part-(\d+)-of-{order.parts}-[0-9a-f]+-houses\.json"
    for name in place.names(prefix):
        if found := re.fullmatch(form, name):
            yield int(found[1]), name


def _read(place: Place, name: str) -> Record:
    try:
        said = orjson.loads(place.read(name))
    except (FileNotFoundError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
