"""Sealing finished rows into parts: immutable files that a manifest, written last, makes exist."""

from __future__ import annotations

from typing import Final

from scraper.errors import HousecrawlError
from scraper.ledger.faults import disk_faults
from scraper.ledger.freed import give_back
from scraper.ledger.manifests import (
    Manifest,
    PartFile,
    decode,
    open_part,
    read_manifests,
    verify,
)
from scraper.ledger.part_files import write_files
from scraper.ledger.plans import Bounds, Plan, drop, make_plan, mark_sealed, open_plans, purge
from scraper.ledger.snapshot import write_ids
from scraper.ledger.store import Ledger
from scraper.ledger.workshop import workshop
from scraper.place.place import Place

__all__ = [
    "Manifest",
    "PartFile",
    "open_part",
    "read_manifests",
    "seal",
    "verify",
    "write_ids",
]

PART_ROWS: Final = 5_000
PART_BYTES: Final = 64 << 20


def may_seal(ledger: Ledger, rows: int = PART_ROWS, size: int = PART_BYTES) -> bool:
    """Whether `seal` may find a full part, as far as is known without looking."""
    known = ledger.unplanned
    return known is None or Bounds(rows, size).are_reached(*known)


def seal(
    ledger: Ledger,
    place: Place,
    *,
    rows: int = PART_ROWS,
    size: int = PART_BYTES,
    force: bool = False,
) -> list[Manifest]:
    """Move finished rows into parts, each of at most `rows` visits and about `size` bytes.

    Only full parts are sealed, with `force` also the rest. Costs next to nothing while no part is
    full; else it takes seconds and may run in a thread while the ledger goes on. The rows leave
    the ledger once the manifest is durable: whatever interrupts, they are in exactly one of the
    two, and the next call goes on. Raises `StorageError` when the place does not answer.
    """
    bounds = Bounds(rows, size)
    sealed: list[Manifest] = []
    if not (force or ledger.is_part_full(bounds)):
        return sealed
    with ledger.sealing:
        with ledger.database.transaction() as connection:
            left_behind = open_plans(connection)
        for plan in left_behind:
            sealed += _carry_out(ledger, place, plan)
        while (force or ledger.is_part_full(bounds)) and (made := _plan(ledger, bounds)):
            sealed += _carry_out(ledger, place, made)
    give_back()
    return sealed


def _plan(ledger: Ledger, bounds: Bounds) -> Plan | None:
    # Durable, or a power cut could leave a part in the place that the ledger knows nothing of.
    with ledger.database.transaction(durable=True) as connection:
        plan = make_plan(connection, ledger.run_id, bounds)
        ledger.note_planned()
    ledger.told("planned")
    return plan


def _carry_out(ledger: Ledger, place: Place, plan: Plan) -> list[Manifest]:
    manifest = _write_part(ledger, place, plan)
    with ledger.database.transaction() as connection:
        if manifest.tables:
            mark_sealed(connection, plan, manifest.sealed_at)
        else:
            drop(connection, plan)
    ledger.told("sealed")
    purge(ledger.database, plan)
    ledger.told("purged")
    return [manifest] if manifest.tables else []


def _write_part(ledger: Ledger, place: Place, plan: Plan) -> Manifest:
    with workshop(ledger.folder) as folder:
        with ledger.database.reading() as connection, disk_faults(folder):
            files = write_files(connection, plan, folder)
        ledger.told("written")
        manifest = Manifest(plan.run_id, plan.seq, ledger.clock(), files)
        _refuse_taken(place, manifest)
        for table, file in files.items():
            place.upload(file.name, str(folder / f"{table}.parquet"))
        ledger.told("uploaded")
    if not files or place.write_new(manifest.name, manifest.encode()):
        ledger.told("manifested")
        return manifest
    return _refuse_taken(place, manifest) or manifest


def _refuse_taken(place: Place, manifest: Manifest) -> Manifest | None:
    """The manifest that is there already where its answer got lost; an error if it is not ours."""
    try:
        there = decode(manifest.name, place.read(manifest.name))
    except FileNotFoundError:
        return None
    except ValueError:
        place.delete(manifest.name)
        return None
    if there.tables != manifest.tables:
        raise HousecrawlError(
            f"{place.url} has another part {manifest.part}: two crawls had the run ID "
            f"{manifest.run_id}; give each its own RUN_ID"
        )
    return there
