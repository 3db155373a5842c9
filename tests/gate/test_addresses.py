"""Where requests may go, and that nothing is even connected to elsewhere."""

import socketserver
import threading

import pytest

from scraper.gate.addresses import refusal
from scraper.hosts import target_of

NOT_PUBLIC = [
    "127.0.0.1",
    "127.0.0.9",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",
    "localhost",
    "LOCALHOST.",
    "x.localhost",
    "printer.local",
    "router.home.arpa",
    "demo",
    "169.254.169.254",
    "metadata.google.internal",
    "10.0.0.7",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[2002:7f00:1::]",
    "[64:ff9b::a9fe:a9fe]",
    "[ff02::1]",
    "127%2e0%2e0%2e1",
    "\uff11\uff12\uff17.0.0.1",
    "127\u30020\u30020\u30021",
    "good.example@127.0.0.1",
]


@pytest.mark.parametrize("host", NOT_PUBLIC)
def test_what_is_not_public_is_refused_in_every_spelling(host: str) -> None:
    verdict = refusal(f"http://{host}/a", frozenset())
    assert verdict is not None
    assert not verdict.allowed
    assert verdict.rule == "policy: public addresses only"


@pytest.mark.parametrize(
    "url",
    [
        "https://homes.example/a",
        "http://93.184.216.34:8080/",
        "http://[2606:2800:220:1::1]/",
        "http://127.0.0.1.homes.example/",
        "HTTP://HOMES.EXAMPLE",
    ],
)
def test_what_is_public_passes(url: str) -> None:
    assert refusal(url, frozenset()) is None


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname",
        "data:text/html,x",
        "ftp://homes.example/a",
        "javascript:alert(1)",
        "s3://bucket/a",
        "about:blank",
        "//homes.example/a",
        "http://",
        "http://[::1",
        "http://homes.example:99999/",
        "",
    ],
)
def test_other_schemes_are_refused(url: str) -> None:
    verdict = refusal(url, frozenset({("127.0.0.1", 80)}))
    assert verdict is not None
    assert verdict.rule == "policy: http and https only"


def test_the_users_own_host_is_that_host_and_port_alone() -> None:
    own = frozenset({("127.0.0.1", 8000), ("localhost", 8001), ("::1", 8002)})
    for url in ("http://127.0.0.1:8000/", "http://0x7f.1:8000/", "https://localhost:8001/"):
        assert refusal(url, own) is None, url
    assert refusal("http://[0:0::1]:8002/", own) is None
    for url in ("http://127.0.0.1:8001/", "http://localhost:8000/", "http://127.0.0.2:8000/"):
        assert refusal(url, own) is not None, url


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://homes.example:80/", "http://homes.example"),
        ("https://homes.example:80/", "https://homes.example:80"),
        ("https://Homes.example./", "https://homes.example"),
        ("http://2130706433:8000/", "http://127.0.0.1:8000"),
    ],
)
def test_an_origin_has_one_spelling(url: str, origin: str) -> None:
    target = target_of(url)
    assert target is not None
    assert target.origin == origin


STRANGE = ["file:///etc/hostname", "ftp://127.0.0.1/a", "javascript://127.0.0.1/%0aalert(1)"]


def test_nothing_connects_elsewhere(house, crawl) -> None:
    """Straight away, by a redirect of a page, a photo or robots.txt; the server's log judges."""
    server, inside = house(b""), house(b"")
    port = inside.port
    spellings = [f"http://{host}:{port}" for host in ("0x7f000001", "127.1", "localhost", "[::1]")]
    for number, origin in enumerate(spellings):
        server.routes[f"/{number}"] = (302, {"Location": f"{origin}/secret"}, b"")
    leads_inside = house((302, {"Location": inside.url("/robots.txt")}, b""))
    urls = [inside.url("/secret"), *(f"{origin}/secret" for origin in spellings)]
    urls += [server.url(f"/{n}") for n in range(len(spellings))]
    (said,) = crawl(
        {
            "urls": [*urls, leads_inside.url("/a"), *STRANGE],
            "media": [inside.url("/photo.jpg"), "data:image/png,x", *STRANGE],
            "own": [server.own, leads_inside.own],
            "meta": {"handle_httpstatus_all": False},
            "settings": {"BACK_OFF": 0.01},
        }
    )
    assert inside.log == []
    assert leads_inside.asked() == ["/robots.txt"] * 3
    assert len(server.asked(but="/robots.txt")) == len(spellings)
    assert not [got for got in said["got"].values() if got == 200]
    assert said["stats"]["gate/denied/photo"] == 2 + len(STRANGE)
    for url in STRANGE:
        assert "not an http or https address" in said["got"][url]


class NoLogin(socketserver.StreamRequestHandler):
    """Lets nobody in, so that a client's waiting ends."""

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while self.rfile.readline():
            self.wfile.write(b"530 not logged in\r\n")


class Ftp(socketserver.ThreadingTCPServer):
    """Counts who came."""

    daemon_threads = True
    connections = 0

    def process_request(self, request, client_address) -> None:
        self.connections += 1
        super().process_request(request, client_address)


def test_stock_scrapy_reads_files(crawl, tmp_path) -> None:
    """Negative control: what answers, or is connected to, where nothing looks at the scheme.

    For `javascript:` it has no handler, so that comes to nothing there either.
    """
    file = tmp_path / "secret.html"
    file.write_text("<p>inside</p>")
    reading = [file.as_uri(), "data:text/html,x"]
    stock = {
        "DOWNLOADER_MIDDLEWARES": {"scraper.gate.middleware.GateMiddleware": None},
        "LOG_LEVEL": "CRITICAL",
    }
    with Ftp(("127.0.0.1", 0), NoLogin) as ftp:
        threading.Thread(target=ftp.serve_forever, args=(0.02,), daemon=True).start()
        asked = f"ftp://127.0.0.1:{ftp.server_address[1]}/a"
        urls = [*reading, asked, "javascript://127.0.0.1/%0aalert(1)"]
        (gated,) = crawl({"urls": urls})
        assert ftp.connections == 0
        (free,) = crawl({"urls": urls, "settings": stock})
        ftp.shutdown()
        assert ftp.connections > 0
    assert all(str(gated["got"][url]).startswith("RequestDenied") for url in urls)
    assert gated["stats"]["gate/denied/house"] == len(urls)
    assert [free["got"][url] for url in reading] == [200, 200]
    assert str(free["got"][urls[-1]]).startswith("NotSupported")


@pytest.mark.parametrize("guarded", [True, False])
def test_a_name_that_leads_inside_is_not_connected_to(house, crawl, guarded: bool) -> None:
    """At connect time: the name looks public, its address is not. With a negative control."""
    server, named = house(b""), house(b"")
    urls = [
        f"http://x.inside.example:{server.port}/secret",
        f"http://own.inside.example:{server.port}/secret",
        f"http://own.inside.example:{named.port}/page",
    ]
    stock = {"TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingHostnameResolver"}
    (said,) = crawl(
        {
            "urls": urls,
            "own": [("own.inside.example", named.port)],
            "settings": {
                "CONTACT": "me@homes.example",
                "BACK_OFF": 0.01,
                "LOG_LEVEL": "CRITICAL",
                "PACE_DELAY": 0,
            },
            "process": {} if guarded else stock,
        }
    )
    assert named.asked() == ["/robots.txt", "/page"]
    assert (server.log == []) is guarded
    if guarded:
        assert all("CannotResolveHostError" in str(said["got"][url]) for url in urls[:2])


def test_a_public_host_needs_a_contact(crawl) -> None:
    (said,) = crawl({"urls": ["http://no-such-host.invalid/a"]})
    assert said["got"] == {
        "http://no-such-host.invalid/a": "RequestDenied: CONTACT is empty and"
        " no-such-host.invalid is public"
    }
