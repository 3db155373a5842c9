"""From sealed parts to a published version.

Every step can be made again: parts are immutable, a table tells which of them it holds, and the
version's file, which is written last and once, is what readers go by.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from deltalake.exceptions import CommitFailedError

from scraper.dataset.align import align
from scraper.dataset.difference import added
from scraper.dataset.gone import mark_gone
from scraper.dataset.intake import HOUSE, Intake
from scraper.dataset.photos import put_photos
from scraper.dataset.put import put_rows
from scraper.dataset.table import Commit, Table, make_table
from scraper.dataset.version import Version, versions
from scraper.errors import StorageError
from scraper.ledger.manifests import Manifest, read_manifests
from scraper.place.place import Place

TABLES: Final = ("houses", "photos", "visits")
"""The tables that are built from sealed parts, in the order in which they are."""
_ATTEMPTS: Final = 20
_LOOKS: Final = 3
"""Times that a store which does not answer is looked at, each with all the patience there is."""


class _OvertakenError(Exception):
    """Another publisher took the number of this version."""


def publish(place: Place, accepted: Mapping[str, Any] | None = None) -> Version | None:
    """Take the sealed parts that no version has into the tables, and publish the next version.

    One MERGE a table. None when no part is new, or none brought a house or a photo: what was
    tried is in the table `visits` all the same. A publish that was interrupted is finished by the
    next one; of two at once one wins and the other looks again. `accepted`: why the rows are
    published though something speaks against them; it stands in the version.
    Raises `StorageError` when the place does not answer or a part is damaged.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return _publish(place, accepted)
        except StorageError:
            # A commit whose answer is missing is not asked for again by the tables' library, which
            # cannot know whether it was made: a new look can.
            if attempt + 1 >= _LOOKS:
                raise
        except (CommitFailedError, _OvertakenError):
            # Spread: publishers that failed together would meet again.
            time.sleep(random.uniform(0, min(2.0, 0.1 * 2**attempt)))  # noqa: S311  # no secret
    raise StorageError(f"{place.url}: another publisher was quicker {_ATTEMPTS} times: run again")


def _publish(place: Place, accepted: Mapping[str, Any] | None) -> Version | None:
    known = versions(place)
    base = known[-1] if known else None
    if base is not None:
        align(place, base)
    pending = pending_parts(place, known)
    if not pending:
        return None
    tables, commits = _put_all(place, base, pending)
    if not (_brought(commits["houses"]) or _brought(commits["photos"])):
        return None
    return _write(place, base, pending, tables, commits["houses"], accepted=accepted)


def pending_parts(place: Place, known: Sequence[Version]) -> list[Manifest]:
    """The sealed parts that none of the versions has, earliest sealed first."""
    taken = {name for version in known for name in version.manifests}
    return [manifest for manifest in read_manifests(place) if manifest.name not in taken]


def _put_all(
    place: Place, base: Version | None, pending: Sequence[Manifest]
) -> tuple[dict[str, Table], dict[str, list[Commit]]]:
    """Every table with the pending parts in it, and its commits since the last version."""
    tables: dict[str, Table] = {}
    commits: dict[str, list[Commit]] = {}
    for name in TABLES:
        table = tables[name] = make_table(place, name)
        since = base.heads.get(name, -1) if base else -1
        done = frozenset().union(*(c.manifests for c in table.commits_since(since)))
        left = tuple(m for m in pending if m.name not in done and name in m.tables)
        if name == "photos":
            # A house that was read again without photos has none any more.
            seen = tuple(m for m in pending if m.name not in done and m.tables.keys() & {"houses"})
            put_photos(table, tables["houses"], Intake(place, "houses", seen, tuple(pending)), left)
        elif left:
            put_rows(table, Intake(place, name, left, tuple(pending) if name == "houses" else ()))
        if name == "houses":
            mark_gone(table, place, pending)
        commits[name] = table.commits_since(since)
    return tables, commits


def _brought(commits: Sequence[Commit]) -> bool:
    return any(one.inserted or one.updated for one in commits)


def _write(
    place: Place,
    base: Version | None,
    pending: Sequence[Manifest],
    tables: dict[str, Table],
    commits: Sequence[Commit],
    *,
    accepted: Mapping[str, Any] | None,
) -> Version:
    heads = {name: table.version for name, table in tables.items()}
    version = Version(
        number=base.number + 1 if base else 1,
        published_at=datetime.now(UTC),
        run_ids=tuple(sorted({manifest.run_id for manifest in pending})),
        tables=heads,
        heads=heads,
        manifests=tuple(manifest.name for manifest in pending),
        rows=tables["houses"].rows,
        new=sum(commit.inserted for commit in commits),
        changed=sum(commit.updated for commit in commits),
        gone=_count_gone(place, pending),
        changed_columns=added([commit.columns for commit in commits]),
        accepted=accepted,
    )
    if not place.write_new(version.name, version.encode()):
        raise _OvertakenError
    return version


def _count_gone(place: Place, pending: Sequence[Manifest]) -> int:
    visits = Intake(place, "visits", tuple(m for m in pending if "visits" in m.tables))
    names = [*HOUSE, "outcome"]
    gone = [
        batch.filter(pc.equal(batch["outcome"], "gone")).select(list(HOUSE))
        for batch in visits.rows(visits.keys(), names)
    ]
    if not gone:
        return 0
    return int(pa.Table.from_batches(gone).group_by(list(HOUSE)).aggregate([]).num_rows)
