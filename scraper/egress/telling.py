"""What an answer says of its address at once, before anybody has read it."""

from __future__ import annotations

from typing import Final, Literal

Telling = Literal["nothing", "doubt", "judge"]

_UNREAD: Final = frozenset({"robots", "rights"})
"""Kinds of requests whose answers nobody judges: the gate's own."""
_NOT_NOW: Final = frozenset({429, 503})
"""Statuses by which a site asks to be left alone for a while: no refusal yet."""


def telling(status: int, kind: str, *, of_relay: bool) -> Telling:
    """`doubt`: one page at a time from now on; `judge`: whoever reads it will say.

    >>> telling(200, "house", of_relay=False), telling(429, "house", of_relay=False)
    ('judge', 'doubt')
    """
    if of_relay or kind in _UNREAD:
        return "nothing"
    return "doubt" if status in _NOT_NOW else "judge"
