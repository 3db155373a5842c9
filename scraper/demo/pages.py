"""The pages of the site as bytes: home, search, house, robots.txt and the files beside them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import jinja2

from scraper.demo import machine
from scraper.demo.looks import Look, dressed, ordered, painted
from scraper.demo.model import Catalogue, House, Town
from scraper.demo.truth import house_url
from scraper.demo.view import card, view

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("scraper.demo"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def home(catalogue: Catalogue) -> bytes:
    """The entry page, with a link to every town."""
    return _render("home.html", towns=catalogue.towns, count=len(catalogue.houses))


def search(
    catalogue: Catalogue, town: Town, number: int, size: int, photo_root: str
) -> bytes | None:
    """One page of a town's list, counted from 1; None where there is no such page.

    An endless town repeats its last page under every higher number.
    """
    last = max(1, -(-len(town.house_ids) // size))
    if number < 1 or (number > last and town.ending != "endless"):
        return None
    at = min(number, last)
    shown = town.house_ids[(at - 1) * size : at * size]
    path = f"/search/{town.slug}"
    more = number < last or town.ending == "endless"
    return _render(
        "search.html",
        town=town,
        number=number,
        cards=[card(catalogue.houses[one], photo_root) for one in shown],
        pages=[(page, _page(path, page)) for page in range(1, last + 1)],
        previous=_page(path, number - 1) if number > 1 else "",
        next=_page(path, number + 1) if more else "",
    )


def house(
    house: House, similar: Sequence[House], root: str, photo_root: str, look: Look = ""
) -> bytes:
    """The page of a house in its own markup; without any fact where a script brings them."""
    one = dressed(house, look)
    if one.javascript:
        return _render("app.html", id=one.house_id)
    shown = view(one, similar, photo_root)
    page = _render(
        "house.html",
        v={**shown, "glance": ordered(shown["glance"], look)},
        url=house_url(one.house_id, root),
        ld=machine.json_ld(one, root, photo_root) if one.embedded == "json-ld" else None,
        state=machine.next_data(one, similar, root, photo_root)
        if one.embedded == "next-data"
        else None,
    )
    return painted(page, look)


def house_data(one: House, similar: Sequence[House], root: str, photo_root: str) -> bytes:
    """What the script of a page asks for: the data of the house, and the words to show."""
    data = machine.next_data(one, similar, root, photo_root)["props"]["pageProps"]
    return json.dumps({**data, "view": view(one, similar, photo_root)}).encode()


def robots(disallow: Sequence[str], delay: float | None) -> bytes:
    """robots.txt: what is disallowed, the account pages, and a wait between two requests if any."""
    lines = ["User-agent: *", "Disallow: /account/", *(f"Disallow: {path}" for path in disallow)]
    if delay:
        lines.append(f"Crawl-delay: {delay:g}")
    return "\n".join((*lines, "")).encode()


@cache
def static(name: str) -> tuple[bytes, str] | None:
    """A file under `/static/` with its content type; None where there is none."""
    folder = files("scraper.demo") / "templates"
    marks: dict[str, str] = tomllib.loads((folder / "marks.toml").read_text("utf-8"))
    if name in marks:
        return marks[name].encode(), "image/svg+xml"
    kind = _TYPES.get(name.rpartition(".")[2])
    if kind is None or not (folder / name).is_file():
        return None
    return (folder / name).read_bytes(), kind


def missing(status: int) -> bytes:
    """The page of something that is not there, or no longer."""
    words = {404: "This page does not exist", 410: "This home is no longer listed"}
    return _render("missing.html", message=words.get(status, "Please try again in a moment"))


def _page(path: str, number: int) -> str:
    return path if number == 1 else f"{path}?page={number}"


def _render(template: str, **values: object) -> bytes:
    return _templates().get_template(template).render(**values).encode()
