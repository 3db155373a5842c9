"""Whether an order is over, and that it is published once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson

from scraper.errors import ExitCode
from scraper.fleet.order import Order
from scraper.fleet.parts import Parts
from scraper.place.place import Place

_FILE: Final = "finished.json"
_SHOWN: Final = 12
"""Numbers of parts that a line shows at most."""


def is_finished(place: Place, order: Order) -> bool:
    """Whether what an order brought is published."""
    return finished(place, order) is not None


def finished(place: Place, order: Order) -> dict[str, object] | None:
    """What is known of an order that is published: its `version`; None where it is not."""
    try:
        found = orjson.loads(place.read(order.folder() + _FILE))
    except FileNotFoundError:
        return None
    return found if isinstance(found, dict) else {}


def note_finished(place: Place, order: Order, version: object) -> None:
    """Note that an order is published; the first note stays."""
    place.write_new(order.folder() + _FILE, orjson.dumps({"version": version}))


def lacking(parts: Parts) -> tuple[ExitCode, list[str]]:
    """Why an order cannot be published yet, a line each, and the exit code; COMPLETE where it can.

    >>> lacking(Parts(3, {0: [{"exit_code": 0}]}, {}))[1]
    ['2 of 3 parts are left: 1, 2']
    """
    lines = []
    if parts.left:
        lines.append(f"{len(parts.left)} of {parts.count} parts are left: {numbers(parts.left)}")
    lines += [f"part {one.part} was given up: {one.why}" for one in parts.dead[:_SHOWN]]
    if len(parts.dead) > _SHOWN:
        lines.append(f"and {len(parts.dead) - _SHOWN} parts more were given up")
    code = ExitCode.COMPLETE if not parts.dead else ExitCode(parts.dead[0].code)
    return (ExitCode.INCOMPLETE if parts.left else code), lines


def numbers(parts: Sequence[int]) -> str:
    """Numbers of parts for a line.

    >>> numbers(range(20))
    '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...'
    """
    shown = ", ".join(map(str, parts[:_SHOWN]))
    return f"{shown}, ..." if len(parts) > _SHOWN else shown
