"""House pages of 5, 60 and 600 KB, and a server that answers with them as fast as it can.

Each page has forty facts in label and value, the same house as JSON-LD, similar homes, a menu, and
scripts; the largest one also the state of its application as embedded JSON, as such sites send it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from scraper.house import FoundId
from scraper.ledger.store import Ledger
from scraper.place.open import open_place

SITE: Final = "bench"
SIZES: Final = (5, 60, 600)
"""Kilobytes of a page before it is compressed, about."""
SITE_FILE: Final = """
name = "bench"
[search]
urls = ["{root}/list"]
id = '/house/(\\d+)'
[house]
url = "{root}/house/{{id}}"
[render]
mode = "never"
[photos]
pattern = '^$'
[pace]
delay = 0
concurrency = 16
"""
_STREETS: Final = ("Amber", "Bramble", "Copper", "Dapple", "Ember", "Fallow", "Garnet", "Hazel")
_MORE: Final = tuple(
    f"{what} {part}"
    for what in ("Attic", "Cellar", "Porch", "Roof", "Walls", "Windows", "Fence")
    for part in ("material", "age", "state", "colour")
)


def facts(number: int) -> dict[str, str]:
    """Forty labels and values of a house."""
    shown = {
        "Sold price": f"${250_000 + number % 900_000:,}",
        "Sold on": f"2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "Bedrooms": str(number % 5 + 1),
        "Bathrooms": str(number % 3 + 1),
        "Living area": f"{900 + number % 2_600:,} sqft",
        "Lot size": f"{4_000 + number % 9_000:,} sqft",
        "Year built": str(1900 + number % 120),
        "Home type": "Single family",
        "Heating": "Forced air",
        "Cooling": "Central",
        "Stories": str(number % 3 + 1),
        "Garage spaces": str(number % 3),
    }
    return shown | dict.fromkeys(_MORE, f"kind {number % 7}")


def page(number: int, size: int) -> bytes:
    """The page of a house, about `size` KB."""
    street, town = f"{number + 1} {_STREETS[number % 8]} St", "Alder Point"
    address = f"{street}, {town}, CA {90_000 + number % 900}"
    rows = "".join(f"<tr><th>{k}</th><td>{v}</td></tr>" for k, v in facts(number).items())
    linked = {
        "@context": "https://schema.org",
        "@type": "SingleFamilyResidence",
        "name": address,
        "numberOfBedrooms": number % 5 + 1,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": street,
            "addressLocality": town,
            "addressRegion": "CA",
            "postalCode": str(90_000 + number % 900),
        },
        "geo": {"@type": "GeoCoordinates", "latitude": 38.5, "longitude": -121.0 - number % 9 / 9},
    }
    head = f"<!doctype html><html lang=en><head><title>{address}</title>"
    head += f"<script type='application/ld+json'>{json.dumps(linked)}</script></head><body>"
    body = f"<h1>{address}</h1><table>{rows}</table>"
    return (head + body + _rest(number, size) + "</body></html>").encode()


def _rest(number: int, size: int) -> str:
    if size <= SIZES[0]:
        return f"<p>House {number} stands among trees and has a view of the hills.</p>" * 40
    menu = "".join(f"<li class=item><a href='/town/{n}'>Town {n}</a></li>" for n in range(120))
    homes = "".join(
        f"<article class=card><a href='/house/{number + n}'>See</a><b>${300 + n},000</b>"
        f"<span>{n % 4 + 1} bd</span><span>{n % 3 + 1} ba</span><p>{n} Elm St</p></article>"
        for n in range(1, 60)
    )
    text = f"<p>House {number} stands among trees and has a view of the hills.</p>" * 300
    script = "<script>" + "window.setting = function (a) { return a + 1; };\n" * 480 + "</script>"
    rest = f"<ul>{menu}</ul><section><h2>Similar homes</h2>{homes}</section>{text}{script}"
    return rest + (_state(number) if size > SIZES[1] else "")


def _state(number: int) -> str:
    """An application's state: the house among half a megabyte of other things."""
    words = [
        {"id": n, "key": f"label.{n}", "text": f"A text of the page, number {n}", "on": n % 2 == 0}
        for n in range(6_500)
    ]
    house = {"zpid": number, "bedrooms": number % 5 + 1, "yearBuilt": 1900 + number % 120}
    state = {"props": {"pageProps": {"house": house, "words": words}}}
    return f"<script id=__NEXT_DATA__ type='application/json'>{json.dumps(state)}</script>"


@contextmanager
def page_site(size: int) -> Iterator[str]:
    """The root URL of a running server, in a process of its own, gone with the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs, size), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        server.kill()
        server.join()


def list_into(place: str, root: str, houses: int) -> None:
    """Put houses into the ID list of a place, as stage 1 would."""
    ids = (FoundId(str(n), f"{root}/house/{n}", SITE, n) for n in range(houses))
    with Ledger.open(open_place(place), run_id="list") as ledger:
        ledger.add_ids(SITE, ids)


def crawl_of(folder: Path, root: str, houses: int) -> list[str]:
    """Make ready a crawl of so many houses; what to say to `scraper.cli.scrapy` in that folder."""
    (folder / f"{SITE}.toml").write_text(SITE_FILE.format(root=root))
    list_into(f"{folder}/data", root, houses)
    said = ["crawl", "houses", "-a", f"site={SITE}.toml"]
    return [*said, "-s", "DATASET=data", "-s", "LOG_LEVEL=ERROR"]


def _serve(told: Connection, size: int) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                number = head.split(b" ", 2)[1].decode().rpartition("/house/")[2]
                writer.write(_answer(int(number), size) if number.isdigit() else _ROBOTS)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


_ROBOTS: Final = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"


def _answer(number: int, size: int) -> bytes:
    body = gzip.compress(page(number, size), compresslevel=1)
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip"
    return f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
