"""Which page answers which path, and how the site behaves while it answers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from scraper.demo import pages, photos
from scraper.demo.looks import Look
from scraper.demo.model import Catalogue, House, Photo
from scraper.demo.server import Answer, Request

RobotsStatus = Literal[200, 404, 503, "hang", "reset"]

_NEIGHBOURS = 3
_PHOTO_KINDS = {"png": "image/png", "webp": "image/webp"}


@dataclass(slots=True)
class Behaviour:
    """How the site answers; every value may change while it runs."""

    per_page: int = 12
    """Houses on a search page."""
    latency: float = 0.0
    """Seconds before every answer."""
    robots_status: RobotsStatus = 200
    """Status of robots.txt, or how it fails to come."""
    robots_delay: float = 0.0
    """Seconds before robots.txt."""
    crawl_delay: float | None = None
    """What robots.txt asks a crawler to wait between two requests."""
    etags: bool = False
    """Whether house pages have an ETag, and are answered 304 where it is asked by."""
    look: Look = ""
    """What is wrong with house pages, as in a week that must not be published."""


class Routes:
    """Paths to pages, for one catalogue under one address."""

    def __init__(
        self, catalogue: Catalogue, behaviour: Behaviour, root: str, photo_root: str
    ) -> None:
        self.catalogue = catalogue
        self.behaviour = behaviour
        self._root, self._photo_root = root, photo_root
        self._lock = threading.Lock()
        self._stumbled: set[str] = set()
        self._kept: dict[str, Answer] = {}
        self._by_name: dict[str, Callable[[str, str], Answer | None]] = {
            "search": self._search,
            "house": self._house,
            "api": self._data,
            "photo": self._photo,
            "static": self._static,
        }

    def use(self, catalogue: Catalogue) -> None:
        """Show another catalogue from now on."""
        with self._lock:
            self.catalogue = catalogue
            self._kept = {}

    def answer(self, request: Request) -> Answer:
        """The answer to a request; 404 where nothing is."""
        parts = urlsplit(request.path)
        if parts.path == "/robots.txt":
            return self._robots()
        kept, where = self._kept, parts.path + parts.query
        kept_as = f"{self.behaviour.look} {where}"
        answer = kept.get(kept_as) or self._found(unquote(parts.path), parts.query)
        if not answer.fault and answer.status != 503 and not where.startswith("/photo/"):
            kept[kept_as] = answer
        if self.behaviour.etags and answer.status == 200 and where.startswith("/house/"):
            return _tagged(answer, request)
        return answer

    def _found(self, path: str, query: str) -> Answer:
        if path == "/":
            return Answer(pages.home(self.catalogue))
        _, _, rest = path.partition("/")
        name, _, rest = rest.partition("/")
        route = self._by_name.get(name)
        found = route(rest, query) if route else None
        return found or Answer(pages.missing(404), 404)

    def _robots(self) -> Answer:
        behaviour = self.behaviour
        status, delay = behaviour.robots_status, behaviour.robots_delay
        if status in ("hang", "reset"):
            return Answer(delay=delay, fault="hang" if status == "hang" else "reset")
        assert isinstance(status, int)
        body = pages.robots(self.catalogue.disallow, behaviour.crawl_delay)
        return Answer(body if status == 200 else b"", status, "text/plain", delay=delay)

    def _search(self, slug: str, query: str) -> Answer | None:
        town = next((one for one in self.catalogue.towns if one.slug == slug), None)
        asked = parse_qs(query).get("page", ["1"])[0]
        if town is None or not asked.isdecimal():
            return None
        size = self.behaviour.per_page
        body = pages.search(self.catalogue, town, int(asked), size, self._photo_root)
        return None if body is None else Answer(body)

    def _house(self, house_id: str, _query: str) -> Answer | None:
        house = self.catalogue.houses.get(house_id)
        if house is None:
            return None
        if house.gone:
            return Answer(pages.missing(house.gone), house.gone)
        if house.flaky and self._stumbles(house_id):
            return Answer(pages.missing(503), 503, headers={"Retry-After": "0"})
        look = self.behaviour.look
        similar = self._similar(house)
        return Answer(pages.house(house, similar, self._root, self._photo_root, look))

    def _data(self, rest: str, _query: str) -> Answer | None:
        house = self.catalogue.houses.get(rest.removeprefix("house/"))
        if house is None or house.gone:
            return None
        body = pages.house_data(house, self._similar(house), self._root, self._photo_root)
        return Answer(body, kind="application/json")

    def _photo(self, rest: str, _query: str) -> Answer | None:
        house_id, _, rest = rest.partition("/")
        size, _, name = rest.partition("/")
        house = self.catalogue.houses.get(house_id)
        photo = house and next((one for one in house.photos if one.name == name), None)
        if not photo or photo.kind == "missing" or size not in ("large", "small"):
            return None
        return Answer(_bytes(house_id, photo, size), kind=_photo_kind(photo))

    def _static(self, name: str, _query: str) -> Answer | None:
        found = pages.static(name)
        return found and Answer(found[0], kind=found[1])

    def _similar(self, house: House) -> list[House]:
        """The houses that come after it in its town's list."""
        for town in self.catalogue.towns:
            if house.house_id in town.house_ids:
                at = town.house_ids.index(house.house_id)
                ring = (*town.house_ids[at + 1 :], *town.house_ids[:at])
                return [self.catalogue.houses[one] for one in ring[:_NEIGHBOURS]]
        return []

    def _stumbles(self, house_id: str) -> bool:
        with self._lock:
            first = house_id not in self._stumbled
            self._stumbled.add(house_id)
        return first


def _tagged(answer: Answer, request: Request) -> Answer:
    """The answer with its ETag; 304 without a body where the asker has it."""
    tag = f'"{sha256(answer.body).hexdigest()[:16]}"'
    headers = {**answer.headers, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return replace(answer, body=b"", status=304, headers=headers)
    return replace(answer, headers=headers)


def _bytes(house_id: str, photo: Photo, size: str) -> bytes:
    """A photo of a file as it is, a drawn one in the size that was asked for."""
    if photo.path:
        return Path(photo.path).read_bytes()
    return photos.photo(house_id, photo, size == "small")


def _photo_kind(photo: Photo) -> str:
    return _PHOTO_KINDS.get(photo.name.rpartition(".")[2].lower(), "image/jpeg")
