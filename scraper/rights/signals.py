"""Rights signals as a value: where each was said, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

Signals = Mapping[str, tuple[str, ...]]
"""Where a signal was found, one of the names below, to what it says there."""

X_ROBOTS_TAG: Final = "x-robots-tag"
META_ROBOTS: Final = "meta robots"
TDM_HEADER: Final = "tdm-reservation"
TDM_META: Final = "meta tdm-reservation"
TDM_FILE: Final = "tdmrep.json"
TDM_POLICY: Final = "tdm-policy"
AI_TXT: Final = "ai.txt"
USAGE_HEADER: Final = "content-usage"
USAGE_ROBOTS: Final = "robots.txt content-usage"
SIGNAL_ROBOTS: Final = "robots.txt content-signal"
DATA_MINING: Final = "plus:DataMining"
TDM_XMP: Final = "tdm:reservation"
LICENCE: Final = "licence"

NONE: Final[Signals] = {}


def merged(*found: Signals) -> Signals:
    """All signals together; what several say of the same place stands in order.

    >>> merged({"ai.txt": ("a",)}, {}, {"ai.txt": ("b",)})
    {'ai.txt': ('a', 'b')}
    """
    out: dict[str, tuple[str, ...]] = {}
    for signals in found:
        for place, words in signals.items():
            out[place] = (*out.get(place, ()), *(w for w in words if w not in out.get(place, ())))
    return out


def as_json(signals: Signals) -> str:
    """The text of the column `usage_signals`; `{}` says that there were none.

    >>> as_json({"x-robots-tag": ("noai", "noindex")})
    '{"x-robots-tag":["noai","noindex"]}'
    """
    return orjson.dumps(dict(signals), option=orjson.OPT_SORT_KEYS).decode()
