"""Faulty answers over real sockets: never a row, never much memory, always a reason in visits."""

import gzip
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import brotli
import pandas as pd
import pytest
from backports import zstd

import settings as project
from tests.faults.wire import (
    MIB,
    Wire,
    big_png,
    chunk,
    drip,
    head,
    listing,
    packed,
    page,
    pour,
    zeros,
)

FULL = os.environ.get("FAULTS") == "full"
BOMB = 1024 if FULL else 256
"""MiB of a bomb when it is unpacked."""
PATIENCE = 60 if FULL else 20
"""Seconds that an answer may take."""
MOST = 32 if FULL else 12
"""MiB that are taken of an answer."""
ASKING = Path(__file__).with_name("asking.py")
GOOD = range(1, 9)
PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}
PACKERS |= {"zstd": zstd.compress}
TEXT = listing(5).encode()
OVER = head() + b" " * 10

# Runs Scrapy's command line and writes down how much memory the process itself came to. Not by
# getrusage: what that says begins with what the process had that this one was forked from.
MEASURED = """
import atexit, re, sys
from scraper.cli.scrapy import main
keep = sys.argv.pop(1)
def peak():
    status = open("/proc/self/status").read()
    open(keep, "w").write(re.search(r"VmHWM:\\s+(\\d+)", status)[1])
atexit.register(peak)
main()
"""


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    server = Wire()
    yield server
    server.close()


def faults(wire: Wire) -> dict[str, tuple[object, str, str]]:
    """Of each faulty house: its answer, the outcome and the reason that `visits` must give."""
    cut = {
        f"cut-{name}": (packed(name, pack(TEXT)[:-40]), "failed", "truncated: the .* in the middle")
        for name, pack in PACKERS.items()
    }
    bombs = {
        f"bomb-{name}": (packed(name, zeros(name, BOMB)), "unread", "too large: more than 8.0 MiB")
        for name in PACKERS
    }
    twice = packed("gzip, gzip", gzip.compress(zeros("gzip", BOMB)))
    many = TEXT
    for _ in range(12):
        many = gzip.compress(many)
    line, deep = b"a" * MIB, b"<div>" * 100_000
    other = page(b"", 302, "Location: /house/1")
    return (
        cut
        | bombs
        | {
            "long": (head(f"Content-Length: {len(TEXT) + 9}") + TEXT, "failed", "truncated"),
            "chunks": (
                head("Transfer-Encoding: chunked") + chunk(TEXT[:900]),
                "failed",
                "truncated",
            ),
            "nolength": (head() + TEXT[:-30], "failed", "truncated: no </html> at its end"),
            "short": (page(TEXT[:-30]), "failed", "truncated: no </html> at its end"),
            "nojson": (
                page(b'{"price": 1', kind="application/json"),
                "failed",
                "truncated: the JSON",
            ),
            "notgzip": (packed("gzip", TEXT), "failed", "garbled: the body is no gzip data"),
            "rot13": (packed("rot13", TEXT), "unread", "content encoding 'rot13' is unknown"),
            "twice": (twice, "unread", "too large"),
            "many": (packed(", ".join(["gzip"] * 12), many), "unread", "encoded 12 times"),
            "line": (page(line * 100), "unread", f"too large: more than {MOST}.0 MiB on its way"),
            "endless": (
                pour(head(), line, 100),
                "unread",
                f"too large: more than {MOST}.0 MiB on its way",
            ),
            "wide": (page(TEXT + line * 9), "unread", "too large: more than 8.0 MiB"),
            "deep": (page(b"<html><body>" + deep + b"</body></html>"), "unread", "too deep"),
            "tags": (
                page(b"<html>" + b"<i>x</i>" * 80_000 + b"</html>"),
                "unread",
                "too large: 1600",
            ),
            "slow": (page(prices(60_000)), "unread", "not read within 0.5 s of processor time"),
            "pdf": (page(b"%PDF-1.7 x", kind="application/pdf"), "unread", "not a page: a PDF"),
            "jpeg": (page(b"\xff\xd8\xff\xe0", kind="image/jpeg"), "unread", "a JPEG picture"),
            "words": (page(b"x", kind="text/css"), "unread", "not a page: text/css"),
            "cyrillic": (page("Дом в Москве, цена".encode("cp1251")), "unread", "charset"),
            "circle": (page(b"", 302, "Location: /house/circle"), "unread", "5 times in a circle"),
            "hops": (
                page(b"", 302, "Location: /hop/1"),
                "unread",
                "redirected more than 5 times, ",
            ),
            "file": (page(b"", 302, "Location: file:///etc/passwd"), "unread", "no web page"),
            "data": (page(b"", 301, "Location: data:text/html,x"), "unread", "no web page"),
            # An endless drip of header, and of body.
            "slow-head": (drip(OVER, 0.4), "failed", f"took longer than {PATIENCE}"),
            "slow-body": (drip(head() + TEXT, 0.05), "failed", f"took longer than {PATIENCE}"),
            "nowhere": (page(b"", 302), "failed", "redirected without an address"),
            "inside": (page(b"", 302, "Location: http://127.0.0.9/"), "denied", "127.0.0.9"),
            "seen": (other, "unread", "its page leads to that of another house, 1"),
            "gone": (page(b"gone", 404), "gone", "HTTP 404"),
            "gone-too": (
                packed("gzip", b"\x1f\x8b").replace(b" 200 ", b" 410 "),
                "gone",
                "HTTP 410",
            ),
        }
    )


def prices(times: int) -> bytes:
    return listing(5, "<p>price $1,234,567 sold</p>" * times).encode()


@pytest.fixture(scope="module")
def crawled(wire: Wire, tmp_path_factory) -> tuple[Path, dict, dict[str, int]]:
    """One crawl of all faults between good houses; the place, the faults, the kilobytes."""
    folder, all_faults = tmp_path_factory.mktemp("faults"), faults(wire)
    for name, (answer, _, _) in all_faults.items():
        wire.answers[f"/house/{name}"] = answer
    for n in range(1, 21):
        wire.answers[f"/hop/{n}"] = page(b"", 302, f"Location: /hop/{n + 1}")
    wire.answers["/hop/21"] = page(TEXT)
    names = [str(n) for n in GOOD]
    for n, name in enumerate(names):
        body = listing(int(name), photos(name)).encode()
        pack = list(PACKERS.items())[n % 4]
        wire.answers[f"/house/{name}"] = packed(pack[0], pack[1](body))
    wire.answers["/photo/bomb.png"] = page(big_png(13_000), kind="image/png")
    wire.answers["/photo/cut.jpg"] = head(kind="image/jpeg") + b"\xff\xd8\xff\xe0 cut"
    links = "".join(f'<a href="/house/{name}">{name}</a>' for name in [*names, *all_faults])
    wire.answers["/sold"] = page(f"<html><body>{links}</body></html>".encode())
    peak = crawl(wire, folder)
    return folder / "data", all_faults, peak


def photos(name: str) -> str:
    if name != "1":
        return ""
    return '<div class="gallery"><img src="/photo/bomb.png"><img src="/photo/cut.jpg"></div>'


def crawl(wire: Wire, folder: Path) -> dict[str, int]:
    """Both stages; gives the kilobytes that each took at most."""
    peaks = {}
    (folder / "wire.toml").write_text(
        f'name = "wire"\n[search]\nurls = ["http://{wire.host}/sold"]\nid = "/house/([^/]+)$"\n'
        f'[house]\nurl = "http://{wire.host}/house/{{id}}"\n[render]\nmode = "never"\n'
    )
    for stage in ("ids", "houses"):
        command = [sys.executable, "-c", MEASURED, "peak", "crawl", stage, "-a", "site=wire.toml"]
        for setting in (
            "DATASET=data",
            "ATTEMPTS=1",
            "RETRY_TIMES=0",
            f"DOWNLOAD_TIMEOUT={PATIENCE}",
            f"DOWNLOAD_MAXSIZE={MOST * MIB}",
            "PHOTO_WORKERS=1",
            "PAGE_SECONDS=0.5",
        ):
            command += ["-s", setting]
        said = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=200
        )
        assert "Traceback" not in said.stderr, said.stderr
        peaks[stage] = int((folder / "peak").read_text())
    assert said.returncode != 0, said.stderr
    return peaks


def table(place: Path, name: str) -> pd.DataFrame:
    files = sorted((place / "parts" / name).glob("*.parquet"))
    return pd.concat([pd.read_parquet(file) for file in files])


def test_a_faulty_answer_is_never_a_row(crawled) -> None:
    place, _, _ = crawled
    assert set(table(place, "houses")["house_id"]) == {str(n) for n in GOOD}


def test_every_faulty_answer_has_its_outcome_and_reason(crawled) -> None:
    place, all_faults, _ = crawled
    visits = table(place, "visits").drop_duplicates("house_id", keep="last").set_index("house_id")
    assert set(visits.index) == {str(n) for n in GOOD} | set(all_faults)
    for name, (_, outcome, reason) in all_faults.items():
        assert visits.loc[name, "outcome"] == outcome, (name, visits.loc[name, "reason"])
        assert pd.Series([visits.loc[name, "reason"]]).str.contains(reason).all(), visits.loc[name]


def test_a_fault_that_may_pass_is_tried_again_and_no_other(crawled, wire: Wire) -> None:
    names = ["short", "cut-br", "bomb-br", "pdf", "line"]
    before = {name: len(wire.asked(f"/house/{name}")) for name in names}
    ask(wire, [f"/house/{name}" for name in names], RETRY_TIMES=2)
    asked = {name: len(wire.asked(f"/house/{name}")) - before[name] for name in names}
    assert asked == {"short": 3, "cut-br": 3, "bomb-br": 1, "pdf": 1, "line": 1}


def test_redirects_end_after_five(crawled, wire: Wire) -> None:
    assert len(wire.asked("/house/circle")) == 6
    assert wire.asked("/hop/5")
    assert not wire.asked("/hop/6")


def test_photos_that_are_bombs_or_cut_are_rows_with_a_reason(crawled) -> None:
    shown = table(crawled[0], "photos").set_index("url")
    assert set(shown["outcome"]) == {"unread"}
    assert shown["reason"].str.len().min() > 5
    assert len(shown) == 2


def test_a_house_that_drips_in_fails_at_its_timeout(crawled, wire: Wire) -> None:
    visits = table(crawled[0], "visits").set_index("house_id")
    for name in ("slow-head", "slow-body"):
        assert visits.loc[name, "attempts"] == len(wire.asked(f"/house/{name}")) == 1
        assert PATIENCE - 0.5 < visits.loc[name, "seconds"] < PATIENCE + 10


@pytest.fixture(scope="module")
def quiet(crawled, wire: Wire, tmp_path_factory) -> int:
    """The kilobytes of a crawl whose only faults are wrong types."""
    names = [*map(str, GOOD), "pdf", "jpeg", "words", "rot13"]
    links = "".join(f'<a href="/house/{name}">{name}</a>' for name in names)
    wire.answers["/sold"] = page(f"<html><body>{links}</body></html>".encode())
    wire.answers["/house/1"] = page(listing(1).encode())
    return crawl(wire, tmp_path_factory.mktemp("quiet"))["houses"]


@pytest.mark.full
def test_faults_take_little_memory(crawled, quiet) -> None:
    rise = (crawled[2]["houses"] - quiet) / 1024
    print(f"peak {crawled[2]['houses'] / 1024:.0f} MB, without faults {quiet / 1024:.0f} MB")
    assert rise < 150


def test_faults_take_less_memory_than_one_bomb(crawled) -> None:
    """Measured against stage 1, which has neither faults nor photos."""
    rise = (crawled[2]["houses"] - crawled[2]["ids"]) / 1024
    print(f"{rise:.0f} MB above stage 1")
    assert rise < min(BOMB, 240)


def ask(
    wire: Wire, paths: list[str], *, stock: bool = False, once: bool = False, **settings: object
) -> dict:
    """What comes of some addresses, by path, with the project's settings or stock Scrapy's."""
    own = wire.host.split(":")
    asked = {
        "urls": [f"http://{wire.host}{path}" for path in paths],
        "stock": stock,
        "once": once,
        "settings": {"DOWNLOAD_TIMEOUT": 20, **settings},
        "own": [[own[0], int(own[1])]],
    }
    done = subprocess.run(
        [sys.executable, str(ASKING)],
        input=json.dumps(asked),
        env={**os.environ, "PYTHONPATH": str(ASKING.parents[2])},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    return {url.partition(wire.host)[2]: one for url, one in said.items()}


CUT = ["cut-gzip", "cut-deflate", "cut-br", "cut-zstd", "nolength", "short", "nojson"]
SMALL_BOMB = 48
"""MiB of a bomb that the control takes in."""
ACCEPTED = [f"/house/{name}" for name in [*CUT, "pdf", "jpeg", "deep", "wide", "rot13"]]


@pytest.fixture(scope="module")
def stock(crawled, wire: Wire) -> dict:
    """What stock Scrapy makes of the same answers, with all the time of the world."""
    for n in range(1, 21):
        wire.answers[f"/step/{n}"] = page(b"", 302, f"Location: /step/{n + 1}")
    wire.answers["/step/21"] = page(TEXT)
    wire.answers["/patient"] = drip(head() + b"<html></html>", 0.05)
    wire.answers |= {f"/small-{name}": packed(name, zeros(name, SMALL_BOMB)) for name in PACKERS}
    small = [f"/small-{name}" for name in PACKERS]
    paths = [*ACCEPTED, "/step/1", "/patient", *small]
    return ask(wire, paths, stock=True, DOWNLOAD_TIMEOUT=90)


def test_without_the_guard_cut_and_foreign_answers_are_accepted(stock) -> None:
    """Stock Scrapy on the answers that gave no row above: what the guard is for."""
    assert {path: stock[path].get("status") for path in ACCEPTED} == dict.fromkeys(ACCEPTED, 200)
    assert 0 < stock["/house/cut-gzip"]["bytes"] < len(TEXT)


def test_without_the_limit_redirects_go_on(stock) -> None:
    assert stock["/step/1"]["url"].endswith("/step/21")


def test_without_a_timeout_a_slow_answer_holds_on(stock) -> None:
    assert stock["/patient"]["status"] == 200
    assert stock["/patient"]["seconds"] > 3


def test_without_the_limit_bombs_are_unpacked(stock) -> None:
    for name in PACKERS:
        assert stock[f"/small-{name}"]["bytes"] == SMALL_BOMB * MIB > project.PAGE_MAX_BYTES


def test_without_the_ledger_a_redirect_to_a_page_seen_is_never_heard_of(wire: Wire) -> None:
    """Stock Scrapy: neither a callback nor an errback."""
    wire.answers["/house/a"] = page(listing(1).encode())
    wire.answers["/house/b"] = page(b"", 302, "Location: /house/a")
    both = ["/house/a", "/house/b"]
    said = ask(wire, both, stock=True, once=True, CONCURRENT_REQUESTS=1)
    assert wire.asked("/house/b")
    assert set(said) == {"/house/a"}


def test_a_page_that_leaves_its_end_out_is_read_where_the_user_says_so(wire: Wire) -> None:
    wire.answers["/open"] = page(listing(3, last="").encode())
    assert ask(wire, ["/open"], PAGE_CLOSED=False)["/open"]["status"] == 200


def test_honest_answers_pass(wire: Wire) -> None:
    """A guard that refuses everything would pass all the tests above."""
    answers = {
        "/close": head() + TEXT,
        "/chunked": head("Transfer-Encoding: chunked") + chunk(TEXT) + chunk(b""),
        "/comment": page(TEXT + b"\n<!-- served in 3 ms -->\n"),
        "/json": page(b'{"price": 1}', kind="application/json"),
        "/fragment": page(b"<p>Sold</p>"),
        "/plain": page(TEXT, kind="text/plain"),
        "/untyped": page(TEXT).replace(b"Content-Type", b"X-Type"),
        "/utf16": page(TEXT.decode().encode("utf-16"), kind="text/html"),
        "/identity": packed("identity", TEXT),
        "/empty": page(b""),
        "/both": packed("gzip, br", brotli.compress(gzip.compress(TEXT))),
        "/members": packed("gzip", gzip.compress(TEXT[:500]) + gzip.compress(TEXT[500:])),
        "/raw": packed("deflate", zlib.compress(TEXT)[2:-4]),
        "/tall": page(b"<html>" + b"<div>" * 1500 + b"</div>" * 1500 + b"</html>"),
        "/hop": page(b"", 302, "Location: /hops"),
        "/hops": page(b"", 301, "Location: /close"),
    } | {f"/{name}": packed(name, pack(TEXT)) for name, pack in PACKERS.items()}
    wire.answers |= answers
    said = ask(wire, [path for path in answers if path != "/hops"])
    assert {path: one.get("status", one) for path, one in said.items()} == dict.fromkeys(said, 200)
    assert said["/both"]["bytes"] == said["/members"]["bytes"] == said["/raw"]["bytes"] == len(TEXT)


def test_slow_answers_do_not_slow_others_down(wire: Wire) -> None:
    """Each slow one ends at its timeout; all others are done before the first of them is."""
    seconds = 5
    quick = [f"/quick/{n}" for n in range(40)]
    wire.answers |= dict.fromkeys(quick, page(TEXT))
    slow = {f"/drip/{n}": drip(head() + TEXT, 0.1) for n in range(8)}
    wire.answers |= slow
    said = ask(wire, [*slow, *quick], DOWNLOAD_TIMEOUT=seconds)
    assert all(seconds - 0.1 < said[path]["seconds"] < seconds + 3 for path in slow)
    assert all(f"took longer than {seconds}.0 s" in said[path]["reason"] for path in slow)
    assert all(len(wire.asked(path)) == 1 for path in slow)
    assert all(said[path]["status"] == 200 for path in quick)
    assert max(said[path]["seconds"] for path in quick) < min(
        said[path]["seconds"] for path in slow
    )
