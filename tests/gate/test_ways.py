"""By which way requests leave: proxies and addresses, and one pace over all of them."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

RULES = b"User-agent: *\nDisallow: /private/\n"
RIGHTS = ("/.well-known/tdmrep.json", "/ai.txt")
STOCK = {
    "DOWNLOADER_MIDDLEWARES": {"scraper.gate.middleware.GateMiddleware": None},
    "ROBOTSTXT_OBEY": True,
}
STOCK_RESOLVER = {"TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingHostnameResolver"}


def asked_by(proxy, server) -> set[str]:
    return {url.removeprefix(server.url("")) for url, _ in proxy.seen}


@pytest.mark.parametrize("guarded", [True, False])
def test_robots_txt_goes_by_the_proxy_of_the_request(house, crawl, proxy, guarded: bool) -> None:
    """The negative control, Scrapy's own middleware, asks for it directly."""
    server = house(RULES)
    told = proxy.url.replace("//", "//me:secret@")
    crawl(
        {
            "urls": [server.url("/a"), server.url("/private/1")],
            "own": [server.own],
            "meta": {"proxy": told},
            "proxies": [told] if guarded else [],
            "settings": {"CONCURRENT_REQUESTS": 1, **({} if guarded else STOCK)},
            "process": {} if guarded else STOCK_RESOLVER,
        }
    )
    assert "/a" in server.asked()
    if not guarded:
        assert "127.0.0.1" in server.clients
        return
    assert server.asked() == ["/robots.txt", "/a"]
    assert set(server.clients) == {"127.0.0.9"}
    assert asked_by(proxy, server) == {"/robots.txt", "/a", *RIGHTS}
    assert all(knows for _, knows in proxy.seen), "the proxy is told who asks"
    assert not [one for one in server.headers if "Proxy-Authorization" in one]


def test_a_private_proxy_is_one_only_where_the_operator_says_so(house, crawl, proxy) -> None:
    server, inside = house(RULES), house(b"")
    named = {"proxy": proxy.url}
    stranger, known = crawl(
        {"urls": [server.url("/a")], "own": [server.own], "meta": named},
        {
            "urls": [f"{proxy.url}/", inside.url("/secret"), server.url("/b")],
            "metas": [{}, named, named],
            "own": [server.own],
            "proxies": [proxy.url],
        },
    )
    assert "not one that the operator configured" in stranger["got"][server.url("/a")]
    assert known["got"][f"{proxy.url}/"].startswith("RequestDenied")
    assert known["got"][inside.url("/secret")].startswith("RequestDenied")
    assert known["got"][server.url("/b")] == 200
    assert inside.connections == 0
    assert "/a" not in server.asked()
    assert asked_by(proxy, server) == {"/robots.txt", "/b", *RIGHTS}


def test_crawl_delay_holds_over_workers_and_addresses(house, crawl) -> None:
    """Two processes at once, four addresses: the gaps that the site sees."""
    delay = 0.6
    rules = f"User-agent: *\nCrawl-delay: {delay}".encode()
    server, free = house(rules), house(rules)
    ways = [{"bindaddress": [f"127.0.0.{n}", 0]} for n in range(2, 6)]

    def worker(turn: int) -> None:
        common = {
            "metas": ways[2 * turn : 2 * turn + 2],
            "own": [server.own, free.own],
            "part": [turn, 2],
        }
        crawl(
            {
                **common,
                "urls": [server.url(f"/{turn}/{n}") for n in range(4)],
                "settings": {"PACE_WORKERS": 2},
            },
            {**common, "urls": [free.url(f"/{turn}/{n}") for n in range(4)]},
        )

    with ThreadPoolExecutor(2) as both:
        list(both.map(worker, range(2)))

    def gaps(log) -> list[float]:
        times = [when for when, path, _ in log if path != "/robots.txt"]
        return [later - earlier for earlier, later in pairwise(times)]

    assert len(gaps(server.log)) == len(gaps(free.log)) == 7 + 2 * len(RIGHTS)
    assert len(set(server.clients)) == 4
    assert min(gaps(server.log)) > 0.95 * delay - 0.05
    assert min(gaps(free.log)) < 0.9 * delay, "negative control: workers that know of no other"
