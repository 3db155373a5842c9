"""Photos of a folder, given to the houses whose ID or row their names begin with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from scraper.demo.model import Photo
from scraper.errors import InputFileError

_NAME: Final = re.compile(r"([A-Za-z0-9]+)_([A-Za-z0-9-]+)\.(?:jpe?g|png|webp)", re.IGNORECASE)
_FIRST: Final = ("frontal", "front", "exterior")
"""Rooms that a gallery begins with."""


def find(folder: Path, ids: Sequence[str]) -> dict[str, tuple[Photo, ...]]:
    """House ID to its photos.

    `<id>_<room>.jpg` goes to that ID, else `<n>_<room>.jpg` to the n-th row, counted from 1; sets
    that fit neither go to the first rows without photos. InputFileError where there is none.
    """
    sets = _sets(folder)
    found: dict[str, tuple[Photo, ...]] = {}
    homeless = []
    for key, paths in sets.items():
        house_id = _owner(key, ids)
        if house_id is None or house_id in found:
            homeless.append(paths)
        else:
            found[house_id] = _photos(paths)
    free = (house_id for house_id in ids if house_id not in found)
    for house_id, paths in zip(list(free), homeless, strict=False):
        found[house_id] = _photos(paths)
    return found


def _sets(folder: Path) -> dict[str, list[Path]]:
    """Key of a name to its files, both in the order of numbers and names."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise InputFileError(
            f"{folder}: cannot be read as a folder of photos: {error.strerror}"
        ) from error
    sets: dict[str, list[Path]] = {}
    for path in paths:
        name = _NAME.fullmatch(path.name)
        if name:
            sets.setdefault(name[1], []).append(path)
    if not sets:
        raise InputFileError(f"{folder}: no photo here is named <row or id>_<room>.jpg")
    return dict(sorted(sets.items(), key=lambda item: (len(item[0]), item[0])))


def _owner(key: str, ids: Sequence[str]) -> str | None:
    if key in ids:
        return key
    if key.isdecimal() and 1 <= int(key) <= len(ids):
        return ids[int(key) - 1]
    return None


def _photos(paths: Sequence[Path]) -> tuple[Photo, ...]:
    return tuple(_photo(path) for path in sorted(paths, key=_room))


def _room(path: Path) -> tuple[bool, str]:
    room = path.stem.partition("_")[2].lower()
    return room not in _FIRST, room


def _photo(path: Path) -> Photo:
    try:
        with Image.open(path) as picture:
            picture.load()
            width, height = ImageOps.exif_transpose(picture).size
    except (OSError, UnidentifiedImageError):
        return Photo(path.name, "truncated", path=str(path))
    return Photo(path.name, "jpeg", width, height, str(path))
