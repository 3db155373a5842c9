"""A ledger that is opened before its crawl, and handed over to it."""

from __future__ import annotations

from typing import Final

from scraper.ledger.location import ledger_folder
from scraper.ledger.part import Part
from scraper.ledger.store import Ledger
from scraper.place.place import Place

_handed: Final[dict[str, Ledger]] = {}


def open_ledger(place: Place, run_id: str, part: Part | None) -> Ledger:
    """The ledger of a place, or of one part of its list."""
    return Ledger.open(place, run_id=run_id, folder=ledger_folder(place, part), only=part)


def hand_over(ledger: Ledger) -> None:
    """Let the crawl of the ledger's run use it, and leave it open for who opened it.

    So what is wrong with a ledger is known before the crawl, and its newest part is read once.
    """
    _handed[ledger.run_id] = ledger


def handed_over(run_id: str) -> Ledger | None:
    """The ledger that was handed over to a run, once; None where none was."""
    return _handed.pop(run_id, None)
