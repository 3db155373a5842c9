from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.extract import document, script, walk
from scraper.page import Page

PORTALS = sorted((Path(__file__).parent / "portals").glob("*.html"))
LONG = "x" * script.LARGE
ODD = {
    "text outside": "a<b>b</b>c",
    "glued": "1,200 m<sup>2</sup> living<p>3<wbr>4 <sub><i>x</i></sub>&nbsp;y</p>",
    "colon": "<p>Beds</p><p>:</p><p>3</p>",
    "entities": "<p title='&lt;b&gt; &quot;q&quot;\n\t\r'>a &amp;lt; b &#13; > c ]]> &foo;</p>",
    "control": "<p title='\x01'>a\x02b\x0c</p>",
    "odd names": '<p a"b=1 c<d=2 :e @f>x</p><o:p>y</o:p><b$>z</b$>',
    "bracket in a name": "<o<script>Beds: 3",
    "tag not closed": "Elementary<a<p>n<meta name=g content=h>",
    "insides": "<svg><g><p>t</p></g></svg>u<select><option>o<b>p</b></select>v<iframe></iframe>",
    "empty": "<svg/><br><img src=a><input><script></script><style></style>w",
    "declared": "<?xml version='1.0'?><!doctype html><!-- c --><p>x<!-- d -->y<![CDATA[z]]></p>",
    "signs": "<script>if (a < b && c > d) '</p>'</script><p>&copy; \ufffd \u2028 \x85</p>",
    "unclosed": "<table><tr><td>1<td>2<tr><td>3<p>4<div>5",
    "titles": "<title>a <b>b</b></title><h1>c</h1><h2/>d<a href=/e>e</a>f<meta name=g>",
}
SCRIPTS = {
    "state": f'<script type="application/json" id=s>{{"beds": 3, "n": "{LONG}"}}</script>',
    "two": f"<script>{LONG}a</script><p>x</p><script id=b>{LONG}b</SCRIPT><p>y</p></script>",
    "area": f"<textarea><script>{LONG}</script></textarea>",
    "comment": f"<!-- <script>{LONG}</script> --><p>x</p>",
    "attribute": f"<p title='<script>{LONG}</script>'>x</p>",
    "bracket": f"<script title='>{LONG}'>y</script><script>{LONG}</script>",
    "escaped": f"<script><!-- <script>{LONG}</script> --></script><p>x</p>",
    "inside": f"<script>'<script>'; {LONG}</script><svg><script>{LONG}</script></svg>",
    "lines": f"<script>a\r\nb{LONG}</script>",
    "unclosed": f"<p>x</p><script>{LONG}",
    "marked": f"<script>\ue001script 0</script><script>{LONG}</script>",
    "style": f"<style media=all>p > a {{}}{LONG}</style><script>{LONG}</script><p>y</p>",
    "style in an area": f"<textarea><style>{LONG}</style></textarea><script>{LONG}</script>",
    "style in a picture": f"<svg><style>{LONG}</style></svg><p>y</p><script>{LONG}</script>",
    "style in a script": f"<script>'<style>'; {LONG}</script><style>{LONG}</style><p>y</p>",
    "no style": f"<style-guide>{LONG}</style-guide><styles><p>{LONG}</p></styles>",
    "style with signs": f"<style><!-- </STYLE> {LONG} --></style><p>y</p><style>{LONG}",
}


def page_of(text: str) -> Page:
    url = "https://homes.example/h/1"
    return Page(url, url, 200, {}, text.encode(), "http", datetime(2024, 5, 1, tzinfo=UTC))


def told(parsed: document.Document) -> dict[str, object]:
    """All that a document says, in values that can be compared."""
    lists = ("parents", "ends", "texts", "owners", "first_runs", "end_runs", "headings", "images")
    more = ("links", "scripts", "metas", "title", "canonical", "language", "tags", "attributes")
    found = {name: getattr(parsed, name) for name in (*lists, *more)}
    assert [parsed.element(n) for n in reversed(range(len(parsed.tags)))] == parsed.elements[::-1]
    return {**found, "elements": [str(element.tag) for element in parsed.elements]}


@pytest.mark.parametrize("text", [*ODD.values(), *(path.read_text("utf-8") for path in PORTALS)])
def test_both_walks_say_the_same(text, monkeypatch):
    quick = told(document.read(page_of(text)))
    monkeypatch.setattr(walk, "PIECES", defaultdict(lambda: (walk.ODD, "", "")))
    slow = told(document.read(page_of(text)))

    assert quick == slow
    assert quick["tags"] == quick["elements"]


def test_the_quick_walk_is_the_usual_one(monkeypatch):
    monkeypatch.setattr(walk.Walk, "over_elements", lambda *_: pytest.fail("walked slowly"))

    assert document.read(page_of(ODD["entities"])).texts[0].startswith("a &lt; b")
    for path in PORTALS:
        document.read(page_of(path.read_text("utf-8")))
    with pytest.raises(pytest.fail.Exception):
        document.read(page_of(ODD["control"]))


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_a_large_script_is_read_as_if_it_had_been_parsed(text, monkeypatch):
    page = page_of(f"<p>before</p>{text}<p>behind</p>")
    cut = document.read(page)
    assert LONG in (cut.root.xpath("string(//script)") + page.text)
    monkeypatch.setattr(document, "cut", lambda text: (text, []))

    assert told(cut) == told(document.read(page))


def test_large_scripts_and_styles_are_spared_the_parser():
    body = f"<p>before</p><script>{LONG}a</script><p>x</p><script id=b>{LONG}b</script>"
    parsed = document.read(page_of(f"<style>{LONG}</style>{body}"))

    assert LONG not in "".join(parsed.bare.itertext())
    assert [one.text[-1] for one in parsed.scripts] == ["a", "b"]
    assert LONG in "".join(parsed.root.itertext())
