"""Sitemaps as lists: packed, in indexes inside indexes; and what a hostile one can do."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from scraper.demo.server import Answer, Request, Server

GOOD = {"urls", "packed", "twice", "nested", "plain", "empty", "as html"}
"""Each a house of its own, by where it is named."""
LARGEST = 200_000


def urls(*ids: str, more: str = "") -> bytes:
    entries = "".join(f"<url><loc>/h/{one.replace(' ', '-')}</loc></url>" for one in ids)
    return f"<?xml version='1.0'?><urlset>{more}{entries}</urlset>".encode()


def index(*names: str) -> bytes:
    entries = "".join(f"<sitemap><loc>/maps/{one}</loc></sitemap>" for one in names)
    return f"<sitemapindex>{entries}</sitemapindex>".encode()


def packed(body: bytes, **headers: str) -> Answer:
    return Answer(gzip.compress(body), kind="application/x-gzip", headers=headers)


def entities(secret: str) -> bytes:
    lols = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE urlset [<!ENTITY l0 "lol">{lols}<!ENTITY x SYSTEM "file://{secret}">]>'
    return head.encode() + urls("bomb-&l9;", "file-&x;").partition(b"?>")[2]


class Maps(Server):
    """A site whose lists are sitemaps; `held` ones are not answered."""

    def __init__(self, secret: str) -> None:
        super().__init__(self.answer)
        self.held: set[str] = set()
        self.met = threading.Event()
        xml = {"kind": "application/xml"}
        self.answers = {
            "good.xml": Answer(index("a.xml.gz", "b.xml", "more.xml.gz", "agents.xml"), **xml),
            "a.xml.gz": packed(urls("packed", "urls")),
            "b.xml": Answer(urls("plain", "packed"), kind="text/plain"),
            "more.xml.gz": packed(index("c.xml.gz", "d.xml", "good.xml", "more.xml.gz", "e.xml")),
            "c.xml.gz": Answer(
                gzip.compress(gzip.compress(urls("twice", "nested"))),
                kind="application/octet-stream",
                headers={"Content-Encoding": "gzip"},
            ),
            "d.xml": Answer(urls(), **xml),
            "e.xml": Answer(urls("as html", "empty")),
            "agents.xml": Answer(urls("agent"), **xml),
            "bad.xml": Answer(index("f.xml", "1.xml", *BAD), **xml),
            "f.xml": Answer(urls("found"), **xml),
            "secret.xml": Answer(urls("denied"), **xml),
            "bomb.xml.gz": packed(urls("huge", more=" " * 50 * LARGEST)),
            "entities.xml": Answer(entities(secret), **xml),
            "cut.xml.gz": Answer(gzip.compress(urls("cut"))[:-9], kind="application/gzip"),
            "torn.xml": Answer(urls("torn", more="<url>"), **xml),
            "page.xml": Answer(b"<html><body><a href='/h/page'>x</a></body></html>"),
            "other.xml.gz": packed(b"<html><body><a href='/h/other'>x</a></body></html>"),
            "file.xml": Answer(
                index("f.xml").replace(b"/maps/f.xml", b"file:///etc/passwd"), **xml
            ),
        }
        self.answers |= {f"{n}.xml": Answer(index(f"{n + 1}.xml"), **xml) for n in range(1, 9)}

    def answer(self, request: Request) -> Answer:
        name = request.path.removeprefix("/maps/")
        if request.path == "/robots.txt":
            return Answer(b"User-agent: *\nDisallow: /maps/secret.xml", kind="text/plain")
        if name in self.held:
            self.met.set()
            return Answer(fault="hang")
        return self.answers.get(name, Answer(b"", 404))

    def asked(self) -> list[str]:
        return [one.path.removeprefix("/maps/") for one in self.log.requests("/maps/")]


BAD = {
    "secret.xml": "robots",
    "bomb.xml.gz": "too large: more than 0.2 MiB when its gzip is undone",
    "cut.xml.gz": "truncated: the gzip data end in the middle",
    "torn.xml": "no well-formed XML",
    "page.xml": "no sitemap, but an index names it: leave it out by [search] sitemaps",
    "other.xml.gz": "not a page: gzip data",
    "none.xml": "HTTP 404, but an index names it: leave it out by [search] sitemaps",
    "entities.xml": "the sitemap declares entities, which none needs",
    "file.xml": "",
}
"""What is said of each; nothing of those that name no house."""


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maps]:
    secret = tmp_path_factory.mktemp("secret") / "secret.txt"
    secret.write_text("canary")
    server = Maps(str(secret))
    server.start()
    yield server
    server.stop()


def command(maps: Maps, folder: Path, *more: str) -> list[str]:
    (folder / "maps.toml").write_text(
        f'name = "maps"\n[search]\nurls = ["http://{maps.host}/maps/{{where}}.xml"]\n'
        "where = [\"good\", \"bad\"]\nid = '/h/([^/]+)$'\nsitemaps = '^(?!.*agents)'\n"
        f'[house]\nurl = "http://{maps.host}/h/{{id}}"\n[pace]\ndelay = 0\nconcurrency = 4\n'
    )
    command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", "ids", "-a", "site=maps.toml"]
    return [*command, "-s", "DATASET=data", *more]


def crawl(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=240
    )


def ids(folder: Path) -> set[str]:
    found = pd.read_parquet(folder / "data" / "ids.parquet")["house_id"]
    assert found.is_unique
    return {one.replace("-", " ") for one in found}


@pytest.fixture(scope="module")
def crawled(maps: Maps, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], str]:
    """One crawl of both lists: its folder, what the site was asked for, and what it said."""
    folder = tmp_path_factory.mktemp("maps")
    limits = ("-s", f"DOWNLOAD_MAXSIZE={LARGEST}", "-s", "RETRY_TIMES=0")
    said = crawl(command(maps, folder, *limits), folder)
    assert said.returncode == 3, said.stderr
    assert "Traceback" not in said.stderr
    return folder, maps.asked(), said.stderr


def test_the_houses_of_all_sitemaps_are_found(crawled) -> None:
    folder, _, _ = crawled
    assert ids(folder) == GOOD | {"found"}


def test_each_sitemap_is_asked_for_once_and_only_those_that_are_wanted(crawled) -> None:
    _, asked, _ = crawled
    assert sorted(asked) == sorted(
        [
            *("good.xml", "a.xml.gz", "b.xml", "more.xml.gz", "c.xml.gz", "d.xml", "e.xml"),
            *("bad.xml", "f.xml", "1.xml", "2.xml", "3.xml", *(set(BAD) - {"secret.xml"})),
        ]
    )


@pytest.mark.parametrize("name", [one for one in BAD if BAD[one]])
def test_one_line_says_what_is_wrong_with_a_sitemap(crawled, name: str) -> None:
    _, _, stderr = crawled
    lines = [one for one in stderr.splitlines() if f"/maps/{name} (" in one]
    assert len(lines) == 1
    assert BAD[name] in lines[0]


def test_indexes_inside_indexes_end(crawled) -> None:
    folder, _, stderr = crawled
    assert "/maps/3.xml (an index of sitemaps, 3 others above it)" in stderr
    assert (
        "lists not read to the end" in json.loads((folder / "data" / "run.json").read_text())["why"]
    )


@pytest.mark.full
def test_a_crawl_that_is_killed_between_two_sitemaps_loses_no_house(maps, tmp_path) -> None:
    maps.held, asked = {"b.xml"}, len(maps.asked())
    run = command(maps, tmp_path, "-a", "where=good", "-s", "CONCURRENT_REQUESTS=1")
    with subprocess.Popen(run, cwd=tmp_path, stderr=subprocess.DEVNULL) as first:
        assert maps.met.wait(120)
        os.kill(first.pid, signal.SIGKILL)
    maps.held = set()
    assert not (tmp_path / "data" / "ids.parquet").exists()
    said = crawl(run, tmp_path)
    assert said.returncode == 0, said.stderr
    assert ids(tmp_path) == GOOD
    assert len(maps.asked()) > asked + 7
    assert "indexes" not in said.stderr


@pytest.mark.full
def test_more_sitemaps_than_a_list_may_have_pages(maps, tmp_path) -> None:
    run = command(maps, tmp_path, "-a", "where=good", "-s", "LIST_PAGES=2")
    said = crawl(run, tmp_path)
    assert said.returncode == 4
    assert "names more than 2 sitemaps): raise LIST_PAGES" in said.stderr
    assert ids(tmp_path) == {"packed", "urls", "plain"}
