"""The file name of a photo in an export: its content's hash and nothing that a site chose."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

_NAME: Final = re.compile(r"[0-9a-f]{64}\.jpg")


def name_of(image: bytes) -> str:
    """The name that a stored picture is exported under.

    >>> name_of(b"")[-12:]
    '7852b855.jpg'
    """
    return f"{sha256(image).hexdigest()}.jpg"


def checked_name(name: str) -> str:
    """A name as it is; ValueError for anything that `name_of` cannot have made.

    >>> checked_name("../" + "0" * 61 + ".jpg")
    Traceback (most recent call last):
    ...
    ValueError: a photo's file name is 64 hexadecimal digits and .jpg, found '../000000000000...'
    """
    if not _NAME.fullmatch(name):
        shown = name if len(name) <= 15 else f"{name[:15]}..."
        raise ValueError(f"a photo's file name is 64 hexadecimal digits and .jpg, found {shown!r}")
    return name
