from __future__ import annotations

import asyncio
import os
import resource
import signal
import tempfile
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import psutil
import pytest
from PIL import Image

from scraper.photos.downsample import Downsampled, downsample
from scraper.photos.options import Options
from scraper.photos.pool import PhotoPool
from scraper.photos.reasons import PhotoError
from scraper.photos.room import Room, taken

TWO = Options(workers=2)


async def test_photos_come_back_in_order_and_as_without_a_pool(encoded):
    photos = [encoded(400 + 10 * number, 300) for number in range(12)]
    async with PhotoPool(TWO) as pool:
        done = await pool.downsample_all(photos)

    assert done == [downsample(data) for data in photos]


async def test_a_small_photo_has_nothing_of_the_large_one_before(encoded):
    large, small = encoded(900, 700), encoded(64, 64)
    async with PhotoPool(Options(workers=1)) as pool:
        await pool.downsample(large)
        found = await pool.downsample(small)

    assert len(small) < len(large)
    assert found == downsample(small)


async def test_where_files_may_not_grow_a_photo_says_so(encoded):
    data, limits = encoded(400, 300), resource.getrlimit(resource.RLIMIT_FSIZE)
    async with PhotoPool(Options(workers=1)) as pool:
        await pool.downsample(data)  # a process that starts within the limit may keep half a module
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        try:
            with pytest.raises(PhotoError, match=r"no room to decode it: .* [\d,]+ bytes"):
                await pool.downsample(data)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

        assert await pool.downsample(data) == downsample(data)


async def test_an_error_stands_in_its_photos_place(encoded, png_bomb):
    async with PhotoPool(TWO) as pool:
        first, page, bomb, last = await pool.downsample_all(
            [encoded(), b"<html>", png_bomb, encoded(100, 100)]
        )

    assert isinstance(first, Downsampled)
    assert isinstance(last, Downsampled)
    assert isinstance(page, PhotoError)
    assert "HTML" in page.reason
    assert isinstance(bomb, PhotoError)
    assert "too large" in bomb.reason


async def test_a_download_beyond_the_limit_reaches_no_process(encoded):
    async with PhotoPool(Options(workers=1, max_bytes=1024)) as pool:
        with pytest.raises(PhotoError, match=r"too large: [\d,]+ bytes, at most 1,024"):
            await pool.downsample(encoded())
        assert pool.pids == []


async def test_a_killed_process_is_replaced_and_its_photo_done(encoded):
    data = encoded()
    async with PhotoPool(Options(workers=1)) as pool:
        await pool.downsample(data)
        (first,) = pool.pids
        os.kill(first, signal.SIGKILL)

        assert (await pool.downsample(data)).width == 320
        assert pool.pids != [first]


async def test_a_photo_under_way_outlives_the_death_of_its_process(encoded):
    async with PhotoPool(Options(workers=1)) as pool:
        await pool.downsample(encoded(64, 64))
        (first,) = pool.pids
        os.kill(first, signal.SIGSTOP)
        under_way = asyncio.create_task(pool.downsample(encoded(80, 60)))
        await asyncio.sleep(0)
        os.kill(first, signal.SIGKILL)

        assert (await under_way).original_width == 80


async def test_a_photo_that_kills_every_process_is_refused(encoded):
    async with PhotoPool(Options(workers=1)) as pool:
        await pool.downsample(encoded(64, 64))

        async def killer():
            while True:
                for pid in pool.pids:
                    with suppress(ProcessLookupError):  # it was killed a turn ago
                        os.kill(pid, signal.SIGKILL)
                await asyncio.sleep(0.001)

        killing = asyncio.create_task(killer())
        with pytest.raises(PhotoError, match="did not survive"):
            await pool.downsample(encoded(3000, 3000))
        killing.cancel()

        assert (await pool.downsample(encoded(64, 64))).width == 64


async def test_a_process_that_hangs_is_ended(encoded):
    async with PhotoPool(Options(workers=1, seconds=2)) as pool:
        await pool.downsample(encoded(64, 64))
        (first,) = pool.pids
        os.kill(first, signal.SIGSTOP)
        with pytest.raises(PhotoError, match="too slow"):
            await pool.downsample(encoded(64, 64))

        assert not psutil.pid_exists(first)
        assert (await pool.downsample(encoded(64, 64))).width == 64


async def test_a_cancelled_photo_does_not_answer_for_the_next(encoded):
    async with PhotoPool(Options(workers=1)) as pool:
        await pool.downsample(encoded(64, 64))
        (first,) = pool.pids
        os.kill(first, signal.SIGSTOP)
        given_up = asyncio.create_task(pool.downsample(encoded(100, 90)))
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up

        assert (await pool.downsample(encoded(80, 60))).original_width == 80


@pytest.mark.parametrize("said", [b"{}\n", b"[]\n", b'"width"\n', b"no JSON\n", b"1" * 100_000])
async def test_a_process_that_answers_anything_else_is_not_asked_again(encoded, said):
    async with PhotoPool(Options(workers=1)) as pool:
        await pool.downsample(encoded(64, 64))
        (first,) = pool.pids
        process = pool._workers[0]._process
        process.stdout.feed_data(said)

        assert (await pool.downsample(encoded(100, 90))).original_width == 100
        assert pool.pids != [first]


def test_without_files_in_memory_a_photo_waits_on_the_disk(monkeypatch):
    monkeypatch.setattr(os, "memfd_create", lambda name: os.open("/nowhere", os.O_RDONLY))
    room = Room()
    room.put(b"a photo")
    room.put(b"another")

    assert Path(f"/proc/self/fd/{room.file}").readlink().is_relative_to(tempfile.gettempdir())
    assert taken(room.file, 7) == b"another"


async def test_closing_leaves_no_process(encoded):
    pool = PhotoPool(TWO)
    await pool.downsample_all([encoded()] * 4)
    pids = pool.pids
    await pool.aclose()

    assert len(pids) == 2
    assert not any(psutil.pid_exists(pid) for pid in pids)
    with pytest.raises(RuntimeError, match="closed"):
        await pool.downsample(encoded())


async def test_the_processes_know_no_secret(encoded, monkeypatch):
    monkeypatch.setenv("HOUSECRAWL_SECRET", "hidden")
    async with PhotoPool(Options(workers=1)) as pool:
        await pool.downsample(encoded())
        environment = psutil.Process(pool.pids[0]).environ()

    assert "PYTHONPATH" in environment
    assert "hidden" not in environment.values()


async def test_a_picture_that_takes_too_much_memory_is_refused(scene):
    """Pillow makes room for a whole WebP when it opens it, before its size can be looked at."""
    data = BytesIO()
    Image.new("RGB", (7000, 7000)).save(data, "WEBP", quality=1, method=0)
    async with PhotoPool(Options(workers=1, max_pixels=4096)) as pool:
        with pytest.raises(PhotoError):
            await pool.downsample(data.getvalue())
    async with PhotoPool(Options(workers=1, max_pixels=49_000_000)) as pool:
        assert (await pool.downsample(data.getvalue())).original_width == 7000


async def test_the_event_loop_stays_free(encoded):
    photos = [encoded(1500, 1000)] * 30
    async with PhotoPool(TWO) as pool:
        await pool.downsample_all(photos[:2])
        work = asyncio.create_task(pool.downsample_all(photos))
        turns, busy, last = 0, 0.0, time.thread_time()
        while not work.done():
            await asyncio.sleep(0)
            turns, now = turns + 1, time.thread_time()
            busy, last = max(busy, now - last), now

    assert turns > len(photos)
    assert busy < 0.05
