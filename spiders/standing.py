"""The rows that a dataset has now, to tell whether one that was read again says anything new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Final, Self

import pyarrow as pa
import pyarrow.compute as pc

from scraper.dataset.conform import conform, plain_schema
from scraper.dataset.intake import Intake
from scraper.dataset.publish import pending_parts
from scraper.dataset.rows import rows
from scraper.dataset.version import versions
from scraper.ledger.packing import pack, unpack
from scraper.place.place import Place
from scraper.schema import Row

NOT_READ: Final = frozenset({"run_id", "first_seen", "last_seen", "extractor_version"})
"""Columns of a row that say nothing of what is on its page."""


@dataclass(slots=True)
class Standing:
    """Hash and time of the latest row of each house of a site: some 150 bytes a house."""

    known: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)

    @classmethod
    def of(cls, place: Place, site: str) -> Self:
        """What stands in a place, published or sealed."""
        standing, published = cls(), versions(place)
        if published:
            standing._take(rows(place), site)
        parts = tuple(pending_parts(place, published))
        intake = Intake(place, "houses", tuple(m for m in parts if "houses" in m.tables), parts)
        standing._take(intake.rows(intake.keys()), site)
        return standing

    def is_newer(self, house_id: str, fetched_at: datetime) -> bool:
        """Whether the row of a house is of a later page."""
        known = self.known.get(house_id)
        return known is not None and known[1] > fetched_at

    def is_same(self, row: Row) -> bool:
        """Whether the row of a house says the same; ValueError for one that fits no table."""
        known = self.known.get(str(row["house_id"]))
        if known is None:
            return False
        batch = conform(unpack("houses", pack("houses", [row])), plain_schema("houses"))
        return known[0] == _digest(batch.to_pylist()[0])

    def _take(self, batches: Iterable[pa.RecordBatch], site: str) -> None:
        for batch in batches:
            for row in batch.filter(pc.equal(batch["site"], site)).to_pylist():
                known = self.known.get(row["house_id"])
                if known is None or row["fetched_at"] >= known[1]:
                    self.known[row["house_id"]] = (_digest(row), row["fetched_at"])


def _digest(row: Row) -> bytes:
    said = repr(sorted((name, value) for name, value in row.items() if name not in NOT_READ))
    return blake2b(said.encode(), digest_size=16).digest()
