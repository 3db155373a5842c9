"""Whole crawls: what they leave open, what they let out, and when they end by themselves."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from scrapy.http import Request, Response
from scrapy.settings import Settings
from scrapy.spidermiddlewares.referer import RefererMiddleware

from scraper.cli.given import given_settings
from scraper.demo.server import Answer
from scraper.demo.site import DemoSite
from scraper.errors import SettingError

SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "canary-aws-key",
    "AWS_SESSION_TOKEN": "canary-aws-token",
    "HOUSECRAWL_SECRET": "canary-environment",
}
PROXY_SECRET = "canary-proxy"


def scrapy(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scraper.cli.scrapy", *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}:{Path.cwd()}", **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def listening() -> list[object]:
    """Sockets that processes of a crawl listen on: it is a child of the tests, as servers are."""
    found = []
    crawls = [one for one in psutil.Process().children() if _is_crawl(one)]
    for one in [*crawls, *(inner for it in crawls for inner in it.children(recursive=True))]:
        try:
            said = one.net_connections("inet")
        except psutil.Error:
            continue
        found += [(one.name(), c.laddr) for c in said if c.status == psutil.CONN_LISTEN]
    return found


def _is_crawl(process: psutil.Process) -> bool:
    return any("scrapy" in word or "crawling" in word for word in process.cmdline())


@dataclass
class Crawled:
    """A crawl that is over."""

    site: DemoSite
    folder: Path
    said: list[subprocess.CompletedProcess[str]] = field(default_factory=list)
    listening: list[object] = field(default_factory=list)
    looks: int = 0
    proxied: int = 0


@pytest.fixture(scope="module")
def crawled(tmp_path_factory, module_proxy) -> Iterator[Crawled]:
    """Both stages by a proxy with a password, logged in full; some pages need the browser."""
    folder = tmp_path_factory.mktemp("whole")
    with DemoSite(houses=16, seed=3) as site:
        it = Crawled(site, folder)

        def look(request):
            it.listening += listening()
            it.looks += 1

        def bad_policy(request):
            look(request)
            return Answer(b"", 302, headers={"Location": "/x", "Referrer-Policy": "sys.exit"})

        site.override("/house/*", look)
        site.override(f"/house/{min(site.listed)}", bad_policy)
        told = module_proxy.url.replace("//", f"//me:{PROXY_SECRET}@")
        common = ("-a", f"site={site.site_file(folder)}", "-s", f"DATASET={folder / 'data'}")
        common = (*common, "-s", "LOG_LEVEL=DEBUG")
        for stage in ("ids", "houses"):
            it.said.append(
                scrapy(folder, "crawl", stage, *common, **SECRETS, http_proxy=told, no_proxy="")
            )
            (folder / f"{stage}.log").write_text(it.said[-1].stdout + it.said[-1].stderr)
        it.proxied = sum(knows for _, knows in module_proxy.seen)
        yield it


def test_no_port_is_open_while_it_runs(crawled) -> None:
    assert crawled.looks > 10
    assert any("sec-fetch-mode" in r.headers for r in crawled.site.log.requests()), "a browser"
    assert crawled.listening == []


def test_stock_scrapys_ports_are_seen(house, crawl) -> None:
    """Negative control: telnet and remote control, as they are by default."""
    server, found = house(b""), []
    server.routes["/a"] = lambda _: (found.extend(listening()), (200, {}, b""))[1]
    ports = {"TELNETCONSOLE_ENABLED": True, "REMOTE_CONTROL_ENABLED": True}
    crawl({"urls": [server.url("/a")], "own": [server.own], "settings": ports})
    assert len(found) >= 2


def test_no_secret_is_in_what_it_writes(crawled) -> None:
    assert crawled.proxied > 10, "the proxy was told the password"
    files = [path for path in crawled.folder.rglob("*") if path.is_file()]
    assert len(files) > 8
    for secret in (*SECRETS.values(), PROXY_SECRET):
        assert [path for path in files if secret.encode() in path.read_bytes()] == []


def test_a_header_of_the_site_calls_nothing_and_nothing_says_where_we_came_from(crawled) -> None:
    assert [said.returncode for said in crawled.said] == [0, 0], crawled.said[-1].stderr[-2000:]
    assert not [said for said in crawled.said if "Traceback" in said.stderr]
    plain = [r for r in crawled.site.log.requests() if r.path.startswith(("/house/", "/photo"))]
    assert plain
    assert not [r for r in plain if "referer" in r.headers and r.agent.startswith("housecrawl")]


def test_stock_scrapy_minds_the_header_and_sends_where_it_came_from() -> None:
    """Negative control: the whole address as Referer, to another host, because the site says so."""
    stock = RefererMiddleware(Settings())
    asked = Request("https://a.example/from?token=1")
    onwards = Request("http://b.example/")
    plain = Response(asked.url, request=asked)
    telling = plain.replace(headers={"Referrer-Policy": "unsafe-url"})
    said = [stock.policy(it, onwards).referrer(it.url, onwards.url) for it in (plain, telling)]
    assert said == [None, asked.url]


@pytest.fixture(scope="module")
def refusing(tmp_path_factory) -> Iterator[Crawled]:
    """A site whose house pages all say 403."""
    folder = tmp_path_factory.mktemp("refusing")
    with DemoSite(houses=60, seed=5) as site:
        it = Crawled(site, folder)
        common = ("-a", f"site={site.site_file(folder)}", "-s", f"DATASET={folder / 'data'}")
        it.said.append(scrapy(folder, "crawl", "ids", *common))
        site.override("/house/*", lambda _: Answer(b"<h1>no</h1>", 403))
        common = (*common, "-s", "EGRESS_PATIENCE=5")  # there is no second address to wait for
        it.said.append(scrapy(folder, "crawl", "houses", *common))
        yield it


def test_a_site_that_refuses_is_left_alone(refusing) -> None:
    """With one address: the circuit opens after a few pages and the exit code says policy."""
    ids, houses = refusing.said
    assert ids.returncode == 0, ids.stderr
    assert houses.returncode == 5, houses.stderr
    asked = refusing.site.log.requests("/house/")
    assert 5 <= len(asked) <= 25
    assert len({r.client[0] for r in asked}) == 1


def test_stock_scrapy_asks_on(refusing, crawl) -> None:
    """Negative control: the same houses, all that robots.txt allows, in spite of the 403s."""
    site, before = refusing.site, len(refusing.site.log.requests("/house/"))
    urls = [f"{site.url}/house/{one}" for one in site.listed]
    own = [("127.0.0.1", int(site.url.rpartition(":")[2]))]
    (said,) = crawl({"urls": urls, "own": own, "settings": {**STOCK, "ROBOTSTXT_OBEY": True}})
    closed = [got for got in said["got"].values() if "robots.txt" in str(got)]
    assert len(closed) < 10
    assert len(site.log.requests("/house/")) - before == len(urls) - len(closed)


GATE = "scraper.gate.middleware.GateMiddleware"
STOCK = {"DOWNLOADER_MIDDLEWARES": {GATE: None}}
OFF = {
    "the middleware": ("-s", f'DOWNLOADER_MIDDLEWARES={{"{GATE}": null}}'),
    "the middlewares": ("-s", "DOWNLOADER_MIDDLEWARES={}"),
    "the resolver": ("-s", "TWISTED_DNS_RESOLVER=scrapy.resolver.CachingThreadedResolver"),
    "the browser's handler": (
        "-s",
        'DOWNLOAD_HANDLERS={"https": "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"}',
    ),
    "a class of the user's": ("-s", "SPIDER_MODULES=mine"),
}
MINE = f"""from spiders.houses import HousesSpider
class Mine(HousesSpider):
    custom_settings = {{"DOWNLOADER_MIDDLEWARES": {{"{GATE}": None}}}}
"""


@pytest.mark.parametrize("what", OFF)
def test_nothing_takes_the_gate_away(tmp_path, what: str) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    with DemoSite(houses=4) as site:
        file = site.site_file(tmp_path)
        place = f"DATASET={tmp_path / 'data'}"
        said = scrapy(tmp_path, "crawl", "houses", "-a", f"site={file}", "-s", place, *OFF[what])
        assert said.returncode == 2, said.stderr
        assert "takes the gate away" in said.stderr
        assert "Traceback" not in said.stderr
        assert site.log.requests() == []


@pytest.mark.parametrize("given", ["DNS_RESOLVER=mine.Resolver", 'ADDONS={"mine.AddOn": 1}'])
def test_neither_does_an_old_name_nor_an_add_on(given: str) -> None:
    with pytest.raises(SettingError, match=f"{given.partition('=')[0]} takes the gate away"):
        given_settings([given])


@pytest.mark.parametrize("guarded", [True, False])
def test_with_the_gate_away_what_is_closed_is_asked_for(house, crawl, guarded: bool) -> None:
    """The settings that are refused, where they are let through; the same crawl with the gate."""
    closed, inside = house(b"User-agent: *\nDisallow: /\n"), house(b"")
    resolver = {"DNS_RESOLVER": "scrapy.resolver.CachingHostnameResolver"}
    crawl(
        {
            "urls": [closed.url("/a"), f"http://x.inside.example:{inside.port}/a"],
            "own": [closed.own],
            "settings": {"CONTACT": "me@homes.example"} if guarded else STOCK,
            "process": {} if guarded else resolver,
        }
    )
    assert closed.asked() == (["/robots.txt"] if guarded else ["/a"])
    assert inside.asked() == ([] if guarded else ["/a"])


def test_a_password_in_a_site_file_is_refused_and_not_repeated(tmp_path) -> None:
    with DemoSite(houses=4) as site:
        file = site.site_file(tmp_path)
        file.write_text(file.read_text().replace("http://", "http://me:canary-of-the-file@"))
        place = f"DATASET={tmp_path / 'data'}"
        said = scrapy(tmp_path, "crawl", "ids", "-a", f"site={file}", "-s", place)
        assert said.returncode == 2
        assert "a name or a password in the address" in said.stderr
        assert "canary" not in said.stdout + said.stderr
        assert site.log.requests() == []


def test_a_public_site_is_not_asked_without_a_contact(tmp_path) -> None:
    place = f"DATASET={tmp_path / 'data'}"
    said = scrapy(tmp_path, "crawl", "ids", "-a", "site=example", "-s", place)
    assert said.returncode == 2
    assert "CONTACT is empty" in said.stderr


def test_the_same_crawl_with_a_contact_asks(house, crawl) -> None:
    """Negative control, of a name that is public to the gate and leads to a server of the tests."""
    servers = silent, told = house(b""), house(b"")
    wanted = [
        {
            "urls": [f"http://x.inside.example:{server.port}/a"],
            "settings": {"CONTACT": contact, "PACE_DELAY": 0},
        }
        for server, contact in zip(servers, ("", "me@homes.example"), strict=True)
    ]
    wanted[0]["process"] = {"TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingHostnameResolver"}
    crawl(*wanted)
    assert silent.log == []
    assert told.asked() == ["/robots.txt", "/a"]
