"""From what the user typed to a place that is sure to be a dataset's."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final
from uuid import uuid4

import orjson

from scraper.errors import PlaceError
from scraper.place.folder import FolderPlace
from scraper.place.place import Place

MARKER: Final = "housecrawl.json"
FORMAT: Final = 1
"""The layout of a place that this program reads and writes."""
_PROBE: Final = ".housecrawl-probe-"
_NOISE: Final = (".DS_Store", "lost+found/", "desktop.ini", _PROBE)
"""What systems leave in a folder that is empty to a person."""
_STRANGE: Final = re.compile(r"[#?\[\]|^\\]|%[0-9A-Fa-f]{2}")
"""What delta-rs 1.6 loses, doubles or fails at in the path of a table."""


def open_place(url: str, *, create: bool = True) -> Place:
    """The place of a folder's path or an `s3://bucket/prefix`.

    With `create` an empty one becomes a dataset's place, and it is made sure that two writers
    cannot undo each other there. Without it nothing is written.
    Raises `PlaceError` for one that cannot be used, holds something else or, without `create`,
    holds no dataset; `StorageError` when it does not answer just now.
    """
    place = _place(url)
    if isinstance(place, FolderPlace):
        _check_folder(Path(place.url), create=create)
    if not _is_ours(place) and not create:
        raise PlaceError(f"{place.url} holds no dataset: crawl into it first, or check its name")
    if create:
        if isinstance(place, FolderPlace):
            place.sweep()
        _probe(place)
        marker = orjson.dumps({"format": FORMAT})
        if not place.write_new(MARKER, marker + b"\n"):
            _is_ours(place)
    return place


def _place(url: str) -> Place:
    if url.startswith("s3://"):
        from scraper.place.s3 import S3Place  # boto3 costs an eighth of a second

        return S3Place.parse(url)
    scheme, separator, _ = url.partition("://")
    if separator or not url.strip():
        found = f"{scheme}://" if separator else "an empty name"
        raise PlaceError(f"{found} is no place: name a folder or s3://bucket/prefix")
    return FolderPlace(Path(url))


def _check_folder(folder: Path, *, create: bool) -> None:
    if strange := _STRANGE.search(str(folder)):
        raise PlaceError(
            f"{folder} has {strange.group()!r} in its path, which the tables' library cannot "
            "write in an address: name another folder"
        )
    if folder.exists() and not folder.is_dir():
        raise PlaceError(f"{folder} is a file: name a folder")
    if not create:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlaceError(
            f"{folder} cannot be made ({error.strerror}): name a folder that can be written to"
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PlaceError(f"{folder} cannot be written to: give yourself the right, or name another")


def _is_ours(place: Place) -> bool:
    """Whether the place is a dataset's; False for one with nothing in it."""
    try:
        _check_marker(place, place.read(MARKER))
    except FileNotFoundError:
        if stranger := next((n for n in place.names() if not n.startswith(_NOISE)), None):
            raise PlaceError(
                f"{place.url} holds something else (it has {stranger!r} and no {MARKER}): "
                "name an empty place or a dataset's"
            ) from None
        return False
    return True


def _check_marker(place: Place, data: bytes) -> None:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        found = None
    number = found.get("format") if isinstance(found, dict) else None
    if not isinstance(number, int):
        raise PlaceError(f"{place.url}/{MARKER} says no format: it is no dataset's, name another")
    if number != FORMAT:
        raise PlaceError(
            f"{place.url} has format {number} and this housecrawl knows {FORMAT}: "
            "use the housecrawl that wrote it"
        )


def _probe(place: Place) -> None:
    """Raise `PlaceError` where writing only what is not there yet does not work.

    Some stores answer yes and overwrite: then one of two writers loses rows and nobody knows.
    """
    name = f"{_PROBE}{uuid4().hex}"
    try:
        first, second = place.write_new(name, b"1"), place.write_new(name, b"2")
    finally:
        place.delete(name)
    if not first or second:
        raise PlaceError(
            f"{place.url}: this store does not honour If-None-Match (an object was written twice), "
            "and two writers could lose rows silently there: use another store"
        )
