"""The pixels of a JPEG by simplejpeg, where that is installed: Pillow's pixels, in less time.

Both are libjpeg-turbo. Pillow unpacks each row to four bytes a pixel, and its picture is copied
to become an array; simplejpeg decodes into the array. What it cannot read without a warning is
left to Pillow, so that a picture is stored or refused, and why, as without it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from io import BytesIO
from typing import Any, Final, TypeAlias

import numpy as np
from PIL import Image

from scraper.photos.lanczos import Bytes

Decode: TypeAlias = Callable[..., Any]
"""simplejpeg's `decode_jpeg`."""

_COLOURS: Final = {"RGB": ("RGB", 3), "L": ("GRAY", 1)}
_EIGHTHS: Final = 8
"""libjpeg decodes at eighths of a size: of fewer pixels a side does not tell which."""


def decoded(data: bytes, image: Image.Image) -> Bytes | None:
    """What Pillow would decode: shape (height, width, channels); None: it is Pillow's to do.

    `image` was opened from `data`, and perhaps drafted, but is not loaded. The array is of the
    size that Pillow read, whatever the bytes make another reader believe.
    """
    kind = _COLOURS.get(image.mode)
    if image.format != "JPEG" or kind is None or max(image.size) < _EIGHTHS:
        return None
    decode = installed()
    return None if decode is None else _decoded(decode, data, image.size, *kind)


@cache
def installed() -> Decode | None:
    """simplejpeg's decoder, where it is there and gives Pillow's pixels on this machine."""
    try:
        library = import_module("simplejpeg")
    except (ImportError, ValueError):  # ValueError: it was built for another numpy
        return None
    decode = partial(library.decode_jpeg, fastdct=False, fastupsample=False)
    return decode if same_pixels(decode) else None


def same_pixels(decode: Decode) -> bool:
    """Whether a decoder gives Pillow's pixels, whole and at half size, of noise that shows any
    other rounding or way to enlarge the colours."""
    noise = np.random.default_rng(0).integers(0, 256, (51, 70, 3), np.uint8)
    return all(
        _as_pillow(decode, noise, subsampling, size)
        for subsampling in ("4:4:4", "4:2:2", "4:2:0")
        for size in ((70, 51), (35, 26))
    )


def _as_pillow(decode: Decode, noise: Bytes, subsampling: str, size: tuple[int, int]) -> bool:
    file = BytesIO()
    Image.fromarray(noise).save(file, "JPEG", quality=90, subsampling=subsampling)
    with Image.open(file) as image:
        image.draft(None, (size[0], size[1] - 1))
        pixels = _decoded(decode, file.getvalue(), image.size, "RGB", 3)
        if pixels is None or image.size != size:
            return False
        return np.array_equal(np.asarray(image), pixels)


def _decoded(
    decode: Decode, data: bytes, size: tuple[int, int], colours: str, channels: int
) -> Bytes | None:
    wide, high = size
    pixels = np.empty((high, wide, channels), np.uint8)
    try:
        made = decode(data, colours, min_height=high, min_width=wide, buffer=pixels)
    except Exception:  # noqa: BLE001  foreign bytes raise anything, and Pillow says what they are
        return None
    return pixels if made.shape == pixels.shape else None
