"""A section of the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A section: what stands above it, and what its template draws."""

    key: str
    """Its anchor, and the name of its template."""
    name: str
    """How the navigation calls it."""
    title: str
    """Its heading."""
    lead: str
    """One or two sentences on how to read it."""
    content: Mapping[str, object]
    """What its template draws."""
