"""Putting a ledger in order when it is opened: what was left behind, what the place has more."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from scraper.errors import PlaceError
from scraper.ledger import tallies
from scraper.ledger.adopt import adopt_ids, adopt_part, concerns
from scraper.ledger.database import Database
from scraper.ledger.manifests import Manifest, manifest_names, read_manifest, verify
from scraper.ledger.part import Part
from scraper.ledger.plans import Plan, mark_sealed, purge, read_plans, withdraw
from scraper.ledger.workshop import clear
from scraper.place.place import Place

logger = logging.getLogger(__name__)


def recover(database: Database, place: Place, only: Part | None = None) -> list[str]:
    """Bring the ledger and the place's parts together; what was found torn, a sentence each.

    A part whose manifest is whole is sealed, whatever the ledger had got to know of it; a torn one
    is taken back, and made again from the ledger's rows or by visiting its houses again.
    `only`: the part of the ID list that the ledger is of, None for the whole list.
    """
    clear(database.path.parent)
    names = set(manifest_names(place))
    faults: list[str] = []
    adopted = adopt_ids(database, place, only)
    faults += _finish_plans(database, place, names)
    plans = _plans(database)
    faults += _take_back(database, place, _missing(place, plans, names))
    _purge(database)
    met = {plan.manifest_name for plan in plans if not plan.is_withdrawn}
    unknown = {name for name in names - met if concerns(only, name)}
    faults += _adopt(database, place, unknown, only)
    if adopted or unknown or faults:
        with database.transaction() as connection:
            tallies.recount(connection)
    for fault in faults:
        logger.warning("%s", fault)
    return faults


def _plans(database: Database) -> list[Plan]:
    with database.transaction() as connection:
        return read_plans(connection)


def _finish_plans(database: Database, place: Place, names: set[str]) -> list[str]:
    """Take the parts that were being written as sealed where their manifest got written."""
    faults = []
    for plan in _plans(database):
        if plan.is_sealed or plan.manifest_name not in names:
            continue
        manifest, torn = _look(place, plan.manifest_name)
        if manifest is None:
            place.delete(plan.manifest_name)
            faults.append(f"{torn}: part {plan.part} is written again")
            continue
        with database.transaction() as connection:
            mark_sealed(connection, plan, manifest.sealed_at)
    return faults


def _purge(database: Database) -> None:
    with database.transaction() as connection:
        oldest = connection.execute("SELECT min(seq) FROM finished").fetchone()[0]
    for plan in _plans(database):
        if oldest is not None and plan.is_sealed and plan.last >= oldest:
            purge(database, plan)


def _missing(place: Place, plans: Iterable[Plan], names: set[str]) -> list[tuple[Plan, str]]:
    """Sealed parts that are not whole any more, and what is wrong with them.

    Only the last part is read: what a fault of the disk tears is what was written last.
    """
    sealed = [plan for plan in plans if plan.is_sealed and not plan.is_withdrawn]
    lost = [
        (plan, f"{plan.manifest_name} is missing")
        for plan in sealed
        if plan.manifest_name not in names
    ]
    if sealed and sealed[-1].manifest_name in names:
        manifest, torn = _look(place, sealed[-1].manifest_name)
        if manifest is None:
            lost.append((sealed[-1], torn))
    return lost


def _take_back(database: Database, place: Place, lost: list[tuple[Plan, str]]) -> list[str]:
    if not lost:
        return []
    for plan, _ in lost:
        place.delete(plan.manifest_name)
    with database.transaction() as connection:
        reopened = withdraw(connection, [plan for plan, _ in lost])
    return [*(what for _, what in lost), f"{reopened} houses of lost parts are visited again"]


def _adopt(database: Database, place: Place, names: Iterable[str], only: Part | None) -> list[str]:
    faults = []
    found: list[Manifest] = []
    for name in names:
        manifest, torn = _look(place, name, content=False)
        if manifest is None:
            place.delete(name)
            faults.append(f"{torn}: taken out, its houses are visited again")
        else:
            found.append(manifest)
    for manifest in sorted(found, key=lambda one: one.sealed_at):
        try:
            adopt_part(database, place, manifest, only)
        except PlaceError as error:
            faults.append(str(error))
    return faults


def _look(place: Place, name: str, *, content: bool = True) -> tuple[Manifest | None, str]:
    """A manifest whose files are whole, or what is wrong."""
    manifest = read_manifest(place, name)
    if manifest is None:
        return None, f"{name} is torn"
    faults = verify(place, manifest, content=content)
    return (None, "; ".join(faults)) if faults else (manifest, "")
