"""Requests wait for the rules of their host: none slips through while they are fetched."""

from collections.abc import Callable
from socket import create_connection
from urllib.parse import unquote

DENY_ALL = b"User-agent: *\nDisallow: /private/\n"
STOCK = {
    "DOWNLOADER_MIDDLEWARES": {"scraper.gate.middleware.GateMiddleware": None},
    "ROBOTSTXT_OBEY": True,
}
STARTS = [(1, 0), (2, 0.3), (3, 1), (16, 0), (64, 0.5), (200, 2), (200, 0)]


def late(seconds: float) -> Callable:
    def answer(handler):
        handler.server.released.wait(seconds)
        return 200, {}, DENY_ALL

    return answer


def crawls(house, *, stock: bool = False) -> tuple[list, list[dict]]:
    servers, wanted = [], []
    for starts, delay in STARTS:
        server = house(late(delay))
        servers.append(server)
        settings = {"CONCURRENT_REQUESTS": starts, **(STOCK if stock else {})}
        urls = [server.url(f"/private/{n}") for n in range(starts)]
        wanted.append({"urls": urls, "own": [server.own], "settings": settings})
    return servers, wanted


def test_no_start_leaks_while_the_rules_are_fetched(house, crawl) -> None:
    servers, wanted = crawls(house)
    said = crawl(*wanted)
    for (starts, delay), server, one in zip(STARTS, servers, said, strict=True):
        assert server.asked() == ["/robots.txt"], (starts, delay)
        assert len(one["got"]) == starts
        assert all(str(got).startswith("RequestDenied") for got in one["got"].values())
        assert one["stats"]["gate/denied/house"] == starts
        assert one["stats"]["gate/robots/rules"] == 1


def test_the_judge_sees_a_leak_where_there_is_one(house, crawl) -> None:
    """Negative control: Scrapy's own middleware leaks in the same crawls."""
    servers, wanted = crawls(house, stock=True)
    crawl(*wanted)
    leaked = sum(len(server.asked(but="/robots.txt")) for server in servers)
    assert leaked > 0


def test_photos_wait_too(house, crawl) -> None:
    server, other = house(late(0.5)), house(late(0.3))
    photos = [server.url(f"/private/{n}.jpg") for n in range(40)]
    photos += [other.url(f"/private/{n}.jpg") for n in range(40)]
    allowed = [other.url(f"/free/{n}.jpg") for n in range(5)]
    own = [server.own, other.own]
    (said,) = crawl({"urls": [], "media": [*photos, *allowed], "own": own})
    assert server.asked() == ["/robots.txt"]
    assert sorted(other.asked()) == sorted(
        ["/robots.txt", *(url.removeprefix(other.url("")) for url in allowed)]
    )
    assert said["stats"]["gate/denied/photo"] == 80


def test_a_request_cannot_excuse_itself(house, crawl) -> None:
    servers = house(DENY_ALL), house(DENY_ALL)
    metas = {"dont_obey_robotstxt": True}, {"housecrawl_kind": "robots"}
    crawl(
        *(
            {"urls": [server.url("/private/1")], "own": [server.own], "meta": meta}
            for server, meta in zip(servers, metas, strict=True)
        )
    )
    assert [server.asked() for server in servers] == [["/robots.txt"]] * 2


def test_a_redirect_is_judged_where_it_leads(house, crawl) -> None:
    server = house(DENY_ALL)
    server.routes["/in"] = (302, {"Location": "/private/x"}, b"")
    server.routes["/round"] = (302, {"Location": "/free"}, b"")
    meta = {"handle_httpstatus_all": False}
    urls = [server.url("/in"), server.url("/round")]
    (said,) = crawl({"urls": urls, "own": [server.own], "meta": meta})
    assert "/private/x" not in server.asked()
    assert "/free" in server.asked()
    assert said["got"][server.url("/private/x")].startswith("RequestDenied: disallowed by http")


def test_no_answer_writes_a_header_of_the_next_request(house, crawl) -> None:
    """Line ends in a redirect and in a cookie stay what they are, or come to nothing."""
    server, ends = house(b""), "%0d%0aX-Written: yes"
    server.routes["/a"] = (302, {"Location": f"/b{ends}", "Set-Cookie": f"a=b{ends}"}, b"")
    server.routes["/c"] = (302, {"Location": "/d\rX-Written: yes"}, b"")
    meta = {"handle_httpstatus_all": False}
    crawl({"urls": [server.url("/a"), server.url("/c")], "own": [server.own], "meta": meta})
    assert len(server.asked(but="/robots.txt")) == 4
    assert not [one for one in server.headers if "X-Written" in one]
    with create_connection(server.own) as careless:
        sent = f"GET /b{unquote(ends)}\r\nHost: a\r\nConnection: close\r\n\r\n"
        careless.sendall(sent.encode())
        careless.recv(100)
    assert server.headers[-1]["X-Written"] == "yes", "the control: who takes the line ends off"


def test_rules_hold_for_one_port_only(house, crawl) -> None:
    closed, free = house(DENY_ALL), house(b"")
    urls = [closed.url("/private/1"), free.url("/private/1")]
    (said,) = crawl({"urls": urls, "own": [closed.own, free.own]})
    assert closed.asked() == ["/robots.txt"]
    assert free.asked() == ["/robots.txt", "/private/1"]
    assert said["rules"][urls[1]] == f"{free.url('/robots.txt')}: no rule"


def test_waiting_costs_nothing_on_the_users_own_host(house, crawl) -> None:
    server = house(b"")
    urls = [server.url(f"/h/{n}") for n in range(300)]
    (said,) = crawl({"urls": urls, "own": [server.own]})
    assert len(said["got"]) == 300
    # The pace of a public site would take 300 s.
    assert server.log[-1][0] - server.log[0][0] < 10


def test_every_request_says_who_asks(house, crawl) -> None:
    contacts = "", "https://crawl.example/about"
    servers = [house(b"") for _ in contacts]
    crawl(
        *(
            {
                "urls": [server.url("/a")],
                "own": [server.own],
                "settings": {"CONTACT": contact, "USER_AGENT": "Mozilla/5.0"},
            }
            for server, contact in zip(servers, contacts, strict=True)
        )
    )
    for server, contact in zip(servers, contacts, strict=True):
        assert server.asked() == ["/robots.txt", "/a"]
        (agent,) = {agent for _, _, agent in server.log}
        assert agent.startswith("housecrawl/")
        assert agent.endswith(f" (+{contact})") == bool(contact)
