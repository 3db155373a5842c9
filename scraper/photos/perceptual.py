"""A hash that a picture keeps when it is recompressed or resized: pHash, as ImageHash has it.

The picture in grey at 32 x 32, its discrete cosine transform (type II), of that the 8 x 8 lowest
frequencies, and of each whether it is above their median.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

from scraper.photos.lanczos import shrunk

_SIDE: Final = 32
_LOW: Final = 8
_COSINES: Final = 2 * np.cos(np.pi / (2 * _SIDE) * np.outer(range(_LOW), range(1, 2 * _SIDE, 2)))
_DECIMALS: Final = 6
"""What is below is rounding: a plain picture then has one hash."""


def perceptual_hash(image: Image.Image) -> str:
    """64 bits, hexadecimal.

    >>> perceptual_hash(Image.new("RGB", (40, 30), "red"))
    '8000000000000000'
    """
    # Turned, so that rows are made small first, as ImageHash has it done.
    turned = image.convert("L").transpose(Image.Transpose.TRANSPOSE)
    grey = np.asarray(shrunk(turned, (_SIDE, _SIDE), None), np.float64).T
    low = np.round(_COSINES @ grey @ _COSINES.T, _DECIMALS)
    return np.packbits(low > np.median(low)).tobytes().hex()
