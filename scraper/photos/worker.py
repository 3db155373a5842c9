"""The process that decodes pictures: questions on its input, small pictures on its output.

It runs apart because the bytes are foreign: it has little memory, no secrets in its environment,
and its answers are data that cannot run (JSON and a JPEG). It ends when its input does, so none
is left behind by a crawl that was killed.

A question is a line `{"size": .., "quality": .., "max_pixels": .., "bytes": N}` about the first N
bytes of the memory that the crawl shares with it (`room.py`). An answer is a line,
`{"reason": ".."}` or the fields of `Downsampled` with `"bytes": N`, and N bytes.
"""

from __future__ import annotations

import os
import resource
import sys
from dataclasses import fields
from pathlib import Path
from typing import Final

import orjson

from scraper.photos.downsample import Downsampled, downsample
from scraper.photos.reasons import PhotoError
from scraper.photos.room import taken

BYTES_A_PIXEL: Final = 16
"""What decoding takes at most: the picture, its copy in RGB, and the coefficients of a JPEG."""
_SAID: Final = [field.name for field in fields(Downsampled) if field.name != "image"]
_BASE: Final = 256 * 1024 * 1024
_NICE: Final = 5


def main() -> None:
    """Answer until the input ends."""
    os.nice(_NICE)
    room = int(sys.argv[2])
    _limit_memory(int(sys.argv[1]))
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    while line := questions.readline():
        answers.write(_answer(orjson.loads(line), room))
        answers.flush()


def _answer(asked: dict[str, int], room: int) -> bytes:
    data = taken(room, asked.pop("bytes"))
    try:
        photo = downsample(data, **asked)
    except PhotoError as error:
        return orjson.dumps({"reason": error.reason}) + b"\n"
    said = {name: getattr(photo, name) for name in _SAID}
    return orjson.dumps({**said, "bytes": len(photo.image)}) + b"\n" + photo.image


def _limit_memory(max_pixels: int) -> None:
    """Room for the largest picture beyond what the libraries take already."""
    usage = Path("/proc/self/statm")
    if not usage.exists():
        return  # only Linux both says and enforces it
    pages = int(usage.read_text("ascii").split()[0])
    taken = pages * resource.getpagesize()
    room = taken + _BASE + BYTES_A_PIXEL * max_pixels
    resource.setrlimit(resource.RLIMIT_AS, (room, room))


if __name__ == "__main__":
    main()
