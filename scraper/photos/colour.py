"""Any kind of pixels as RGB, the way a browser would show them."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, ImageCms

_AS_IT_IS: Final = ("RGB", "L", "CMYK")
"""Kinds that can be resized before their colours are converted, which is cheaper."""
_DEEP: Final = ("I", "I;16", "I;16L", "I;16B", "I;16N")
_WHITE: Final = (255, 255, 255, 255)


def plain(image: Image.Image) -> Image.Image:
    """The first picture, decoded, without transparency, in RGB, grey or CMYK."""
    image.load()
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", seen.size, _WHITE), seen).convert("RGB")
    if image.mode in _DEEP:
        return _eight_bits(image)
    return image if image.mode in _AS_IT_IS else image.convert("RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in RGB, its colours moved from its own profile to sRGB where it has another."""
    if not profile or image.mode == "L":
        return image if image.mode == "RGB" else image.convert("RGB")
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "sRGB" in (own.profile.profile_description or ""):
            return image.convert("RGB")
        moved = ImageCms.profileToProfile(
            image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        moved = None  # a profile that cannot be used: the colours are taken as they are
    return moved or image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """16 bits of grey as 8: Pillow's own conversion cuts everything above 255 off."""
    return Image.fromarray((np.asarray(image).clip(0, 65535) >> 8).astype(np.uint8))
