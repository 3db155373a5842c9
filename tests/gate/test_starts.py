"""Everything starts at once while robots.txt is on its way: plain pages, photos and the browser."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

FULL = os.environ.get("FAULTS") == "full"
RUNS = 50 if FULL else 1
RULES = b"User-agent: *\nDisallow: /private/\n"
HTML = {"Content-Type": "text/html"}
LEADING = 24 if FULL else 8
"""Of the 200 pages of the browser those that may be asked for; each asks for six that may not."""
KINDS = {"plain": 100, "shown": 100 - LEADING // 2, "photo": 20}
"""Disallowed starts of each kind at each of two hosts."""


def late(seconds: float):
    def answer(handler):
        handler.server.released.wait(seconds)
        return 200, {}, RULES

    return answer


def leading(number: int, site, other) -> bytes:
    """A page whose parts, and at last the page itself, are disallowed."""
    parts = "".join(
        f"<iframe src='{host.url(f'/private/frame{number}')}'></iframe>"
        f"<script src='{host.url(f'/private/script{number}')}'></script>"
        f"<script>fetch('{host.url(f'/private/fetch{number}')}', {{mode: 'no-cors'}})"
        ".catch(() => 0)</script>"
        for host in (site, other)
    )
    return f"<h1>page</h1>{parts}".encode()


def start(house, number: int, *off: str) -> tuple[list, Counter]:
    """One crawl in a process of its own: the servers' logs, and what came of each address."""
    chance = random.Random(number)
    site, other = (house(late(chance.uniform(0, 2))) for _ in range(2))
    for n in range(LEADING):
        site.routes[f"/page{n}"] = (200, HTML, leading(n, site, other))
    closed = {
        kind: [host.url(f"/private/{kind}{n}") for n in range(many) for host in (site, other)]
        for kind, many in KINDS.items()
    }
    asked = {
        "urls": [site.url(f"/page{n}") for n in range(LEADING)] + closed["shown"],
        "plain": closed["plain"],
        "media": closed["photo"],
        "own": [site.own, other.own],
        "off": off,
        "settings": {"CONCURRENT_REQUESTS": 500, "CONCURRENT_REQUESTS_PER_DOMAIN": 500,
                     "BROWSER_PAGES": 6},
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("browsing.py"))],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    came = json.loads(done.stdout)
    assert set(came) == {url for kind in ("urls", "plain", "media") for url in asked[kind]}
    logs = [path for server in (site, other) for path in server.asked()]
    site.close()
    other.close()
    return logs, Counter(str(said).partition(":")[0] for said in came.values())


def test_no_start_of_any_kind_leaks(house) -> None:
    leaked, asked, denied = 0, 0, 0
    for number in range(RUNS):
        logs, came = start(house, number)
        found = [path for path in logs if path.startswith("/private/")]
        assert logs.count("/robots.txt") == 2
        assert came == {"page": LEADING, "RequestDenied": 440 - LEADING}
        leaked, asked, denied = leaked + len(found), asked + len(logs), denied + 440 - LEADING
    print(f"{RUNS} runs: {asked} requests, {denied} starts denied, {leaked} disallowed requests")
    assert leaked == 0


@pytest.mark.full
def test_without_the_gates_word_all_of_them_leak(house) -> None:
    """The control: the same start where nothing asks for rules."""
    logs, came = start(house, 0, "waiting")
    kinds = {path.strip("/0123456789").removeprefix("private/") for path in logs}
    assert kinds >= {"plain", "photo", "shown", "frame", "script", "fetch"}
    assert sum(path.startswith("/private/") for path in logs) > 440
    assert "RequestDenied" not in came
