"""Where a page in the browser may lead: not inside, not by a name that changes, not into a rest."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BROWSING = Path(__file__).with_name("browsing.py")
PAGE = b"<h1>page</h1>"


def browse(*urls: str, env: dict[str, str] | None = None, **asked: object) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, str(BROWSING)],
        input=json.dumps({"urls": urls, **asked}),
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    said: dict[str, str] = json.loads(done.stdout)
    return said


def ways_inside(server, port: int) -> list[str]:
    """Pages that lead inside, by every way and in every spelling."""
    spellings = ("127.0.0.1", "0x7f000001", "2130706433", "localhost", "[::ffff:127.0.0.1]")
    urls = [f"http://{one}:{port}/secret" for one in spellings]
    urls.append(f"http://169.254.169.254:{port}/secret")
    pages = {}
    for number, url in enumerate(urls):
        pages[f"/hop{number}"] = (302, {"Location": url}, b"")
        pages[f"/refresh{number}"] = f"<meta http-equiv=refresh content='0;url={url}'>"
        pages[f"/script{number}"] = f"<script>location = '{url}'</script>"
    pages["/parts"] = "".join(
        f"<iframe src='{url}'></iframe><img src='{url}'><script src='{url}'></script>"
        f"<link rel=stylesheet href='{url}'><script>fetch('{url}', {{mode: 'no-cors'}})"
        f".catch(() => 0); open('{url}'); navigator.sendBeacon('{url}')</script>"
        for url in urls
    )
    for path, page in pages.items():
        html = {"Content-Type": "text/html"}
        body = PAGE + page.encode() if isinstance(page, str) else b""
        server.routes[path] = (200, html, body) if isinstance(page, str) else page
    return [server.url(path) for path in pages]


@pytest.mark.parametrize("guarded", [True, False])
def test_no_page_leads_inside(house, guarded: bool) -> None:
    server, inside = house(b""), house(b"")
    pages = ways_inside(server, inside.port)
    said = browse(*pages, own=[server.own], off=[] if guarded else ["gate"])
    if not guarded:
        assert inside.asked().count("/secret") > 10
        return
    assert inside.connections == 0
    parts = pages.pop()
    assert said[parts] == "page"
    assert {said[url].partition(":")[0] for url in pages} <= {"PageDenied", "RequestDenied"}


NAME, PUBLIC = "changes.example", "127.0.0.77"
"""A name, and the address that stands for a public one."""


@pytest.mark.parametrize("guarded", [True, False])
def test_a_name_that_changes_its_address_leads_nowhere(house, guarded: bool) -> None:
    """Public when it is looked up by the crawl, loopback when Chromium connects.

    By http the crawl connects itself, to the address that it looked up. Without that the request
    arrives inside; then the page is refused all the same.
    """
    outside = house(b"", host=PUBLIC)
    inside = house(b"", port=outside.port)
    for server, page in ((outside, b"<h1>page</h1>"), (inside, b"<h1>secret</h1>")):
        server.routes["/a"] = (200, {"Content-Type": "text/html"}, page)
    url = f"http://{NAME}:{outside.port}/a"
    said = browse(
        url, leads={NAME: "127.0.0.1"}, public=PUBLIC, off=[] if guarded else ["carrying"]
    )
    if guarded:
        assert said[url] == "page"
        assert outside.asked() == ["/robots.txt", "/a"]
        assert inside.connections == 0
    else:
        assert inside.asked() == ["/a"]
        assert said[url].startswith(f"PageDenied: led to {url}: {NAME} led to 127.0.0.1")


def test_by_tls_nobody_inside_has_the_certificate_of_the_name(house, certificate) -> None:
    """The request does not arrive: the page fails at the handshake."""
    outside = house(b"", host=PUBLIC, tls=certificate(NAME))
    inside = house(b"", port=outside.port, tls=certificate("localhost"))
    url = f"https://{NAME}:{outside.port}/a"
    trusted = {"SSL_CERT_FILE": certificate.authority}
    said = browse(url, leads={NAME: "127.0.0.1"}, public=PUBLIC, env=trusted)
    assert "ERR_CERT" in said[url]
    assert outside.asked() == ["/robots.txt"]
    assert inside.log == []


def test_a_part_of_a_page_that_says_not_now_lets_the_site_rest(house) -> None:
    server = house(b"")
    html = {"Content-Type": "text/html"}
    server.routes["/first"] = (200, html, PAGE + b"<script>fetch('/data')</script>")
    server.routes["/data"] = (429, {"Retry-After": "3"}, b"")
    server.routes["/second"] = (200, html, PAGE)
    urls = [server.url("/first"), server.url("/second")]
    said = browse(*urls, own=[server.own], settings={"CONCURRENT_REQUESTS": 1})
    assert said == dict.fromkeys(urls, "page")
    times = {path: when for when, path, _ in server.log}
    assert times["/second"] - times["/data"] > 2.8
