"""Which way up a picture is. The values are those of EXIF 2.32, tag 0x0112."""

from __future__ import annotations

from typing import Final

from PIL import Image

_TAG: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def orientation(image: Image.Image) -> int:
    """1 to 8 as EXIF has it; 1, upright, where it says nothing that can be read."""
    try:
        found = image.getexif().get(_TAG)
    except Exception:  # noqa: BLE001  broken EXIF raises anything, the picture is still good
        return 1
    return found if isinstance(found, int) and found in _TURNS else 1


def upright(image: Image.Image, turn: int) -> Image.Image:
    """A picture turned as its orientation asks for; 5 to 8 swap width and height."""
    return image.transpose(_TURNS[turn]) if turn in _TURNS else image
