"""Photos of houses that do not exist: drawn from the house's ID, the same bytes every time."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from random import Random
from typing import Final

from PIL import Image, ImageDraw

from scraper.demo.model import Photo

SMALL: Final = 320
"""Longer side of the small size, in pixels."""
_ORIENTATION: Final = 0x0112
_TURNED: Final = 6
"""EXIF: the stored picture is to be turned by a quarter, clockwise."""
_WALLS: Final = ("#d9c7a7", "#c8d3d9", "#e8e2d4", "#b9c6b0", "#d8b4a0", "#f1efe9", "#9fb1bd")
_ROOFS: Final = ("#6d3b32", "#4a5560", "#7a5c43", "#3d4a42", "#8a4f3d", "#55504c")
_DOORS: Final = ("#1d5c4b", "#8b2f2f", "#2c4a78", "#c58b2a", "#40322a")
_SKIES: Final = (("#8fc1e8", "#dcebf5"), ("#f2c48d", "#f8e8d0"), ("#a9b8c4", "#e4e8ea"))

Pen = ImageDraw.ImageDraw
Cell = tuple[int, int, int, int]
"""Left, top, width and height of a part of a wall."""


@lru_cache(maxsize=512)
def photo(house_id: str, photo_: Photo, small: bool) -> bytes:
    """The bytes of a photo: JPEG, JPEG turned by EXIF, PNG with alpha, or a JPEG cut short."""
    width, height = photo_.width or 900, photo_.height or 600
    house, scene = Random(house_id), Random(f"{house_id}/{photo_.name}")  # noqa: S311 - a picture
    picture = _drawn(house, scene, width, height)
    if small:
        picture.thumbnail((SMALL, SMALL))
    if photo_.kind == "png":
        picture.putalpha(Image.new("L", picture.size, 235))
        return _bytes(picture, "PNG", compress_level=1)
    if photo_.kind == "turned":
        exif = Image.Exif()
        exif[_ORIENTATION] = _TURNED
        return _bytes(picture.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=82, exif=exif)
    data = _bytes(picture, "JPEG", quality=82)
    return data[: len(data) // 3] if photo_.kind == "truncated" else data


def _bytes(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _drawn(house: Random, rng: Random, width: int, height: int) -> Image.Image:
    """The house from one side on one day: `house` is the same for all of its photos."""
    picture = Image.new("RGB", (width, height))
    pen = ImageDraw.Draw(picture)
    ground = int(height * rng.uniform(0.72, 0.8))
    _sky(pen, rng, width, ground)
    _hills(pen, rng, width, ground)
    pen.rectangle((0, ground, width, height), fill=rng.choice(("#7ea35c", "#8fae6b", "#a8a469")))
    wide = int(width * rng.uniform(0.36, 0.58))
    left = int((width - wide) * rng.uniform(0.25, 0.75))
    _house(pen, house, (left, left + wide), ground, height)
    _trees(pen, rng, width, ground)
    return picture


def _sky(pen: Pen, rng: Random, width: int, ground: int) -> None:
    high, low = (_rgb(color) for color in rng.choice(_SKIES))
    for top in range(0, ground, 4):
        share = top / ground
        color = tuple(round(a + (b - a) * share) for a, b in zip(high, low, strict=True))
        pen.rectangle((0, top, width, top + 4), fill=color)
    x, y, size = rng.randint(40, width - 40), rng.randint(40, 120), rng.randint(22, 40)
    pen.ellipse((x - size, y - size, x + size, y + size), fill="#fff7dc")


def _hills(pen: Pen, rng: Random, width: int, ground: int) -> None:
    for color in ("#a9c0a0", "#93b08a"):
        x, half = rng.randint(0, width), rng.randint(width // 3, width // 2)
        rise = rng.randint(50, 120)
        pen.ellipse((x - half, ground - rise, x + half, ground + rise), fill=color)


def _house(pen: Pen, rng: Random, sides: tuple[int, int], ground: int, height: int) -> None:
    floors, (left, right) = rng.choice((1, 1, 2)), sides
    top = ground - int(height * (0.2 if floors == 1 else 0.34))
    bottom = ground + int(height * 0.03)
    pen.rectangle((left, top, right, bottom), fill=rng.choice(_WALLS))
    _roof(pen, rng, sides, top, int(height * rng.uniform(0.1, 0.2)))
    columns, story = rng.randint(3, 5), (bottom - top) // floors
    door, color, room = rng.randrange(columns), rng.choice(_DOORS), (right - left) // columns
    for floor in range(floors):
        for column in range(columns):
            cell = left + room * column, top + floor * story, room, story
            if floor == floors - 1 and column == door:
                _door(pen, color, cell)
            else:
                _window(pen, cell)
    path = left + room * door + room // 2
    corners = ((path - 14, bottom), (path + 14, bottom), (path + 60, height), (path - 60, height))
    pen.polygon(corners, fill="#c9c2b6")


def _roof(pen: Pen, rng: Random, sides: tuple[int, int], top: int, rise: int) -> None:
    color, over, (left, right) = rng.choice(_ROOFS), 22, sides
    ridge = (right - left) * rng.choice((0.5, 0.2))
    chimney = int(left + (right - left) * rng.uniform(0.6, 0.75))
    pen.rectangle((chimney, top - rise, chimney + 24, top), fill="#7c4a3e")
    high = ((left + ridge, top - rise), (right - ridge, top - rise))
    pen.polygon(((left - over, top), *high, (right + over, top)), fill=color)


def _window(pen: Pen, cell: Cell) -> None:
    x, y = cell[0] + cell[2] // 4, cell[1] + cell[3] // 4
    right, bottom = x + cell[2] // 2, y + cell[3] // 2
    pen.rectangle((x - 4, y - 4, right + 4, bottom + 4), fill="#fbfaf6")
    pen.rectangle((x, y, right, bottom), fill="#6f8fa3")
    pen.line(((x + right) // 2, y, (x + right) // 2, bottom), fill="#fbfaf6", width=4)
    pen.line((x, (y + bottom) // 2, right, (y + bottom) // 2), fill="#fbfaf6", width=4)


def _door(pen: Pen, color: str, cell: Cell) -> None:
    x, right = cell[0] + cell[2] // 3, cell[0] + cell[2] * 2 // 3
    y, bottom = cell[1] + cell[3] // 4, cell[1] + cell[3]
    pen.rectangle((x - 5, y - 5, right + 5, bottom), fill="#fbfaf6")
    pen.rectangle((x, y, right, bottom), fill=color)
    pen.ellipse((right - 12, (y + bottom) // 2, right - 6, (y + bottom) // 2 + 6), fill="#e6c65c")


def _trees(pen: Pen, rng: Random, width: int, ground: int) -> None:
    for _ in range(rng.randint(2, 5)):
        x = rng.choice((rng.randint(0, width // 5), rng.randint(width * 4 // 5, width)))
        size, foot = rng.randint(34, 70), ground + rng.randint(10, 40)
        pen.rectangle((x - 7, foot - size, x + 7, foot), fill="#6b4f3a")
        color = rng.choice(("#4f7d4a", "#5f8f52", "#3f6b45", "#7f9a4d"))
        pen.ellipse((x - size, foot - 3 * size, x + size, foot - size // 2), fill=color)


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
