"""One decoding process as seen from the crawl."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from typing import Final

import orjson

from scraper.photos.downsample import Downsampled
from scraper.photos.options import Options
from scraper.photos.reasons import PhotoError
from scraper.photos.room import Room

_KEPT: Final = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
"""All of the environment that a decoder gets: no credentials."""
_OWN: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    # glibc would give the pixels of each photo back to the system, which clears them for the next.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
}
_NO_ANSWER: Final = (
    OSError,
    asyncio.IncompleteReadError,
    asyncio.LimitOverrunError,
    *(ValueError, KeyError, TypeError, AttributeError),
)
"""What reading an answer ends with that is none: the process cannot be asked again, for what it
still says would be taken for the next photo's."""


class WorkerLostError(Exception):
    """The process ended instead of answering."""


class Worker:
    """A decoding process, started by its first photo."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._process: Process | None = None
        self._room = Room()

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process else None

    async def downsample(self, data: bytes) -> Downsampled:
        """Make one picture small.

        Raises PhotoError for what is no photo or takes too long, WorkerLostError when the
        process ended; the next call starts another.
        """
        process = self._process or await self._start()
        try:
            async with asyncio.timeout(self._options.seconds):
                return await self._ask(process, data)
        except PhotoError:
            raise
        except TimeoutError:
            await self.stop()
            reason = f"too slow: decoding took longer than {self._options.seconds} s"
            raise PhotoError(reason) from None
        except _NO_ANSWER as error:
            await self.stop()
            raise WorkerLostError(f"the decoder ended: {type(error).__name__}") from error
        except asyncio.CancelledError:
            # An answer nobody waits for would be taken for the next photo's.
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the process and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        if process.stdin:
            process.stdin.close()
        await process.wait()

    async def _start(self) -> Process:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)  # noqa: PTH109  text
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "scraper.photos.worker",
            str(self._options.max_pixels),
            str(self._room.file),
            pass_fds=(self._room.file,),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={**kept, **_OWN, "PYTHONPATH": path},
            start_new_session=True,
        )
        return self._process

    async def _ask(self, process: Process, data: bytes) -> Downsampled:
        assert process.stdin is not None
        assert process.stdout is not None
        asked = {
            "size": self._options.size,
            "quality": self._options.quality,
            "max_pixels": self._options.max_pixels,
            "bytes": len(data),
        }
        self._room.put(data)
        process.stdin.write(orjson.dumps(asked) + b"\n")
        line = await process.stdout.readuntil(b"\n")
        answer = orjson.loads(line)
        if "reason" in answer:
            raise PhotoError(answer["reason"])
        image = await process.stdout.readexactly(answer.pop("bytes"))
        signals = {place: tuple(words) for place, words in answer.pop("signals").items()}
        return Downsampled(image=image, signals=signals, **answer)
