"""Houses that were erased: known by a keyed hash only, and kept out for good.

Each is an object of its own, `erasures/suppressed/<hash>`, so that of two erasures at once none is
lost. The key lies beside them: it keeps the hashes of two datasets apart, and nobody who has
only a hash can tell whose it is. Who has the whole place can try IDs.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from scraper.ledger import tallies
from scraper.ledger.database import Database
from scraper.place.place import Place

FOLDER: Final = "erasures/suppressed/"
KEY: Final = "erasures/key"
_NOTE: Final = "housecrawl.suppressed"
_BATCH: Final = 10_000


@dataclass(frozen=True, slots=True)
class Suppressed:
    """The houses of a place that were erased."""

    key: bytes = b""
    hashes: frozenset[str] = frozenset()

    def has(self, site: str, house_id: str) -> bool:
        """Whether a house was erased."""
        return bool(self.hashes) and self.hash_of(site, house_id) in self.hashes

    def hash_of(self, site: str, house_id: str) -> str:
        """What a house is known by here.

        >>> len(Suppressed(b"k").hash_of("homefind", "1"))
        64
        """
        return hmac.digest(self.key, f"{site}\n{house_id}".encode(), "sha256").hex()


def read_suppressed(place: Place) -> Suppressed:
    """What was erased from a place; nothing is written."""
    hashes = frozenset(name.removeprefix(FOLDER) for name in place.names(FOLDER))
    return Suppressed(place.read(KEY) if hashes else b"", hashes)


def suppress(place: Place, houses: Iterable[tuple[str, str]]) -> Suppressed:
    """Keep houses, as (site, house_id), out of a place from now on; what is kept out now."""
    place.write_new(KEY, secrets.token_bytes(32))
    known = Suppressed(place.read(KEY))
    for site, house_id in houses:
        place.write_new(FOLDER + known.hash_of(site, house_id), b"")
    return read_suppressed(place)


def forget_suppressed(database: Database, suppressed: Suppressed) -> int:
    """Take the erased houses out of a ledger, with all that waits to be sealed; how many.

    Only what came in since the last time is looked at, unless more was erased since.
    """
    if not suppressed.hashes:
        return 0
    mark = hmac.digest(suppressed.key, "\n".join(sorted(suppressed.hashes)).encode(), "sha256")
    with database.transaction() as connection:
        row = connection.execute("SELECT value FROM notes WHERE name = ?", (_NOTE,)).fetchone()
    known, _, after = str(row[0]).partition(" ") if row else ("", "", "")
    found, last = _find(database, suppressed, int(after) if known == mark.hex() else 0)
    with database.transaction() as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.executemany("DELETE FROM finished WHERE house = ?", found)
        connection.executemany("DELETE FROM houses WHERE number = ?", found)
        connection.execute("REPLACE INTO notes VALUES (?, ?)", (_NOTE, f"{mark.hex()} {last}"))
        if found:
            tallies.recount(connection)
    return len(found)


def _find(database: Database, suppressed: Suppressed, after: int) -> tuple[list[tuple[int]], int]:
    """Numbers of the erased houses after a number, and the last number there is."""
    found: list[tuple[int]] = []
    while True:
        with database.transaction() as connection:
            rows = connection.execute(
                "SELECT houses.number, word, house_id FROM houses "
                "JOIN words ON words.number = site WHERE houses.number > ? "
                "ORDER BY houses.number LIMIT ?",
                (after, _BATCH),
            ).fetchall()
        if not rows:
            return found, after
        found += [(number,) for number, site, house in rows if suppressed.has(site, house)]
        after = rows[-1][0]
