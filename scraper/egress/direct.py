"""`direct`: whatever address the machine has."""

from __future__ import annotations

from collections.abc import Sequence

from scraper.egress.address import Address
from scraper.egress.backend import Backend


class Direct(Backend):
    """The machine's own way out."""

    def addresses(self) -> Sequence[Address]:
        """The one there is."""
        return [Address("direct")]
