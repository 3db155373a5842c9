"""Taking houses out of a dataset everywhere: one step after the other, each may be made again.

First they are kept out, by their hashes; then everything is made to agree with that list. So an
erasure that was interrupted is finished by the next one, whichever it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from scraper.archive.places import known_places
from scraper.archive.removal import remove_pages
from scraper.dataset.quality import remember
from scraper.dataset.release import FOLDER as RELEASES
from scraper.dataset.release import write_releases
from scraper.dataset.version import latest
from scraper.erasure.files import Marks, clean_files, clean_saved_pages
from scraper.erasure.find import House, all_sites
from scraper.erasure.parts import compact, recount_photos, renamed_parts, rewrite_parts
from scraper.erasure.proof import Proof
from scraper.erasure.tables import rewrite_tables, rewrite_versions
from scraper.errors import PlaceError
from scraper.ledger.database import Database
from scraper.ledger.location import ALARMS, FILE, LOCK, ledger_folder, state_folder
from scraper.ledger.lock import Lock
from scraper.ledger.parts import write_ids
from scraper.ledger.store import Ledger
from scraper.ledger.suppressed import Suppressed, forget_suppressed, suppress
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.quality.past import FOLDER as PASTS


def erase(place: Place, ledger: Ledger, houses: Sequence[House], by: str, now: datetime) -> Proof:
    """Erase houses; what was removed. The ledger is that of the place, held by this process.

    Raises `StorageError` when the place or an archive does not answer: the same again goes on.
    """
    proof = Proof(by)
    sites = all_sites(ledger)
    suppressed = suppress(place, [(one.site, one.house_id) for one in houses])
    proof.houses = [suppressed.hash_of(one.site, one.house_id) for one in houses]
    clean_files(place, houses, proof)
    clean_saved_pages(state_folder() / ALARMS, houses, proof)
    _archives(place, suppressed, houses, proof)
    with ledger.database.transaction() as connection:
        before = connection.execute("SELECT count(*) FROM houses").fetchone()[0]
    forget_suppressed(ledger.database, suppressed)
    with ledger.database.transaction() as connection:
        after = connection.execute("SELECT count(*) FROM houses").fetchone()[0]
    proof.count({"ids": before - after} if before > after else {})
    rewrite_parts(place, ledger, suppressed, proof)
    renamed = renamed_parts(place)
    rewrite_tables(place, suppressed, sites, renamed, proof)
    rewrite_versions(place, renamed, proof)
    _derived(place, ledger, proof)
    recount_photos(place, ledger)
    compact(ledger.database.path)
    _ledgers_of_parts(place, suppressed, now)
    proof.versions += place.drop_versions()
    return proof


def archives_of(place: Place) -> list[Place]:
    """The archives that have pages of a dataset, the place itself among them."""
    found = [place]
    for url in known_places(place):
        try:
            found.append(open_place(url, create=False))
        except PlaceError:
            continue  # it was removed, with all its pages
    return found


def _derived(place: Place, ledger: Ledger, proof: Proof) -> None:
    """What is made from the tables and the ledger, made anew."""
    write_ids(ledger, place)
    version = latest(place)
    if any(place.names(PASTS)) and version is not None:
        for name in list(place.names(PASTS)):
            place.delete(name)
        remember(place, version.number)
        proof.wrote(*place.names(PASTS))
    there = list(place.names(RELEASES))
    if there:
        written = write_releases(place)
        proof.wrote(*written)
        for name in set(there) - set(written):
            place.delete(name)
            proof.deleted(name)


def _archives(place: Place, suppressed: Suppressed, houses: Sequence[House], proof: Proof) -> None:
    """Kept pages of the houses, and of others that show them among their neighbours."""
    marks = Marks(houses)
    for archive in archives_of(place):
        removed = remove_pages(
            archive,
            lambda one: suppressed.has(one.site, one.house_id),
            lambda page: marks.are_shown(page.text),
        )
        proof.pages += removed.pages
        proof.deleted(*removed.files)
        proof.versions += archive.drop_versions("archive/")


def _ledgers_of_parts(place: Place, suppressed: Suppressed, now: datetime) -> None:
    """The ledgers that this machine has of parts of the list."""
    for folder in part_folders(place):
        with ExitStack() as stack:
            lock = Lock.take(folder / LOCK, place=place.url, run_id="erase", now=now)
            stack.callback(lock.release)
            database = Database(folder / FILE)
            try:
                forget_suppressed(database, suppressed)
                compact(folder / FILE)
            finally:
                database.close()


def part_folders(place: Place) -> list[Path]:
    """Folders of ledgers of parts, of this place on this machine."""
    top = ledger_folder(place, (0, 1)).parent
    return sorted(path.parent for path in top.glob(f"part-*/{FILE}"))
