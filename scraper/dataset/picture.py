"""Names of picture files that are safe in every folder and tell which house they show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST: Final = 80


def picture_name(row: Mapping[str, object]) -> str:
    """The file of a row of the table `photos`: `photos/<site>/<house_id>/<position>.jpg`.

    >>> picture_name({"site": "homefind", "house_id": "00a1", "position": 3})
    'photos/homefind/00a1/3.jpg'
    >>> picture_name({"site": "homefind", "house_id": "../../etc", "position": 0})
    'photos/homefind/______etc-74ccf3c5/0.jpg'
    """
    site, house = _safe(str(row["site"])), _safe(str(row["house_id"]))
    return f"photos/{site}/{house}/{row['position']}.jpg"


def _safe(text: str) -> str:
    """The text as a file name, with a hash where that would make two of them one."""
    plain = _UNSAFE.sub("_", text)[:_LONGEST]
    return plain if plain == text else f"{plain}-{sha256(text.encode()).hexdigest()[:8]}"
