"""The egress's settings, read once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from scraper.errors import SettingError

Kind = Literal["direct", "addresses", "proxies", "gateway", "ec2", "ec2-pool"]

_FORMS: Final = {
    "direct": "direct",
    "addresses": "addresses:IP,IP,...",
    "proxies": "proxies:FILE or proxies:env:NAME",
    "gateway": "gateway:URL or gateway:env:NAME",
    "ec2": "ec2",
    "ec2-pool": "ec2-pool:TAG=VALUE:PORT",
}
_BARE: Final = frozenset({"direct", "ec2"})
"""Kinds that take no more words."""


@dataclass(frozen=True, slots=True)
class Options:
    """Which addresses requests leave from, and what is done when one is refused."""

    kind: Kind = "direct"
    """`EGRESS` up to its first colon."""
    what: str = field(default="", repr=False)
    """`EGRESS` behind it: may hold credentials, and is never shown."""
    rotations: int = 6
    """`EGRESS_ROTATIONS_PER_HOUR`: times an hour that a site may be asked from another address."""
    rest: float = 60.0
    """`EGRESS_REST`: seconds that a refused address rests at first; twice as long each time."""
    patience: float = 180.0
    """`EGRESS_PATIENCE`: seconds that a crawl goes on without a page, once it is refused."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Options:
        """Read the settings; SettingError names the one that cannot be used, never its value.

        >>> Options.from_settings({"EGRESS": "addresses:127.0.0.2,127.0.0.3"}).kind
        'addresses'
        """
        kind, what = _egress(str(settings.get("EGRESS") or "direct").strip())
        rotations = str(settings.get("EGRESS_ROTATIONS_PER_HOUR", cls().rotations))
        if not (rotations.isascii() and rotations.isdigit()):
            raise SettingError(
                f"EGRESS_ROTATIONS_PER_HOUR={rotations}: expected a whole number, 0 for none"
            )
        return cls(
            kind,
            what,
            int(rotations),
            _seconds(settings, "EGRESS_REST", cls().rest, least=0.01),
            _seconds(settings, "EGRESS_PATIENCE", cls().patience, least=0.0),
        )


def _egress(text: str) -> tuple[Kind, str]:
    name, _, what = text.partition(":")
    for kind in get_args(Kind):
        if name == kind and bool(what) != (kind in _BARE):
            return kind, what
    forms = "; ".join(_FORMS.values())
    said = f"EGRESS={name}{':...' if what else ''}"
    raise SettingError(f"{said}: expected one of {forms}")


def _seconds(settings: Mapping[str, object], name: str, default: float, *, least: float) -> float:
    found = settings.get(name, default)
    try:
        value = float(str(found))
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= least):
        raise SettingError(f"{name}={found}: expected a number of seconds, at least {least:g}")
    return value
