"""What is on record of a version beside its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Standing:
    """What the gate said of the version, and under which terms its data is used."""

    number: int = 0
    """The version's number; 0 where nothing was published."""
    accepted: Mapping[str, Any] | None = None
    """Why it was published though the gate had findings: `reason`, and the `findings`."""
    accepted_before: Mapping[int, str] = field(default_factory=dict)
    """Earlier versions of which the same is true, with the reason of each."""
    suspects: Sequence[Mapping[str, str]] = ()
    """Houses that the gate found odd and let pass: `site`, `house_id`, `check`, `column`, `found`,
    `expected`."""
    left_out: Sequence[str] = ()
    """Checks that the gate could not make, and why."""
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Site to what its site file says under `[terms]`."""
