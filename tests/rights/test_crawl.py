"""A crawl of a site that says in every way what must not be used; its log and the rows judge."""

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from scraper.dataset import read
from scraper.place.open import open_place
from tests.erasure.conftest import crawl as store
from tests.faults.wire import Wire, listing, page

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"><plus:DataMining>'
    "http://ns.useplus.org/ldf/vocab/{}</plus:DataMining></rdf:Description></rdf:RDF></x:xmpmeta>"
)
ROBOTS = b"""User-agent: *
Content-Usage: /house/usage-robots train-ai=n
Content-Signal: /house/signal-robots search=yes, ai-train=no
Content-Usage: /house/usage-yes train-ai=y
"""
TDM = json.dumps(
    [
        {"location": "/house/tdm-free$", "tdm-reservation": 0},
        {"location": "/house/tdm-f*", "tdm-reservation": 1, "tdm-policy": "https://h.example/p"},
    ]
).encode()
AI = b"User-Agent: *\nDisallow: *.webp\nDisallow: /house/ai-txt\nAllow: /house/\n"
HEADERS = {
    "tag": ["X-Robots-Tag: noai"],
    "tag-ours": ["X-Robots-Tag: otherbot: none", "X-Robots-Tag: housecrawl: noindex"],
    "tag-second": ["X-Robots-Tag: otherbot: noai", "X-Robots-Tag: max-snippet: 5, noai"],
    "tag-none": ["X-Robots-Tag: none"],
    "tdm": ["tdm-reservation: 1", "tdm-policy: https://h.example/p"],
    "usage": ["Content-Usage: search=y, train-ai=n"],
}
METAS = {
    "meta": '<meta name="robots" content="index, noai">',
    "meta-ours": '<META NAME="HouseCrawl" CONTENT="NOINDEX">',
    "meta-tdm": '<meta name="tdm-reservation" content="1">',
}
UNASKED = {"usage-robots", "signal-robots", "tdm-file", "ai-txt"}
RENDERED = {"script-meta", "browser-tags"}
FREE = {
    "plain": "",
    "tdm-free": "",
    "usage-yes": "",
    "for-others": '<meta name="googlebot" content="noai"><meta name="x" content="robots">',
    "commented": '<!-- <meta name="robots" content="noindex"> -->',
    "no-photos": '<meta name="robots" content="noimageai">',
    "photos": "",
    "overruled": '<meta name="tdm-reservation" content="0">',
}
DENIED = {*HEADERS, *METAS, *UNASKED, *RENDERED}
SIGNED = {
    "/p/ok.jpg": "ok",
    "/p/allowed.jpg": "ok",
    "/p/mining.jpg": "denied",
    "/p/packed.png": "denied",
    "/p/tag.jpg": "denied",
    "/p/picture.webp": "denied",
}


def picture(kind: str, dmi: str = "") -> bytes:
    out, how = io.BytesIO(), {}
    if dmi and kind == "PNG":
        how["pnginfo"] = PngInfo()
        how["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.format(dmi), zip=True)
    elif dmi:
        how["xmp"] = XMP.format(dmi).encode()
    Image.new("RGB", (40, 30), (90, 120, 60)).save(out, kind, **how)
    return out.getvalue()


def house(number: int, more: str = "", photos: str = "/p/ok.jpg") -> bytes:
    images = "".join(f'<img src="{p}" width="900" height="600">' for p in photos.split())
    text = listing(number, last=f"{images}</body></html>").replace("<head>", f"<head>{more}")
    return text.replace(f"${number}50,000", f"${150 + number},000").encode()


def later(number: int, more: str) -> bytes:
    """A page that a script writes."""
    body = house(number).decode().partition("<body>")[2].partition("</body>")[0]
    text = json.dumps(more + body).replace("</", "<\\/")
    return f"<html><body><div id=a></div><script>a.innerHTML={text}</script></body></html>".encode()


def differently(answers: list[bytes]):
    """Answers a path with one after the other: the last for ever."""

    def send(wire: Wire, connection) -> None:
        connection.sendall(answers.pop(0) if len(answers) > 1 else answers[0])

    return send


def site(wire: Wire) -> None:
    wire.answers["/robots.txt"] = page(ROBOTS, kind="text/plain")
    wire.answers["/.well-known/tdmrep.json"] = page(TDM, kind="application/json")
    wire.answers["/ai.txt"] = page(AI, kind="text/plain")
    names = sorted({*DENIED, *FREE})
    links = "".join(f'<a href="/house/{name}">a house</a>' for name in names)
    search = f'<html><head><meta name="robots" content="noindex, follow"></head>{links}</html>'
    wire.answers["/list"] = page(search.encode())
    for number, name in enumerate(names, 1):
        photos = " ".join(SIGNED) if name == "photos" else "/p/ok.jpg"
        more = METAS.get(name) or FREE.get(name, "")
        lines = ["tdm-reservation: 1"] if name == "overruled" else HEADERS.get(name, [])
        wire.answers[f"/house/{name}"] = page(house(number, more, photos), 200, *lines)
    wire.answers["/house/script-meta"] = page(later(50, "<meta name=robots content=noai>"))
    tags = ["X-Robots-Tag: otherbot: none", "X-Robots-Tag: noai"]
    shown = later(60, "")
    wire.answers["/house/browser-tags"] = differently([page(shown), page(shown, 200, *tags)])
    for path in SIGNED:
        kind = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[path.rpartition(".")[2]]
        dmi = {"mining": "DMI-PROHIBITED-AIMLTRAINING", "packed": "DMI-PROHIBITED"}
        dmi["allowed"] = "DMI-ALLOWED"
        lines = ["X-Robots-Tag: noimageindex"] if "tag" in path else []
        data = picture(kind, dmi.get(path[3:].partition(".")[0], ""))
        wire.answers[path] = page(data, 200, *lines, kind=f"image/{kind.lower()}")


@dataclass(frozen=True)
class Crawled:
    wire: Wire
    houses: pd.DataFrame
    photos: pd.DataFrame
    visits: pd.DataFrame


def crawl(folder: Path, *more: str) -> Crawled:
    wire = Wire()
    try:
        site(wire)
        (folder / "mine.toml").write_text(
            f'name = "mine"\n[search]\nurls = ["http://{wire.host}/list"]\n'
            'id = "/house/([a-z-]+)$"\n'
            f'[house]\nurl = "http://{wire.host}/house/{{id}}"\n'
        )
        for stage in ("ids", "houses"):
            command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", stage]
            command += ["-a", "site=mine.toml", "-s", "DATASET=data", *more]
            said = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=200
            )
            assert said.returncode == 0, said.stderr
            assert "Traceback" not in said.stderr
    finally:
        wire.close()
    tables = (read(folder / "data", table=name) for name in ("houses", "photos", "visits"))
    return Crawled(wire, *tables)


@pytest.fixture(scope="module")
def honoured(tmp_path_factory) -> Crawled:
    return crawl(tmp_path_factory.mktemp("honoured"))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Crawled:
    """The negative control: the same site with nothing honoured."""
    return crawl(tmp_path_factory.mktemp("recorded"), "-s", "RIGHTS=record")


def test_a_reserved_page_is_denied_with_its_signal_and_not_stored(honoured) -> None:
    visits = honoured.visits.set_index("house_id")
    assert set(visits.index[visits["outcome"] == "denied"]) == DENIED
    assert set(honoured.houses["house_id"]) == set(FREE)
    reasons = {name: visits["reason"][name] for name in DENIED}
    assert all(reason.startswith("reserved: ") for reason in reasons.values()), reasons
    said = {
        "tag": "x-robots-tag: noai",
        "tag-ours": "x-robots-tag: noindex",
        "meta": "meta robots: noai",
        "tdm": "tdm-reservation: 1",
        "usage": "content-usage: train-ai=n",
        "usage-robots": "robots.txt content-usage: train-ai=n",
        "signal-robots": "robots.txt content-signal: ai-train=no",
        "tdm-file": "tdmrep.json: 1 for /house/tdm-f*",
        "ai-txt": "ai.txt line 3: Disallow: /house/ai-txt",
        "script-meta": "meta robots: noai",
        "browser-tags": "x-robots-tag: noai",
    }
    assert {name: reasons[name] for name in said} == {n: f"reserved: {w}" for n, w in said.items()}
    assert set(visits["fetch_mode"][list(RENDERED)]) == {"browser"}


def test_what_the_files_of_a_host_reserve_is_not_even_asked_for(honoured, recorded) -> None:
    for name in UNASKED:
        assert honoured.wire.asked(f"/house/{name}") == []
        assert len(recorded.wire.asked(f"/house/{name}")) == 1
    assert honoured.wire.asked("/p/picture.webp") == []
    for path in ("/.well-known/tdmrep.json", "/ai.txt"):
        assert len(honoured.wire.asked(path)) in (1, 2), "once a crawl, and there were two"


def test_a_reserved_photo_is_a_row_without_its_picture(honoured) -> None:
    photos = honoured.photos[honoured.photos["house_id"] == "photos"]
    found = {f"/p/{row.url.rpartition('/')[2]}": row.outcome for row in photos.itertuples()}
    assert found == SIGNED
    denied = photos[photos["outcome"] == "denied"]
    assert denied[["image", "sha256", "phash"]].isna().all(axis=None)
    mining = denied[denied["url"].str.endswith("mining.jpg")].iloc[0]
    assert mining["reason"] == "reserved: plus:DataMining: DMI-PROHIBITED-AIMLTRAINING"
    assert json.loads(mining["usage_signals"])["plus:DataMining"] == ["DMI-PROHIBITED-AIMLTRAINING"]


def test_a_page_may_reserve_its_photos_alone(honoured) -> None:
    (photo,) = honoured.photos[honoured.photos["house_id"] == "no-photos"].to_dict("records")
    assert (photo["outcome"], photo["reason"]) == ("denied", "reserved: meta robots: noimageai")
    assert "no-photos" in set(honoured.houses["house_id"])


def test_signals_stand_in_every_row(honoured, recorded) -> None:
    for crawled in (honoured, recorded):
        assert crawled.houses["usage_signals"].map(json.loads).notna().all()
        assert crawled.photos["usage_signals"].map(json.loads).notna().all()
    free = recorded.houses.set_index("house_id")["usage_signals"].map(json.loads)
    assert free["plain"] == {"ai.txt": ["ai.txt line 4: Allow: /house/"]}
    assert free["tdm"]["tdm-policy"] == ["https://h.example/p"]
    assert free["tag-second"]["x-robots-tag"] == ["max-snippet", "noai"]
    assert free["usage"]["content-usage"] == ["search=y", "train-ai=n"]


def test_without_honouring_them_everything_is_stored(recorded) -> None:
    assert set(recorded.houses["house_id"]) == {*DENIED, *FREE}
    assert set(recorded.photos["outcome"]) == {"ok"}


COLUMNS = ["url", "final_url", "fetched_at", "fetch_mode", "http_status", "body_sha256"]
COLUMNS += ["robots_rule", "usage_signals", "extractor_version", "run_id", "first_seen"]


def test_every_row_says_where_it_comes_from(honoured, recorded) -> None:
    for crawled in (honoured, recorded):
        assert crawled.houses[COLUMNS].notna().all(axis=None)
        assert crawled.houses["robots_rule"].str.contains("/robots.txt").all()
        stored = crawled.photos[crawled.photos["outcome"] == "ok"]
        assert (
            stored[["url", "fetched_at", "sha256", "usage_signals", "run_id"]]
            .notna()
            .all(axis=None)
        )
        assert crawled.visits[["url", "outcome", "fetched_at", "run_id"]].notna().all(axis=None)
    assert {"http", "browser"} == set(recorded.houses["fetch_mode"])


def test_nobody_but_the_crawl_says_it(tmp_path) -> None:
    """The control: a row that is stored without it has gaps, which nothing on the way fills."""
    place = open_place(str(tmp_path / "data"))
    store(place, "run-1", 1, 100_000.0)
    gaps = read(place)[COLUMNS].isna().any()
    assert set(gaps.index[gaps]) >= {"fetch_mode", "http_status", "body_sha256", "robots_rule"}
