"""The decoding processes of a crawl: as many as there are cores, none on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Final, Self

from scraper.photos.downsample import Downsampled
from scraper.photos.options import Options
from scraper.photos.process import Worker, WorkerLostError
from scraper.photos.reasons import PhotoError

_TRIES: Final = 2
"""A photo whose process was killed gets one more: it may have been killed for another reason."""


class PhotoPool:
    """Makes photos small in processes of their own; `async with` or `aclose` ends them.

    Photos beyond the number of processes wait in line. A process that dies is replaced.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self._workers = [Worker(options) for _ in range(options.processes)]
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        for worker in self._workers:
            self._idle.put_nowait(worker)
        self._closed = False

    async def downsample(self, data: bytes) -> Downsampled:
        """Make one photo small; PhotoError with the reason where that cannot be."""
        if self._closed:
            raise RuntimeError("the pool of photos is closed")
        if len(data) > self.options.max_bytes:
            raise PhotoError(
                f"too large: {len(data):,} bytes, at most {self.options.max_bytes:,} are read"
            )
        for _ in range(_TRIES):
            async with self._worker() as worker:
                try:
                    return await worker.downsample(data)
                except WorkerLostError:
                    continue
        raise PhotoError("damaged: the decoder did not survive it")

    async def downsample_all(self, photos: Iterable[bytes]) -> list[Downsampled | PhotoError]:
        """Make photos small, several at once, in order; an error stands in its photo's place."""
        return await asyncio.gather(*(self._result(data) for data in photos))

    async def aclose(self) -> None:
        """End all processes; photos under way are lost."""
        self._closed = True
        await asyncio.gather(*(worker.stop() for worker in self._workers))

    @property
    def pids(self) -> list[int]:
        """Process ids of the processes that run."""
        return [worker.pid for worker in self._workers if worker.pid]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[Worker]:
        worker = await self._idle.get()
        try:
            yield worker
        finally:
            self._idle.put_nowait(worker)

    async def _result(self, data: bytes) -> Downsampled | PhotoError:
        try:
            return await self.downsample(data)
        except PhotoError as error:
            return error
