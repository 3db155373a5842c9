"""Pictures that are much larger than their files: refused, in little memory."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

PEAK = """
def peak():
    # Not ru_maxrss: that starts with what the process had that started this one.
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""
DECODING = """
import sys
from pathlib import Path
from scraper.photos.downsample import downsample
from scraper.photos.reasons import PhotoError
data = Path(sys.argv[1]).read_bytes()
before = peak()
try:
    print("stored", downsample(data).width)
except PhotoError as error:
    print(error)
print((peak() - before) // 1024)
"""
STOCK = """
import sys
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
before = peak()
Image.open(sys.argv[1]).convert("RGB").load()
print("decoded")
print((peak() - before) // 1024)
"""


def frames() -> bytes:
    """An animation of twenty-one frames, each of nine million pixels."""
    out = BytesIO()
    one = Image.new("P", (3000, 3000))
    small = [Image.new("P", (3000, 3000), n) for n in (1, 2)]
    one.save(out, "GIF", save_all=True, append_images=small * 10)
    return out.getvalue()


def tiff() -> bytes:
    out = BytesIO()
    Image.new("1", (13_000, 13_000)).save(out, "TIFF", compression="group4")
    return out.getvalue()


def decoded(folder: Path, data: bytes, program: str = DECODING) -> tuple[str, int]:
    (folder / "picture").write_bytes(data)
    command = [sys.executable, "-c", PEAK + program, str(folder / "picture")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    line, megabytes = said.stdout.splitlines()
    return line, int(megabytes)


def test_a_png_of_169_million_pixels(tmp_path, png_bomb) -> None:
    line, megabytes = decoded(tmp_path, png_bomb)
    assert line.startswith("too large: 13000 x 13000 pixels")
    assert megabytes < 100


def test_a_tiff_of_169_million_pixels(tmp_path) -> None:
    line, megabytes = decoded(tmp_path, tiff())
    assert line.startswith("not a picture")
    assert megabytes < 100


def test_an_animation_costs_its_first_frame(tmp_path) -> None:
    line, megabytes = decoded(tmp_path, frames())
    assert line == "stored 320"
    assert megabytes < 300


def test_decoded_as_it_comes_the_png_takes_half_a_gigabyte(tmp_path, png_bomb) -> None:
    """The negative control."""
    line, megabytes = decoded(tmp_path, png_bomb, STOCK)
    assert line == "decoded"
    assert megabytes > 300


@pytest.mark.parametrize("size", [(40_000, 1), (1, 40_000)])
def test_a_picture_of_one_line_is_no_bomb(tmp_path, size) -> None:
    out = BytesIO()
    Image.new("RGB", size).save(out, "PNG")
    line, _ = decoded(tmp_path, out.getvalue())
    assert line.startswith("stored")
