"""Sitemaps and indexes of them: which addresses they name, and which they only seem to."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from lxml import etree

from scraper.extract.sitemap import read_sitemap, sitemap_links
from scraper.page import Page

URL = "https://homes.example/maps/homes.xml"
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
SECRET = "canary of a file of this machine"
SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://homes.example/about</loc><lastmod>2026-01-01</lastmod></url>
<url><loc>https://homes.example/h/00000000a?a=1&amp;b=2</loc><lastmod>{when}</lastmod></url>
<url>
  <image:image><image:loc>https://homes.example/h/00000000c</image:loc></image:image>
  <!-- https://homes.example/h/00000000d --><loc> https://homes.example/h/00000000b </loc>
  <image:url><image:loc>https://homes.example/h/00000000e</image:loc></image:url>
</url>
</urlset>"""


def page(text: str | bytes) -> Page:
    body = text.encode() if isinstance(text, str) else text
    return Page(URL, URL, 200, {}, body, "http", datetime(2026, 3, 1, tzinfo=UTC))


def named(text: str | bytes) -> list[str]:
    found = read_sitemap(page(text))
    assert found is not None
    assert not found.fault
    return [url for url, _ in (*found.pages, *found.maps)]


def test_a_sitemap_is_a_list_and_says_when_a_page_changed() -> None:
    def of(when: str) -> dict[str, int | None]:
        found = read_sitemap(page(SITEMAP.format(when=when)))
        assert found is not None
        links = sitemap_links(found, "/h/([0-9a-f]{9})", "all", "https://homes.example/h/{id}")
        assert [one.position for one in links] == [0, 1]
        return {one.house_id[-1]: one.shown for one in links}

    before = of("2026-03-02")
    assert [*before] == ["a", "b"]
    assert before["b"] is None
    assert of("2026-03-02") == before
    assert of("2026-03-09")["a"] not in (before["a"], None)


@pytest.mark.parametrize(
    "text",
    [
        "<urlset><url><loc>/h/1?a=1&amp;b=2</loc></url></urlset>",
        "<urlset><url><loc>/h/1?a=1&b=2</loc></url></urlset>",
        "<urlset><url><loc><![CDATA[/h/1?a=1&b=2]]></loc></url></urlset>",
        f'\ufeff\n<s:urlset xmlns:s="{SPACE}"><s:url><s:loc>/h/1?a=1&#38;b=2</s:loc></s:url>'
        "</s:urlset>",
        '<?xml version="1.0"?><?xml-stylesheet href="/a.xsl"?><!-- <b> --><sitemapindex><sitemap>'
        "<loc>\n/h/1?a=1&amp;b=2</loc></sitemap></sitemapindex>",
    ],
)
def test_an_address_in_each_way_that_sites_write_it(text: str) -> None:
    assert named(text) == ["https://homes.example/h/1?a=1&b=2"]


def test_a_charset_that_the_file_does_not_name() -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?><urlset><url><loc>/h/é</loc></url></urlset>'
    assert named(text.encode("latin-1")) == ["https://homes.example/h/é"]


def test_what_is_no_address_of_the_web_is_left_out() -> None:
    addresses = ("file:///etc/passwd", "data:text/xml,x", "", "http://[", "ftp://h/x", "/m.xml")
    entries = "".join(f"<sitemap><loc>{one}</loc></sitemap>" for one in addresses)
    assert named(f"<sitemapindex>{entries}</sitemapindex>") == ["https://homes.example/m.xml"]


@pytest.mark.parametrize("text", ["", "<html><urlset></urlset></html>", "{}", "<rss/>", "<a"])
def test_other_pages_are_none(text: str) -> None:
    assert read_sitemap(page(text)) is None


def test_one_with_a_gap_is_not_read_in_part() -> None:
    found = read_sitemap(page(SITEMAP.replace("</url>", "</ur>", 1)))
    assert found is not None
    assert (found.pages, found.maps) == ((), ())
    assert "no well-formed XML" in found.fault
    assert "\n" not in found.fault


@pytest.mark.parametrize("used", ["&l9;", "&x;", "%y;", ""])
def test_one_that_declares_entities_is_not_read(tmp_path, used: str) -> None:
    """A billion laughs, an entity that names a file, and one in the DTD itself."""
    file = tmp_path / "secret.txt"
    file.write_text(SECRET)
    lols = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!ENTITY l0 "lol">{lols}<!ENTITY x SYSTEM "{file.as_uri()}">'
    dtd += f'<!ENTITY % y SYSTEM "{file.as_uri()}">{used if used == "%y;" else ""}'
    text = f"<!DOCTYPE urlset [{dtd}]><urlset><url><loc>/h/2{used}</loc></url></urlset>"
    began = time.process_time()
    found = read_sitemap(page(text))
    assert time.process_time() - began < 1
    assert found is not None
    assert (found.pages, found.maps) == ((), ())
    assert "declares entities" in found.fault


def test_an_outer_dtd_is_not_fetched(tmp_path) -> None:
    file = tmp_path / "outer.dtd"
    file.write_text(f'<!ENTITY x "{SECRET}">')
    text = (
        f'<!DOCTYPE urlset SYSTEM "{file.as_uri()}"><urlset><url><loc>/h/1&x;</loc></url></urlset>'
    )
    assert SECRET not in repr(read_sitemap(page(text)))
    root = etree.fromstring(text.encode(), etree.XMLParser(load_dtd=True, resolve_entities=True))
    assert SECRET in "".join(root.itertext()), "the control: a parser that fetches it"
