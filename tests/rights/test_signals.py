"""Signals in all their forms, and what they reserve."""

import asyncio

import pytest

from scraper.errors import SettingError
from scraper.gate.declared import LIFE, RETRY, Declarations
from scraper.rights.options import Options
from scraper.rights.reserved import reserved
from scraper.rights.robotstags import header_words
from scraper.rights.xmp import photo_signals

URL = "http://h.example/h/1"
TDM = b'[{"location": "/h/*", "tdm-reservation": 1}]'


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        (["NOAI, NoIndex"], ("noai", "noindex")),
        (["googlebot: noai"], ()),
        (["googlebot: noai, noindex", "none"], ("none",)),
        (["housecrawl: noai, googlebot: none"], ("noai",)),
        (["HouseCrawl/1.0: noai"], ("noai",)),
        (["*: noai"], ("noai",)),
        (["noai noimageai"], ("noai", "noimageai")),
        ([""], ()),
    ],
)
def test_x_robots_tag(headers, words) -> None:
    assert header_words(headers, "housecrawl")[: len(words)] == words
    assert bool(header_words(headers, "housecrawl")) is bool(words)


def test_a_date_does_not_hide_what_follows_it() -> None:
    value = "unavailable_after: Wed, 25-Jun-30 15:00:00 PST, noai"
    assert "noai" in header_words([value], "housecrawl")


@pytest.mark.parametrize(
    ("signals", "what", "is_reserved"),
    [
        ({"meta robots": ("noindex",)}, "page", True),
        ({"meta robots": ("noindex",)}, "search", False),
        ({"meta robots": ("noai",)}, "search", True),
        ({"meta robots": ("noimageai",)}, "page", False),
        ({"meta robots": ("noimageai",)}, "photos", True),
        ({"tdm-reservation": ("1",)}, "search", True),
        ({"meta tdm-reservation": ("0",), "tdm-reservation": ("1",)}, "page", False),
        ({"plus:DataMining": ("DMI-ALLOWED",)}, "photo", False),
        ({"plus:DataMining": ("DMI-PROHIBITED-GENAIMLTRAINING",)}, "photo", True),
        ({"content-usage": ("search=n",)}, "page", False),
    ],
)
def test_what_is_reserved(signals, what, is_reserved) -> None:
    assert bool(reserved(signals, what, Options())) is is_reserved
    assert reserved(signals, what, Options(honour=False)) is None


def test_noindex_may_be_noted_only() -> None:
    noted = Options(noindex=False)
    assert reserved({"meta robots": ("noindex",)}, "page", noted) is None
    assert reserved({"meta robots": ("noai",)}, "page", noted)


@pytest.mark.parametrize("name", ["RIGHTS", "RIGHTS_NOINDEX"])
def test_a_setting_that_cannot_be_used_is_named(name) -> None:
    with pytest.raises(SettingError, match=name):
        Options.from_settings({name: "ignore"})


@pytest.mark.parametrize(
    "packet",
    [
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x:xmpmeta>&a;DMI-PROHIBITED',
        b'<x:xmpmeta><!DOCTYPE x [<!ENTITY a "DMI-PROHIBITED">]>&a;</x:xmpmeta>',
        b"<x:xmpmeta " * 5000 + b"DMI-PROHIBITED",
        b"<rdf:RDF>" * 5000 + b"DMI-PROHIBITED",
    ],
)
def test_a_hostile_packet_reads_no_file_and_hides_no_reservation(packet) -> None:
    assert photo_signals(packet) == {"plus:DataMining": ("DMI-PROHIBITED",)}


def test_a_host_is_asked_once_a_day_and_its_last_file_stands_in() -> None:
    now, asked, answers = [0.0], [], {"tdmrep": (200, TDM), "ai": (404, b"")}

    async def ask(url, way):
        asked.append(url)
        await asyncio.sleep(0)
        return answers["ai" if url.endswith("ai.txt") else "tdmrep"]

    async def told(times):
        files = await asyncio.gather(*(of.of("http://h.example", None) for _ in range(times)))
        return {bool(one.signals("housecrawl", URL)) for one in files}

    of = Declarations(ask, lambda: now[0])
    assert asyncio.run(told(50)) == {True}
    assert len(asked) == 2
    now[0], answers["tdmrep"] = LIFE + 1, None
    assert asyncio.run(told(5)) == {True}, "it cannot be had: the last one counts"
    assert len(asked) == 4
    now[0], answers["tdmrep"] = now[0] + RETRY + 1, (404, b"")
    assert asyncio.run(told(5)) == {False}, "it is gone"
