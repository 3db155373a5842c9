"""What a host's robots.txt comes to, by how it is answered (RFC 9309 2.3.1, 2.5).

Each case is a server of its own; `/private/1` is asked for, and the server's log judges.
"""

import gzip
import socket
import struct
from collections.abc import Callable

import pytest

RULES = b"User-agent: *\nDisallow: /private/\n"
LARGE = 24 * 2**20
HTML = b"<html><body>not here</body></html>"
SETTINGS = {
    "BACK_OFF": 0.05,
    "RETRY_AFTER_MAX": 0.1,
    "ROBOTS_TIMEOUT": 1,
    "CONTACT": "crawl@homes.example",
    "LOG_LEVEL": "CRITICAL",
}


def hang(handler):
    handler.server.released.wait(20)


def reset(handler):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def endless(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /private/\n")
    while not handler.server.released.is_set():
        handler.wfile.write(b"Disallow: /other/\n" * 4000)


def hops(count: int) -> Callable:
    """So many redirects to itself before the rules come."""
    seen = []

    def answer(handler):
        seen.append(handler.path)
        if len(seen) % (count + 1) == 0:
            return 200, {}, RULES
        return 302, {"Location": f"/robots.txt?{len(seen)}"}, b""

    return answer


def padded(size: int) -> bytes:
    """The rules behind so many octets of comment."""
    line = b"# " + b"x" * 61 + b"\n"
    return b"User-agent: *\n" + line * (size // len(line)) + b"Disallow: /private/\n"


def gone(status: int, body: bytes = HTML, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, headers, body


DENIED = {
    "500": gone(500),
    "502": gone(502),
    "503": gone(503),
    "503 with Retry-After": gone(503, **{"Retry-After": "10"}),
    "504": gone(504),
    "505": gone(505),
    "429, by choice": gone(429),
    "a hang": hang,
    "a reset": reset,
    "a body cut short": gone(200, b"User-agent: *\n", **{"Content-Length": "4000"}),
    "a redirect without an address": gone(302),
    "a redirect to a file": gone(302, Location="file:///etc/hostname"),
    "a redirect inside, to an unnamed port": gone(302, Location="http://127.0.0.1:9/robots.txt"),
    "a redirect to nowhere": gone(301, Location="http://no-such-host.invalid/robots.txt"),
    "rules": gone(200, RULES),
    "five redirects, then rules": hops(5),
    "a byte order mark": gone(200, b"\xef\xbb\xbf" + RULES),
    "half a byte order mark": gone(200, b"\xef\xbb" + RULES),
    "UTF-16": gone(200, RULES.decode().encode("utf-16")),
    "CR line ends": gone(200, RULES.replace(b"\n", b"\r")),
    "gzip": gone(200, gzip.compress(RULES), **{"Content-Encoding": "gzip"}),
    "a rule at 499 KiB": gone(200, padded(499 * 1024)),
    "garbage around rules": gone(200, bytes(range(128, 256)) + b"\n" + RULES + b"\x00\xff\n"),
    "the longest match": gone(200, b"User-agent: *\nAllow: /\nDisallow: /private/\n"),
    "merged groups": gone(200, b"User-agent: *\nDisallow: /a\n\nUser-agent: *\nDisallow: /p\n"),
    "our token in capitals": gone(200, b"User-agent: HouseCrawl\nDisallow: /p\n"),
    "an endless file": endless,
}
ALLOWED = {
    "401": gone(401),
    "403": gone(403),
    "404": gone(404),
    "404 with rules in its body": gone(404, RULES),
    "410": gone(410),
    "204": gone(204, b""),
    "an empty file": gone(200, b""),
    "a page instead of a file": gone(200, HTML),
    "more than five redirects": hops(24),
    "a redirect loop": gone(302, Location="/robots.txt"),
    "a rule at 600 KiB": gone(200, padded(600 * 1024)),
    "a tie": gone(200, b"User-agent: *\nDisallow: /private/\nAllow: /private/\n"),
    "a path in other case": gone(200, b"User-agent: *\nDisallow: /PRIVATE/\n"),
    "a group of the contact's host": gone(200, b"User-agent: homes\nDisallow: /\n"),
    "a group named mozilla": gone(200, b"User-agent: Mozilla\nDisallow: /\n"),
    "our own group": gone(200, b"User-agent: housecrawl\nAllow: /\nUser-agent: *\nDisallow: /\n"),
}


NOWHERE = {
    "no such name": "http://no-such-host.invalid",
    "no server": "http://127.0.0.1:9",
}
STOCK = {
    "DOWNLOADER_MIDDLEWARES": {"scraper.gate.middleware.GateMiddleware": None},
    "ROBOTSTXT_OBEY": True,
}


@pytest.fixture(scope="module")
def results(crawl, module_house):
    """Case -> (paths that were asked beside robots.txt, what the crawl said)."""
    servers = {name: module_house(robots) for name, robots in {**DENIED, **ALLOWED}.items()}
    servers["no TLS"] = module_house(RULES)
    elsewhere = module_house(RULES)
    servers["another host's rules"] = module_house(
        gone(301, Location=elsewhere.url("/robots.txt").replace("127.0.0.1", "localhost"))
    )
    own = [server.own for server in servers.values()]
    urls = {name: server.url("/private/1") for name, server in servers.items()}
    urls["no TLS"] = urls["no TLS"].replace("http:", "https:")
    urls |= {name: f"{origin}/private/1" for name, origin in NOWHERE.items()}
    wanted = {
        "urls": list(urls.values()),
        "own": [*own, ("localhost", elsewhere.port), ("127.0.0.1", 9)],
        "allowed_domains": ["127.0.0.1", "no-such-host.invalid"],
        "settings": {**SETTINGS, "CONCURRENT_REQUESTS": 64},
    }
    (said,) = crawl(wanted)
    asked = {name: server.asked() for name, server in servers.items()}
    return {
        name: (
            [path for path in asked.get(name, ()) if not path.startswith("/robots.txt")],
            said["got"][url],
        )
        for name, url in urls.items()
    }


@pytest.mark.parametrize("name", [*DENIED, "another host's rules", "no TLS", *NOWHERE])
def test_denied(results, name: str) -> None:
    asked, got = results[name]
    assert asked == []
    assert str(got).startswith("RequestDenied")


@pytest.mark.parametrize("name", list(ALLOWED))
def test_allowed(results, name: str) -> None:
    asked, got = results[name]
    assert asked == ["/private/1"]
    assert got == 200


def test_a_host_recovers_and_the_judge_sees_a_leak(crawl, house) -> None:
    """Unreachable at first, then there: what comes later is asked.

    Negative control: Scrapy's own middleware asks for all of it while the host fails.
    """
    failures = iter([gone(503), gone(500)])
    server = house(lambda _: next(failures, gone(200, RULES)))
    failing = house(gone(500))
    urls = [server.url("/free/1"), server.url("/private/1")]
    crawl(
        {"urls": urls, "own": [server.own], "settings": SETTINGS},
        {
            "urls": [failing.url("/private/1")],
            "own": [failing.own],
            "settings": {**SETTINGS, **STOCK},
        },
    )
    assert server.asked() == ["/robots.txt"] * 3 + ["/free/1"]
    assert failing.asked() == ["/robots.txt", "/private/1"]


def test_a_large_file_is_not_fetched_whole(crawl, house) -> None:
    """Of 24 MB, what the server could write before the crawl hung up.

    Negative control: Scrapy's own middleware takes all of it.
    """
    written = {}

    def large(handler):
        port = handler.server.port
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**16)
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE)
        handler.wfile.write(RULES + b"#" * (2**16 - len(RULES) - 1) + b"\n")
        written[port] = 2**16
        while written[port] < LARGE:
            handler.wfile.write(b"#" * (2**16 - 1) + b"\n")
            written[port] += 2**16

    cut, whole = house(large), house(large)
    crawl(
        {"urls": [cut.url("/private/1")], "own": [cut.own], "settings": SETTINGS},
        {
            "urls": [whole.url("/private/1")],
            "own": [whole.own],
            "settings": {**SETTINGS, **STOCK},
        },
    )
    assert cut.asked() == ["/robots.txt"]
    assert written[cut.port] < LARGE / 2, "what lies in the buffers of the sockets counts too"
    assert written[whole.port] == LARGE
