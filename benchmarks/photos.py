"""Photos: what housecrawl costs an image, beside stock Scrapy's ImagesPipeline and img2dataset.

    python benchmarks/photos.py [--rounds 3] [--houses 30]

All fetch the same photos of 1536x1024 pixels, twenty a house, and make them 320 pixels wide; stock
Scrapy keeps its full image too, as it always does, and img2dataset is told their addresses. What a
short crawl takes is subtracted from what a long one does, so that starting does not count. Prints
medians, the quality of our small photos against a full LANCZOS resize (PSNR, dB), and the longest
pause of our event loop (`pauses.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import math
import multiprocessing
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from benchmarks.meter import Each, Used, marginal, medians, table, used
from benchmarks.pages import SITE, list_into
from benchmarks.pauses import FILE, SETTING
from benchmarks.peers import python_of
from scraper.photos.downsample import resized

_ROOT: Final = str(Path(__file__).resolve().parent.parent)
PHOTOS: Final = 20
"""Photos a house."""
_KINDS: Final = 12
"""Different pictures; each photo's bytes differ by a comment."""
_SHORT: Final = 3
"""Houses of the short crawl."""
_SITE_FILE: Final = """
name = "bench"
[search]
urls = ["{root}/list"]
id = '/house/(\\d+)'
[house]
url = "{root}/house/{{id}}"
[render]
mode = "never"
[photos]
pattern = '/photo/\\d+\\.jpg'
[pace]
delay = 0
concurrency = 16
"""
STOCK: Final = """
import scrapy

class Houses(scrapy.Spider):
    name = "houses"
    custom_settings = {"CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
                       "DOWNLOAD_DELAY": 0, "LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": True,
                       "ITEM_PIPELINES": {"scrapy.pipelines.images.ImagesPipeline": 1},
                       "IMAGES_STORE": "images", "IMAGES_THUMBS": {"small": (320, 320)}}

    async def start(self):
        for number in range(int(self.houses)):
            yield scrapy.Request(f"{self.root}/house/{number}")

    def parse(self, response):
        found = response.css("img::attr(src)").getall()
        yield {"image_urls": [response.urljoin(url) for url in found]}
"""


def picture(number: int) -> bytes:
    """A JPEG of 1536x1024 with edges, gradients and some noise, the same for the same number."""
    chance = np.random.default_rng(number)
    across, down = np.meshgrid(np.arange(1536), np.arange(1024))
    base = np.stack([across / 6 + 20 * number, down / 4, (across + down) / 10], axis=-1) % 256
    for _ in range(40):
        left, top = chance.integers(0, 1400), chance.integers(0, 900)
        base[top : top + 120, left : left + 130] = chance.integers(0, 256, 3)
    noisy = np.clip(base + chance.normal(0, 6, base.shape), 0, 255).astype(np.uint8)
    data = io.BytesIO()
    Image.fromarray(noisy).save(data, "JPEG", quality=85)
    return data.getvalue()


def page(house: int) -> bytes:
    """A small house page with its photos."""
    images = "".join(
        f"<img src='/photo/{house * PHOTOS + n}.jpg' width=1536 height=1024>" for n in range(PHOTOS)
    )
    return (
        f"<!doctype html><html><title>{house} Elm St, Alder Point, CA 90001</title>"
        f"<h1>{house} Elm St, Alder Point, CA 90001</h1><dl><dt>Sold price</dt>"
        f"<dd>${250_000 + house:,}</dd><dt>Living area</dt><dd>{900 + house:,} sqft</dd></dl>"
        f"{images}</html>"
    ).encode()


@contextmanager
def photo_site() -> Iterator[str]:
    """The root URL of a running server, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        server.kill()
        server.join()


def _serve(told: Connection) -> None:
    pictures = [picture(number) for number in range(_KINDS)]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(_answer(head.split(b" ", 2)[1].decode(), pictures))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def _answer(path: str, pictures: list[bytes]) -> bytes:
    number = int("".join(filter(str.isdigit, path)) or 0)
    if path.startswith("/photo/"):
        kind, body = "image/jpeg", _marked(pictures[number % _KINDS], number)
    elif path.startswith("/house/"):
        kind, body = "text/html; charset=utf-8", page(number)
    else:
        return b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _marked(data: bytes, number: int) -> bytes:
    """The JPEG with a comment, so that its bytes are its own."""
    comment = f"{number:012d}".encode()
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def ours(root: str, photos: int, pauses: dict[str, float] | None = None) -> Used:
    """A crawl of houses with so many photos.

    With `pauses` its longest pauses are watched and put there, in ms: `cpu` and `clock`.
    """
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / f"{SITE}.toml").write_text(_SITE_FILE.format(root=root))
        list_into(f"{name}/data", root, photos // PHOTOS)
        command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", "houses"]
        command += ["-a", f"site={SITE}.toml", "-s", "DATASET=data", "-s", "LOG_LEVEL=ERROR"]
        if pauses is None:
            return used(command, Path(name), PYTHONPATH=_ROOT)
        spent = used([*command, *SETTING], Path(name), PYTHONPATH=_ROOT)
        seen = json.loads((Path(name) / FILE).read_text())
        # An event loop that is not asyncio's own does not say what each callback took.
        pauses |= {what: max(values, default=math.nan) for what, values in seen.items()}
        return spent


def stock(root: str, photos: int) -> Used:
    """The same of a stock spider."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "stock.py").write_text(STOCK)
        command = [python_of("scrapy"), "-m", "scrapy", "runspider", "stock.py"]
        command += ["-a", f"root={root}", "-a", f"houses={photos // PHOTOS}"]
        return used(command, Path(name))


def img2dataset(root: str, photos: int) -> Used:
    """The same of img2dataset, in two processes."""
    with tempfile.TemporaryDirectory() as name:
        urls = "".join(f"{root}/photo/{number}.jpg\n" for number in range(photos))
        (Path(name) / "urls.txt").write_text(urls)
        how = {"url_list": "urls.txt", "output_folder": "small", "image_size": 320}
        how |= {"resize_mode": "keep_ratio", "resize_only_if_bigger": True, "encode_quality": 85}
        how |= {"processes_count": 2, "thread_count": 16, "number_sample_per_shard": 400}
        call = f"import img2dataset\nif __name__ == '__main__':\n img2dataset.download(**{how!r})\n"
        (Path(name) / "peer.py").write_text(call)
        return used([python_of("img2dataset"), "peer.py"], Path(name))


def quality() -> float:
    """The median PSNR of our small photos against a full LANCZOS resize, both before encoding."""
    return statistics.median(_psnr(picture(number)) for number in range(_KINDS))


def _psnr(data: bytes) -> float:
    with Image.open(io.BytesIO(data)) as image:
        small = resized(image, 320, data)
    full = Image.open(io.BytesIO(data)).convert("RGB").resize(small.size, Image.Resampling.LANCZOS)
    error = np.mean((np.asarray(full, float) - np.asarray(small.convert("RGB"), float)) ** 2)
    return 10 * math.log10(255**2 / error)


def main() -> None:
    """Crawl in turns, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--houses", type=int, default=30)
    args = parser.parse_args()
    os.environ.pop("SCRAPY_SETTINGS_MODULE", None)
    ways = {"housecrawl": ours}
    ways |= {name: run for name, run in _PEERS.items() if python_of(name)}
    found: dict[str, list[Each]] = {name: [] for name in ways}
    few, many = PHOTOS * _SHORT, PHOTOS * (_SHORT + args.houses)
    with photo_site() as root:
        for _ in range(args.rounds):
            for name, crawl in ways.items():
                found[name].append(marginal(partial(crawl, root), few, many))
        pauses: dict[str, float] = {}
        ours(root, many, pauses)
    print(table("photo", {name: medians(rounds) for name, rounds in found.items()}))
    each, held, late = (f"{pauses[what]:.0f} ms" for what in ("callback", "cpu", "clock"))
    print(
        f"\nPSNR {quality():.1f} dB. No callback held the event loop for more than {each} of CPU;"
    )
    print(f"what had come at once took {held} together, and a beat was late by {late} at most.")


_PEERS: Final = {"scrapy": stock, "img2dataset": img2dataset}

if __name__ == "__main__":
    main()
