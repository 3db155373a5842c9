"""A downloaded picture as a small, upright JPEG without any of its metadata."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from scraper.photos.codec import decoded
from scraper.photos.colour import plain, to_srgb
from scraper.photos.lanczos import shrunk
from scraper.photos.perceptual import perceptual_hash
from scraper.photos.reasons import PhotoError
from scraper.photos.upright import orientation, upright
from scraper.rights.signals import Signals
from scraper.rights.xmp import photo_signals

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
"""What a browser shows as a photo. SVG and whatever else is refused unread."""

_DRAFT: Final = 2
"""How much larger than its target a JPEG is decoded at least, so that the difference to a full
decode stays near one grey level (docs/photos.md has the figures)."""


@dataclass(frozen=True, slots=True)
class Downsampled:
    """A small picture, and what is to be remembered of the large one."""

    image: bytes
    """JPEG, RGB, upright, no EXIF, no comment, no profile."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    original_width: int
    """Pixels of the download, upright."""
    original_height: int
    """Pixels of the download, upright."""
    original_bytes: int
    """Size of the download."""
    sha256: str
    """Hash of the download, hexadecimal."""
    phash: str
    """Perceptual hash of the small picture, 64 bits, hexadecimal."""
    signals: Signals = field(default_factory=dict)
    """What the download says of its use, read before anything is made of it."""


def downsample(
    data: bytes, size: int = 320, quality: int = 85, max_pixels: int = 40_000_000
) -> Downsampled:
    """Make the longer side of a picture `size` pixels at most; a smaller one is not enlarged.

    JPEG is decoded at 1/2, 1/4 or 1/8 where that is still twice as large as asked for, then
    resized with LANCZOS. Transparency lies on white, of an animation the first picture is taken.
    Raises PhotoError where there is no picture, not all of it, or too much of it.
    """
    with warnings.catch_warnings():
        # The limit of pixels is checked below; Pillow's own error, at twice its limit, stays.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            return _downsample(data, size, quality, max_pixels)
        except PhotoError:
            raise
        except UnidentifiedImageError:
            raise PhotoError(_instead(data)) from None
        except (Image.DecompressionBombError, MemoryError):
            raise PhotoError("too large: more pixels than are safe to decode") from None
        except Exception as error:  # noqa: BLE001  decoders of foreign bytes raise anything
            raise PhotoError(f"damaged: {_one_line(error)}") from None


def _downsample(data: bytes, size: int, quality: int, max_pixels: int) -> Downsampled:
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        full = image.size
        if full[0] * full[1] > max_pixels:
            raise PhotoError(
                f"too large: {full[0]} x {full[1]} pixels, at most {max_pixels:,} are decoded"
            )
        signals = photo_signals(data, _packed(image))
        turn = orientation(image)
        small = upright(resized(image, size, data), turn)
    small.info = {}
    stored = BytesIO()
    small.save(stored, "JPEG", quality=quality)
    original_width, original_height = full if turn < 5 else full[::-1]
    return Downsampled(
        image=stored.getvalue(),
        width=small.width,
        height=small.height,
        original_width=original_width,
        original_height=original_height,
        original_bytes=len(data),
        sha256=sha256(data).hexdigest(),
        phash=perceptual_hash(small),
        signals=signals,
    )


def _packed(image: Image.Image) -> list[bytes]:
    """XMP that a search of the file's bytes would miss: PNG may compress it."""
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if isinstance(found, str):
        return [found.encode()]
    return [found] if isinstance(found, bytes) else []


def resized(image: Image.Image, size: int, data: bytes) -> Image.Image:
    """The picture in RGB, not larger than `size`; `data`: what it was opened from."""
    target = fitting(image.size, size)
    drafted = image.draft(None, (target[0] * _DRAFT, target[1] * _DRAFT))
    # A draft of an odd side ends in part of a pixel: the box leaves it out, as nothing else does.
    box = drafted[1] if drafted else None
    profile = image.info.get("icc_profile")
    pixels = decoded(data, image)
    small = shrunk(plain(image) if pixels is None else pixels, target, box)
    return to_srgb(small, profile)


def fitting(full: tuple[int, int], size: int) -> tuple[int, int]:
    """Width and height that fit into a square, in the same proportion, never enlarged.

    >>> fitting((1024, 681), 320), fitting((100, 50), 320), fitting((9000, 3), 320)
    ((320, 213), (100, 50), (320, 1))
    """
    scale = min(1.0, size / max(full))
    return max(1, round(full[0] * scale)), max(1, round(full[1] * scale))


def _instead(data: bytes) -> str:
    """What came in place of a picture."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not data:
        return "not a picture: nothing was sent"
    if b"<svg" in start:
        return "not a photo: an SVG drawing"
    if start.startswith(b"<"):
        return "not a picture: a page of HTML or XML"
    return f"not a picture: expected {', '.join(FORMATS)}"


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__
