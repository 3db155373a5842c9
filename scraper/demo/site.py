"""The embedded house site: made-up houses, or the rows of a CSV, on a port of 127.0.0.1."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from scraper.demo.bans import Ban, Bans
from scraper.demo.model import Catalogue, Source
from scraper.demo.routes import Behaviour, RobotsStatus, Routes
from scraper.demo.seeded import Seeded
from scraper.demo.server import Answer, Log, Request, Server
from scraper.demo.truth import photo_url, row
from scraper.demo.weeks import Week, after_week
from scraper.schema import Row

Override = Callable[[Request], Answer | None]
"""Answers a request in the site's place; None leaves it to the next override, or to the site."""

NAME: Final = "demo"


class DemoSite:
    """The site, from `with` to its end, or from `start()` to `stop()`.

    It knows what a crawl must bring home (`truth`, `listed`, `disallowed`, `gone`, `private`)
    and what it was asked for (`log`). `behaviour` may change while it runs.
    """

    def __init__(
        self,
        houses: int = 300,
        seed: int = 7,
        port: int = 0,
        *,
        source: Source | None = None,
        per_page: int = 12,
        latency: float = 0.0,
        robots_status: RobotsStatus = 200,
        robots_delay: float = 0.0,
        crawl_delay: float | None = None,
        photo_port: bool = False,
        ban: Ban | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        """Take a port of 127.0.0.1, any free one for 0; nothing is answered before `start`.

        `source` shows other houses than the made-up ones. The rest is `Behaviour`, but
        `photo_port`: photos come from a port, and so a host, of their own; `ban`: who asks too
        much is refused; `host`: the address that it serves on. Raises OSError when the port is
        taken.
        """
        catalogue = (source or Seeded(houses, seed)).catalogue()
        self.behaviour = Behaviour(per_page, latency, robots_status, robots_delay, crawl_delay)
        self._overrides: tuple[tuple[str, Override], ...] = ()
        self._lock = threading.Lock()
        self.weeks = 0
        """Weeks that went by since it was made."""
        self.bans = Bans(ban) if ban else None
        self._server = Server(self._respond, port, host)
        self._photos = Server(self._respond, host=host) if photo_port else self._server
        self._routes = Routes(catalogue, self.behaviour, self.url, self.photo_root)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Answer requests."""
        for server in {self._server, self._photos}:
            server.start()

    def stop(self) -> None:
        """Give the ports back and leave no thread behind."""
        for server in {self._server, self._photos}:
            server.stop()

    @property
    def url(self) -> str:
        """Root of the site, without a slash at its end: `http://127.0.0.1:8000`."""
        return f"http://{self._server.host}"

    @property
    def photo_root(self) -> str:
        """Root of the photos: the site's own, or that of a port of their own."""
        return f"http://{self._photos.host}"

    @property
    def log(self) -> Log:
        """What the site was asked for."""
        return self._server.log

    @property
    def photo_log(self) -> Log:
        """What the photos' port was asked for: the site's own log unless they have a port."""
        return self._photos.log

    @property
    def catalogue(self) -> Catalogue:
        """What the site shows now."""
        return self._routes.catalogue

    @property
    def listed(self) -> frozenset[str]:
        """IDs that search pages show."""
        return frozenset(one for town in self.catalogue.towns for one in town.house_ids)

    @property
    def disallowed(self) -> frozenset[str]:
        """IDs whose page robots.txt disallows."""
        rules = self.catalogue.disallow
        return frozenset(one for one in self.catalogue.houses if f"/house/{one}".startswith(rules))

    @property
    def gone(self) -> Mapping[str, int]:
        """IDs whose page is gone, and the status that says so."""
        return {one: house.gone for one, house in self.catalogue.houses.items() if house.gone}

    @property
    def truth(self) -> dict[str, Row]:
        """ID to the row that a crawl must store, of every house listed, allowed and existing.

        A column that is None must be null; a column that is not there is not judged.
        """
        wanted = self.listed - self.disallowed - set(self.gone)
        return {one: self._row(one) for one in sorted(wanted)}

    @property
    def private(self) -> frozenset[str]:
        """Names, phone numbers and e-mail addresses that must never appear in a dataset."""
        return frozenset(text for one in self.catalogue.houses.values() for text in one.private)

    def photo_urls(self, house_id: str) -> list[str]:
        """Addresses of a house's photos in their largest size, in the page's order."""
        house = self.catalogue.houses[house_id]
        return [photo_url(house_id, photo.name, self.photo_root) for photo in house.photos]

    def override(self, path: str, handler: Override) -> None:
        """Let `handler` answer a path; a `*` at its end stands for anything. The newest goes first.

        >>> site = DemoSite(houses=10)
        >>> site.override("/robots.txt", lambda request: Answer(b"", 500))
        >>> site.stop()
        """
        with self._lock:
            self._overrides = ((path, handler), *self._overrides)

    def change(self, house_id: str, **values: Any) -> None:
        """Change facts of a house, as a week does: its price, its status, `gone`, its markup."""
        house = replace(self.catalogue.houses[house_id], **values)
        self.use(replace(self.catalogue, houses={**self.catalogue.houses, house_id: house}))

    def pass_week(self) -> Week:
        """Let a week go by: new houses, sales, prices that change, houses that go; which ones."""
        self.weeks += 1
        catalogue, week = after_week(self.catalogue, self.weeks)
        self.use(catalogue)
        return week

    def use(self, catalogue: Catalogue) -> None:
        """Show other houses from now on."""
        self._routes.use(catalogue)

    def site_file(self, folder: Path) -> Path:
        """Write the site file for this site into a folder, and say where."""
        path = folder / f"{NAME}.toml"
        path.write_text(self.site_text(), "utf-8")
        return path

    def site_text(self) -> str:
        """The site file for this site: the form of `docs/sites.md`."""
        towns = json.dumps([town.slug for town in self.catalogue.towns])
        return (
            f'name = "{NAME}"\n\n'
            f'[search]\nurls = ["{self.url}/search/{{where}}"]\nwhere = {towns}\n'
            "id = '/house/([0-9]+)'\n\n"
            f'[house]\nurl = "{self.url}/house/{{id}}"\n'
        )

    def _row(self, house_id: str) -> Row:
        house = self.catalogue.houses[house_id]
        whole = row(house, NAME, self.url, self.photo_root)
        judged = self.catalogue.checked
        if not judged:
            return whole
        nulls = self.catalogue.must_be_null
        return {name: whole[name] for name in judged if whole[name] is not None or name in nulls}

    def _respond(self, request: Request) -> Answer:
        for path, handler in self._overrides:
            if request.path == path or (path.endswith("*") and request.path.startswith(path[:-1])):
                answer = handler(request)
                if answer is not None:
                    return answer
        if self.bans and (refusal := self.bans.answer(request)):
            return refusal
        answer = self._routes.answer(request)
        if not self.behaviour.latency:
            return answer
        return replace(answer, delay=answer.delay + self.behaviour.latency)
