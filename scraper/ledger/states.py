"""The states of a house in the ledger."""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType
from typing import Final

from scraper.house import Outcome


class State(IntEnum):
    """Where a house stands. The numbers are in every ledger file: they never change."""

    NEW = 0
    """Listed, never visited."""
    AGAIN = 1
    """Visited without an end, or left behind by a process that died: open."""
    LEASED = 2
    """Being visited by the process that holds the ledger."""
    FAILED = 3
    """Ended in a fault; a later run tries again."""
    REFUSED = 4
    """Ended in a refusal; a later run tries again."""
    UNREAD = 5
    """The page came and could not be read; a later run tries again."""
    DENIED = 6
    """A rule forbade the visit; a later run asks the rules again."""
    OK = 7
    """There is a row."""
    GONE = 8
    """The site says that there is no such house any more."""


UNFINISHED: Final = State.DENIED
"""States up to this one can be leased, now or by a later run. The index relies on it."""

OPEN: Final = (State.NEW, State.AGAIN)
"""States that this run leases, in the order of leasing."""

SECOND_CHANCE: Final = (State.FAILED, State.REFUSED, State.UNREAD, State.DENIED)
"""States that a later run leases."""

STATE_OF: Final = MappingProxyType[Outcome, State](
    {
        "ok": State.OK,
        "gone": State.GONE,
        "denied": State.DENIED,
        "refused": State.REFUSED,
        "unread": State.UNREAD,
        "failed": State.FAILED,
    }
)
"""The state that a final visit ends in."""

OUTCOME_OF: Final = MappingProxyType({state: outcome for outcome, state in STATE_OF.items()})
"""The other way round."""
