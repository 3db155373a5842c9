"""A hash that a picture keeps when it is recompressed or resized: pHash, as ImageHash has it.

The picture in grey at 32 x 32, its discrete cosine transform (type II), of that the 8 x 8 lowest
frequencies, and of each whether it is above their median.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

from scraper.photos.lanczos import square

_SIDE: Final = 32
_LOW: Final = 8
_HALF: Final = _LOW * _LOW // 2 - 1
_COSINES: Final = 2 * np.cos(np.pi / (2 * _SIDE) * np.outer(range(_LOW), range(1, 2 * _SIDE, 2)))
_DECIMALS: Final = 6
"""What is below is rounding: a plain picture then has one hash."""


def perceptual_hash(image: Image.Image) -> str:
    """64 bits, hexadecimal.

    >>> perceptual_hash(Image.new("RGB", (40, 30), "red"))
    '8000000000000000'
    """
    grey = square(np.asarray(image.convert("L")), _SIDE).astype(np.float64, order="F")
    low = (_COSINES @ grey @ _COSINES.T).round(_DECIMALS).ravel()
    # Above the median of an even number: above the last of the lower half.
    return np.packbits(low > sorted(low.tolist())[_HALF]).tobytes().hex()
