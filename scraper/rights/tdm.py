"""The TDM Reservation Protocol: W3C Community Group final report of 10 May 2024.

What is no valid declaration says nothing: a server that means something else by a field must not
cost its readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import orjson

_MOST: Final = 1000
"""Rules of a file that are read."""


@dataclass(frozen=True, slots=True)
class TdmRule:
    """A rule of `/.well-known/tdmrep.json`."""

    location: str
    """A path with `*` and `$`, as in robots.txt."""
    reserved: bool
    policy: str = ""
    """Where the terms stand; empty where none are named."""


def tdm_rules(body: bytes) -> tuple[TdmRule, ...]:
    """The rules of a file in its order, the first that matches decides; none of what is no file.

    >>> tdm_rules(b'[{"location": "/a/*", "tdm-reservation": 1}]')
    (TdmRule(location='/a/*', reserved=True, policy=''),)
    >>> tdm_rules(b"<html>"), tdm_rules(b'[{"location": "/", "tdm-reservation": 7}]')
    ((), ())
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ()
    rules = (_rule(one) for one in found[:_MOST]) if isinstance(found, list) else ()
    return tuple(rule for rule in rules if rule is not None)


def flag(values: list[str]) -> str:
    """`1` or `0` as a header or meta tag says it, `1` where both are said; else nothing.

    >>> flag(["1"]), flag(["0, 1"]), flag(["yes"]), flag([])
    ('1', '1', '', '')
    """
    said = {part.strip() for value in values for part in value.split(",")}
    return "1" if "1" in said else "0" if "0" in said else ""


def _rule(found: object) -> TdmRule | None:
    if not isinstance(found, dict):
        return None
    location, policy = found.get("location"), found.get("tdm-policy")
    reserved = flag([str(found.get("tdm-reservation"))])
    if not isinstance(location, str) or not reserved:
        return None
    return TdmRule(location, reserved == "1", policy if isinstance(policy, str) else "")
