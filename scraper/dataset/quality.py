"""The quality gate: what is pending is compared with what was published, and may not be worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Self

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scraper.dataset.conform import plain_schema, subschema
from scraper.dataset.intake import Intake
from scraper.dataset.publish import pending_parts
from scraper.dataset.published import published, spread
from scraper.dataset.rows import rows
from scraper.dataset.version import versions
from scraper.ledger.freed import give_back
from scraper.place.place import Place
from scraper.quality.compare import EACH, compare
from scraper.quality.finding import Finding, first
from scraper.quality.frame import COLUMNS, Frame, complete
from scraper.quality.judge import judge, stray_suspects
from scraper.quality.limits import Limits
from scraper.quality.past import read_past, write_past
from scraper.quality.profile import Profile
from scraper.quality.seen import needed
from scraper.quality.suspicion import Suspect, Suspicion
from scraper.quality.watch import SAME_PAGES
from scraper.schema import Row

SUSPECTS: Final = "quality/gate/suspects.json"
"""What the newest version has that a person should look at, written as it is published."""
ROWWISE: Final = frozenset(["constant", "duplicates", "schema"])
"""Checks whose findings name the rows that are wrong, and say nothing of the others."""
PAGES: Final = 50
"""Addresses of a finding among which pages to look at are looked for."""
SEEN: Final = (*needed(), "latitude", "longitude")
"""The columns that rows are judged by."""
_AT_ONCE: Final = 512

Name = tuple[str, str, str]
"""site, house_id and run_id of a row."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate says."""

    findings: tuple[Finding, ...] = ()
    """What is wrong; empty where the pending rows may be published."""
    doubted: tuple[Name, ...] = ()
    """The rows that are not to be published, or may not be: `ROWWISE` findings speak of single
    rows, and any other of all pending ones of its site, for what spoils some rows may have spoiled
    others that show it less."""
    urls: tuple[str, ...] = ()
    """Addresses of pages that show it, those of the first finding first."""
    suspects: tuple[Suspect, ...] = ()
    """Houses that are odd and are published all the same."""
    left_out: tuple[str, ...] = ()
    """Checks that could not be made, and why."""


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


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows of a site, held in columns: as rows they would take many times as much memory."""

    table: pa.Table

    @classmethod
    def of(cls, batches: Iterable[pa.RecordBatch], site: str, count: int) -> Self:
        """As many of the site's rows as it needs, with the columns that rows are judged by."""
        schema = subschema(plain_schema("houses"), SEEN)
        return cls(pa.Table.from_batches(_sampled(batches, site, count), schema))

    def __iter__(self) -> Iterator[Row]:
        return _as_rows(self.table.to_batches())

    @property
    def frame(self) -> Frame:
        """What is compared of them."""
        return complete(self.table.select(list(COLUMNS)).to_pandas())


def check_before_publish(
    place: Place, limits: Limits | None = None, readers: Mapping[str, str] | None = None
) -> Judgement:
    """Judge the sealed rows that no version has, each site by its own past.

    `readers`: what read a site's pages, as far as it is known.

    Raises `StorageError` when the place does not answer, `PlaceError` for a damaged past.
    """
    give_back()
    pending = Pending.of(place)
    judged = [
        _judged(pending, site, count, limits or Limits(), (readers or {}).get(site, ""))
        for site, count in _counted([pending.keys], "site").items()
    ]
    give_back()
    return Judgement(
        tuple(f for one in judged for f in one.findings),
        tuple(d for one in judged for d in one.doubted),
        tuple(u for one in judged for u in one.urls),
        tuple(s for one in judged for s in one.suspects),
        tuple(dict.fromkeys(line for one in judged for line in one.left_out)),
    )


def _judged(pending: Pending, site: str, count: int, limits: Limits, reader: str) -> Judgement:
    place = pending.intake.place
    found = read_past(place, site)
    past = found.read_by(reader) if found else None
    sample = Sample.of(pending.batches(SEEN), site, count)
    profile = Profile.of(sample, past)
    new = sample.frame
    compared = compare(new, published(place, site, new), limits)
    suspicions = [*judge(profile, past, limits), *_constant(pending, site)]
    told = {one.column for one in suspicions}
    suspicions += [one for one in compared.suspicions if one.column not in told]
    strays = islice(stray_suspects(sample, past or profile), EACH)
    speaking = [list(_speaking(pending, site, one)) for one in suspicions]
    return Judgement(
        tuple(
            one.finding(first(str(row["url"]) for row in rows))
            for one, rows in zip(suspicions, speaking, strict=True)
        ),
        _doubted(pending, site, suspicions, speaking),
        tuple(str(row["url"]) for rows in speaking for row in rows[:PAGES]),
        (*strays, *compared.suspects),
        compared.left_out,
    )


def _doubted(
    pending: Pending, site: str, found: Sequence[Suspicion], speaking: Sequence[Sequence[Row]]
) -> tuple[Name, ...]:
    if all(one.check in ROWWISE for one in found):
        return tuple(dict.fromkeys(_name(row) for rows in speaking for row in rows))
    keys = pending.keys.filter(pc.equal(pending.keys["site"], site))
    return tuple(_name(row) for row in keys.select(["site", "house_id", "run_id"]).to_pylist())


def remember(
    place: Place,
    version: int,
    judgement: Judgement | None = None,
    readers: Mapping[str, str] | None = None,
) -> None:
    """Keep what each site gives in the version just published, for the next to be compared with.

    Of a judgement the suspects are kept too, in `SUSPECTS`.
    """
    for site, count in _counted(rows(place, columns=["site"], sparing=True), "site").items():
        sample = _as_rows(_sampled(rows(place, columns=needed(), sparing=True), site, count))
        reader = (readers or {}).get(site) or _reader_before(place, site)
        write_past(place, site, replace(Profile.of(sample), reader=reader), version)
    if judgement is not None:
        odd = [one.as_json() for one in judgement.suspects]
        said = {"version": version, "suspects": odd, "left_out": list(judgement.left_out)}
        place.write(SUSPECTS, orjson.dumps(said, option=orjson.OPT_INDENT_2))


def read_suspects(place: Place, version: int) -> tuple[list[dict[str, str]], list[str]]:
    """The suspects of a version, as JSON has them, and the checks that were left out; nothing of a
    version that was not judged, or was judged before the newest.
    """
    try:
        said = orjson.loads(place.read(SUSPECTS))
        if said["version"] != version:
            return [], []
        return list(said["suspects"]), list(said["left_out"])
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return [], []


def _reader_before(place: Place, site: str) -> str:
    past = read_past(place, site)
    return past.reader if past else ""


def _counted(batches: Iterable[pa.RecordBatch | pa.Table], column: str) -> Counter[str]:
    """Value to rows."""
    found: Counter[str] = Counter()
    for batch in batches:
        for one in pc.value_counts(batch[column]).to_pylist():
            found[one["values"]] += one["counts"]
    del found[None]  # a null has no value
    return found


def _sampled(batches: Iterable[pa.RecordBatch], site: str, count: int) -> Iterator[pa.RecordBatch]:
    """Rows of a site, of which there are so many, as many as a sample needs."""
    at = 0
    for batch in batches:
        of_site = batch.filter(pc.equal(batch["site"], site))
        yield of_site.filter(pa.array(spread(at, of_site.num_rows, count)))
        at += of_site.num_rows


def _as_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[Row]:
    """Batches row by row, few of which are held as such at once."""
    for batch in batches:
        for start in range(0, batch.num_rows, _AT_ONCE):
            yield from batch.slice(start, _AT_ONCE).to_pylist()


def _speaking(pending: Pending, site: str, suspicion: Suspicion) -> Iterator[Row]:
    for batch in pending.batches(SEEN):
        for row in _as_rows([batch.filter(pc.equal(batch["site"], site))]):
            if suspicion.speaks(row):
                yield {name: row[name] for name in ("site", "house_id", "run_id", "url")}


def _constant(pending: Pending, site: str) -> Iterator[Suspicion]:
    numbers = np.concatenate([np.empty(0, np.int64), *map(_numbers, _pages(pending, site))])
    found, counts = np.unique(numbers, return_counts=True)
    often = found[counts >= SAME_PAGES]
    if not len(often):
        return
    # Only of those the pages themselves are held.
    some = (page.filter(pa.array(np.isin(_numbers(page), often))) for page in _pages(pending, site))
    pages = Counter(page for array in some for page in array.to_pylist())
    same = {page for page, n in pages.items() if n >= SAME_PAGES}
    if same:
        yield Suspicion(
            "constant",
            "page",
            f"the same page, byte by byte, for {max(pages.values())} different IDs",
            "a page of its own for each house",
            lambda row: row.get("body_sha256") in same,
        )


def _pages(pending: Pending, site: str) -> Iterator[pa.Array]:
    """The hashes of the pages of a site's rows, those that are known."""
    for batch in pending.batches(["site", "body_sha256"]):
        yield batch.filter(pc.equal(batch["site"], site))["body_sha256"].drop_null()


def _numbers(texts: pa.Array) -> NDArray[np.int64]:
    """A number for each text, the same for the same text within a process."""
    return np.fromiter(map(hash, texts.to_pylist()), np.int64, len(texts))


def _name(row: Row) -> Name:
    return str(row["site"]), str(row["house_id"]), str(row["run_id"])
