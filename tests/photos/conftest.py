from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image


def _scene(width: int, height: int) -> Image.Image:
    """A picture with smooth ground and sharp edges, its upper left corner red."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    waves = 90 + 60 * np.sin(x / width * 9) * np.cos(y / height * 7)
    pixels = np.stack([waves, waves * 0.8 + 30, 200 - waves], axis=-1)
    pixels[(x // 40 + y // 40) % 5 == 0] += 40
    pixels[: height // 4, : width // 4] = (220, 20, 20)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


@pytest.fixture
def scene() -> Callable[[int, int], Image.Image]:
    return _scene


@pytest.fixture
def encoded() -> Callable[..., bytes]:
    """A scene as a file."""

    def made(
        width: int = 640, height: int = 480, kind: str = "JPEG", mode: str = "RGB", **how: object
    ) -> bytes:
        out = BytesIO()
        _scene(width, height).convert(mode).save(out, kind, **{"quality": 92, **how})
        return out.getvalue()

    return made


@pytest.fixture
def small() -> Callable[[bytes], Image.Image]:
    """A stored picture, decoded, after the checks that hold for every one."""

    def opened(data: bytes) -> Image.Image:
        image = Image.open(BytesIO(data))
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        image.load()
        return image

    return opened


@pytest.fixture
def png_bomb() -> bytes:
    """A PNG of some kilobytes that is 13,000 pixels wide and high."""
    side = 13_000

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((side // 8 + 1) * side), 9)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
