"""The quality gate: what is pending is compared with what was published, and may not be worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from scraper.dataset.intake import Intake
from scraper.dataset.publish import pending_parts
from scraper.dataset.rows import rows
from scraper.dataset.version import versions
from scraper.place.place import Place
from scraper.quality.finding import Finding, first
from scraper.quality.judge import Suspicion, judge
from scraper.quality.past import read_past, write_past
from scraper.quality.profile import Profile
from scraper.quality.seen import needed
from scraper.quality.watch import SAME_PAGES
from scraper.schema import Row

SAMPLE: Final = 20_000
"""Houses of a site that a profile is made of, spread over all of them: a share is then known to
within 1 %, whatever the size of the dataset, and in seconds."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate says."""

    findings: tuple[Finding, ...]
    """What is wrong; empty where the pending rows may be published."""
    doubted: tuple[tuple[str, str, str], ...]
    """site, house_id and run_id of the rows that speak for it."""


@dataclass(frozen=True, slots=True)
class Pending:
    """The rows that no version has."""

    intake: Intake
    keys: pa.Table

    @classmethod
    def of(cls, place: Place) -> Pending:
        """What is pending in a place."""
        parts = tuple(pending_parts(place, versions(place)))
        intake = Intake(place, "houses", tuple(m for m in parts if "houses" in m.tables), parts)
        return cls(intake, intake.keys())

    def batches(self, columns: Sequence[str]) -> Iterable[pa.RecordBatch]:
        """The rows, some columns of them."""
        return self.intake.rows(self.keys, list(columns)) if self.keys.num_rows else ()


def check_before_publish(place: Place) -> Judgement:
    """Judge the sealed rows that no version has, each site by its own past.

    Raises `StorageError` when the place does not answer, `PlaceError` for a damaged past.
    """
    pending = Pending.of(place)
    findings: list[Finding] = []
    doubted: dict[tuple[str, str, str], None] = {}
    for site, count in _counted([pending.keys], "site").items():
        past = read_past(place, site)
        sample = _sample(pending.batches(needed()), site, count)
        for suspicion in (*judge(Profile.of(sample, past), past), *_constant(pending, site)):
            speaking = list(_speaking(pending, site, suspicion))
            findings.append(suspicion.finding(first(str(row["url"]) for row in speaking)))
            doubted |= dict.fromkeys(_name(row) for row in speaking)
    return Judgement(tuple(findings), tuple(doubted))


def pending_names(place: Place) -> list[tuple[str, str, str]]:
    """site, house_id and run_id of all rows that no version has."""
    keys = Pending.of(place).keys.select(["site", "house_id", "run_id"])
    return [_name(row) for row in keys.to_pylist()]


def remember(place: Place, version: int) -> None:
    """Keep what each site gives in the version just published, for the next to be compared with."""
    for site, count in _counted(rows(place, columns=["site"]), "site").items():
        sample = _sample(rows(place, columns=needed()), site, count)
        write_past(place, site, Profile.of(sample), version)


def _counted(batches: Iterable[pa.RecordBatch | pa.Table], column: str) -> Counter[str]:
    """Value to rows."""
    found: Counter[str] = Counter()
    for batch in batches:
        for one in pc.value_counts(batch[column]).to_pylist():
            found[one["values"]] += one["counts"]
    del found[None]  # a null has no value
    return found


def _sample(batches: Iterable[pa.RecordBatch], site: str, count: int) -> Iterator[Row]:
    """Rows of a site, every n-th, so that there are about as many as a sample needs."""
    step, skip = max(1, count // SAMPLE), 0
    for batch in batches:
        of_site = batch.filter(pc.equal(batch["site"], site))
        yield from of_site.take(pa.array(range(skip, of_site.num_rows, step))).to_pylist()
        skip = (skip - of_site.num_rows) % step


def _speaking(pending: Pending, site: str, suspicion: Suspicion) -> Iterator[Row]:
    for batch in pending.batches(needed()):
        for row in batch.filter(pc.equal(batch["site"], site)).to_pylist():
            if suspicion.speaks(row):
                yield {name: row[name] for name in ("site", "house_id", "run_id", "url")}


def _constant(pending: Pending, site: str) -> Iterator[Suspicion]:
    batches = pending.batches(["site", "body_sha256"])
    pages = _counted((b.filter(pc.equal(b["site"], site)) for b in batches), "body_sha256")
    same = {page for page, n in pages.items() if n >= SAME_PAGES}
    if same:
        yield Suspicion(
            "constant",
            "page",
            f"the same page, byte by byte, for {max(pages.values())} different IDs",
            "a page of its own for each house",
            lambda row: row.get("body_sha256") in same,
        )


def _name(row: Row) -> tuple[str, str, str]:
    return str(row["site"]), str(row["house_id"]), str(row["run_id"])
