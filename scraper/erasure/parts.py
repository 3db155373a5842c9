"""Sealed parts without the rows of erased houses: written anew under new names."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scraper.erasure.proof import Proof
from scraper.erasure.rows import digest, erased_rows, generation, rewritten, write_without
from scraper.ledger import tallies
from scraper.ledger.manifests import (
    FOLDER,
    Manifest,
    PartFile,
    manifest_names,
    open_part,
    read_manifests,
)
from scraper.ledger.packing import unpack
from scraper.ledger.store import Ledger
from scraper.ledger.suppressed import Suppressed
from scraper.place.place import Place

_PART: Final = re.compile(r"(?P<run>.+)-(?P<seq>\d{6})")


def rewrite_parts(place: Place, ledger: Ledger, suppressed: Suppressed, proof: Proof) -> None:
    """Replace each part that has rows of erased houses; the ledger follows.

    A part's new manifest is there before the old one goes: whatever interrupts, no other row is
    lost, and the next call goes on.
    """
    for manifest in read_manifests(place):
        found = {
            table: n
            for table, file in manifest.tables.items()
            if (n := erased_rows(place, file.name, suppressed))
        }
        if found:
            new = _rewrite(place, manifest, set(found), suppressed)
            _follow(ledger, manifest, new)
            proof.count(found)
            proof.wrote(*([new.name] if new else []))
            for name in (manifest.name, *(manifest.tables[table].name for table in found)):
                place.delete(name)
                proof.deleted(name)
    _sweep(place, proof)


def renamed_parts(place: Place) -> dict[str, str]:
    """Names of manifests that were rewritten, to the names that they have now."""
    renamed = {}
    for name in manifest_names(place):
        part = _PART.fullmatch(name.removeprefix(FOLDER).removesuffix(".json"))
        if part is None:
            continue
        stem, number = generation(part["run"])
        for before in range(number):
            run = f"{stem}.e{before}" if before else stem
            renamed[f"{FOLDER}{run}-{part['seq']}.json"] = name
    return renamed


def recount_photos(place: Place, ledger: Ledger) -> None:
    """Count the photos of all parts, and of what waits to be sealed, anew."""
    counts: Counter[tuple[str, str]] = Counter()
    columns = ("site", "outcome")
    for manifest in read_manifests(place):
        for batch in open_part(place, manifest, "photos", columns=columns):
            counts.update(zip(*(batch.column(n).to_pylist() for n in columns), strict=True))
    with ledger.database.transaction() as connection:
        for (packed,) in connection.execute("SELECT photos FROM finished WHERE photos NOTNULL"):
            batch = unpack("photos", packed)
            counts.update(zip(*(batch.column(n).to_pylist() for n in columns), strict=True))
        connection.execute("DELETE FROM tallies WHERE what LIKE ?", (f"{tallies.PHOTOS}%",))
        for (site, outcome), n in counts.items():
            number = ledger.database.word(connection, site)
            tallies.add(connection, number, tallies.PHOTOS + (outcome or "ok"), n)


def compact(path: Path) -> None:
    """Write a ledger's file anew: what was deleted is then nowhere in it, nor in its log."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rewrite(
    place: Place, manifest: Manifest, tables: set[str], suppressed: Suppressed
) -> Manifest | None:
    """The part that takes the place of one; None where nothing is left of it."""
    new = replace(manifest, run_id=rewritten(manifest.run_id))
    files = {name: file for name, file in manifest.tables.items() if name not in tables}
    with TemporaryDirectory() as folder:
        for table in sorted(tables):
            path = Path(folder) / f"{table}.parquet"
            rows = write_without(place, manifest.tables[table].name, suppressed, path)
            if rows:
                name = f"{FOLDER}{table}/{new.part}.parquet"
                place.upload(name, str(path))
                files[table] = PartFile(name, rows, path.stat().st_size, digest(path))
    if not files:
        return None
    new = replace(new, tables=files)
    place.write(new.name, new.encode())
    return new


def _follow(ledger: Ledger, old: Manifest, new: Manifest | None) -> None:
    """Let the ledger know a part by its new name, or as one that is no more."""
    with ledger.database.transaction(durable=True) as connection:
        key = (old.run_id, old.seq)
        if new is not None:
            known = connection.execute(
                "SELECT number FROM parts WHERE run = ? AND seq = ?", (new.run_id, new.seq)
            ).fetchone()
            if known is None:
                connection.execute(
                    "UPDATE parts SET run = ? WHERE run = ? AND seq = ?", (new.run_id, *key)
                )
                return
        connection.execute("UPDATE parts SET first = 0, last = -1 WHERE run = ? AND seq = ?", key)


def _sweep(place: Place, proof: Proof) -> None:
    """Remove the files of parts that no manifest names: a killed process left them."""
    named = {file.name for one in read_manifests(place) for file in one.tables.values()}
    for name in list(place.names(FOLDER)):
        if name.endswith(".parquet") and name not in named:
            place.delete(name)
            proof.deleted(name)
