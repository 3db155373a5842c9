"""The rules of `rules.toml`, read once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Kind = Literal["header", "address", "title", "phrase", "vendor", "hint"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One sign of a refusal."""

    name: str
    """Names it in a log."""
    kind: Kind
    """Where it is looked for, and what it weighs."""
    pattern: re.Pattern[str]
    """What it looks like."""
    reason: str
    """What it means, for a person."""
    header: str = ""
    """The header that a rule of that kind reads."""


@dataclass(frozen=True, slots=True)
class Table:
    """All that is known of refusals."""

    refused: frozenset[int]
    """Statuses that are a refusal by themselves."""
    gone: frozenset[int]
    """Statuses that never are one."""
    thin_text: int
    """Visible characters that a thin page has at most."""
    thin_bytes: int
    """Bytes that it has at most."""
    weights: Mapping[str, float]
    """Kind of sign to its weight."""
    rules: tuple[Rule, ...]


@cache
def table() -> Table:
    """The table of the package."""
    data = tomllib.loads(files("scraper.refusal").joinpath("rules.toml").read_text("utf-8"))
    return Table(
        refused=frozenset(data["status"]["refused"]),
        gone=frozenset(data["status"]["gone"]),
        thin_text=data["page"]["thin_text"],
        thin_bytes=data["page"]["thin_bytes"],
        weights=data["weights"],
        rules=tuple(_rule(line) for line in data["rules"]),
    )


def _rule(line: dict[str, Any]) -> Rule:
    return Rule(**{**line, "pattern": re.compile(line["pattern"], re.IGNORECASE)})
