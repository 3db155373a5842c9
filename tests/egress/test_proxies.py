"""Proxies of both kinds, for plain requests and the browser: each with its own cookies, and with
credentials that nobody sees.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict

import pytest

from scraper.cli.main import main
from scraper.demo.bans import Ban
from scraper.demo.server import Answer, Request
from tests.egress.crawling import REST, Crawl, site
from tests.egress.proxying import Proxies

CANARY = "c4n4ry-p4ssw0rd"
FAST = (f"EGRESS_REST={REST}", "EGRESS_ROTATIONS_PER_HOUR=60", "BROWSER_PAGES=3")


@pytest.mark.parametrize(
    "scripted", [pytest.param(0, marks=pytest.mark.full, id="plain"), pytest.param(8, id="browser")]
)
def test_all_houses_arrive_by_proxies(tmp_path, scripted) -> None:
    cookies = defaultdict(set)
    houses = 20 if scripted else 50
    with Proxies() as proxies, site(houses, Ban(9, "403"), scripted=scripted) as demo:
        demo.override("/house/*", lambda request: marked(demo, request, cookies))
        ports = [
            proxies.add("127.0.1.2", "socks5", "crawler", CANARY),
            proxies.add("127.0.1.3", "http", "crawler", CANARY),
            proxies.add("127.0.1.4", "socks5"),
        ]
        listed = tmp_path / "proxies.txt"
        listed.write_text(
            f"# three\nsocks5://crawler:{CANARY}@127.0.0.1:{ports[0]}\n"
            f"http://crawler:{CANARY}@127.0.0.1:{ports[1]}\nsocks5://127.0.0.1:{ports[2]}  # free\n"
        )
        crawl = Crawl(demo, tmp_path)
        code = crawl.houses(f"EGRESS=proxies:{listed}", "LOG_LEVEL=DEBUG", *FAST)
        assert code == 0, crawl.said[-3000:]
        crawl.check_all_there()
        clients = {one.client[0] for one in demo.log.requests()}
        assert clients == {"127.0.1.2", "127.0.1.3", "127.0.1.4"}
        assert demo.bans.begun
        if scripted:
            assert {"http", "browser"} <= set(crawl.rows.fetch_mode)
        else:
            crawl.check_pace()
            assert max(crawl.wasted()) <= 1
        assert all(len(owners) == 1 for owners in cookies.values())
        assert len({owner for owners in cookies.values() for owner in owners}) == 3
        listed.unlink()
        assert main(["report", str(tmp_path / "data"), str(tmp_path / "report.html")]) == 0
        assert f"127.0.0.1:{ports[0]}" in (tmp_path / "report.html").read_text()
        assert CANARY not in crawl.said
        assert found(CANARY, tmp_path) == ""
        assert found("127.0.0.1:" + str(ports[0]), tmp_path) != ""  # the control of the search


def marked(demo, request: Request, cookies) -> Answer | None:
    """The page with a cookie that names whom it was given to."""
    for cookie in request.headers.get("cookie", "").split("; "):
        if cookie.startswith("who="):
            cookies[cookie].add(request.client[0])
            assert cookie == f"who={request.client[0]}"
    refusal = demo.bans.answer(request) if demo.bans else None
    answer = refusal or demo._routes.answer(request)
    return Answer(answer.body, answer.status, answer.kind,
                  {**answer.headers, "Set-Cookie": f"who={request.client[0]}; Path=/"})  # fmt: skip


def found(text: str, folder) -> str:
    command = ["grep", "-rIl", "--binary-files=text", text, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.full
def test_proxies_that_do_not_work_or_die_midway_are_passed_over(tmp_path) -> None:
    with Proxies() as proxies, site(16, None) as demo:
        locked = proxies.add("127.0.1.8", "http", "somebody", "else")
        mortal, good = proxies.add("127.0.1.6", lives=8), proxies.add("127.0.1.9")
        env = (
            f"http://127.0.0.1:9, http://x:y@127.0.0.1:{locked} http://127.0.0.1:{mortal}"
            f" http://u:{CANARY}@127.0.0.1:{good}"
        )
        crawl = Crawl(demo, tmp_path)
        code = crawl.houses("EGRESS=proxies:env:LIST", "EGRESS_ROTATIONS_PER_HOUR=0", LIST=env)
        assert code == 0, crawl.said[-3000:]
        crawl.check_all_there()
        assert {one.client[0] for one in demo.log.requests()} == {"127.0.1.6", "127.0.1.9"}
        assert CANARY not in crawl.said
        told = {one["address"]: one for one in crawl.report["egress"]["addresses"]}
        assert told["127.0.0.1:9"]["broken"] == told[f"127.0.0.1:{mortal}"]["broken"] == 1
        assert told[f"127.0.0.1:{good}"]["broken"] == 0


@pytest.mark.full
def test_a_gateway_begins_a_new_session_for_each_refusal(tmp_path) -> None:
    with Proxies() as proxies, site(30, Ban(25, "403")) as demo:
        port = proxies.add("127.0.1.7", "socks5")
        crawl = Crawl(demo, tmp_path)
        code = crawl.houses(
            f"EGRESS=gateway:socks5://u-{{session}}:{CANARY}@127.0.0.1:{port}",
            "LOG_LEVEL=DEBUG",
            "EGRESS_REST=1",
            "EGRESS_ROTATIONS_PER_HOUR=2",
            "EGRESS_PATIENCE=0",
        )
        # The gateway here never changes: each session is refused, and the crawl ends in order.
        assert code == 5, crawl.said[-3000:]
        names = [one["address"] for one in crawl.report["egress"]["addresses"]]
        assert names[:2] == [f"127.0.0.1:{port}#1", f"127.0.0.1:{port}#2"]
        assert CANARY not in crawl.said
        assert found(CANARY, tmp_path) == ""
