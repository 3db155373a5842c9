"""Pagers of any wording, and the number of houses that a search names."""

from __future__ import annotations

import pytest

from scraper.extract.search import next_url
from scraper.extract.total import total_shown

URL = "https://homes.example/venta/sevilla/"


@pytest.mark.parametrize(
    ("pager", "url", "following"),
    [
        ("<i>1</i><a href='?hoja=2'>2</a><a href='?hoja=3'>3</a>", URL, "?hoja=2"),
        ("<a href='?hoja=1'>1</a><i>2</i><a href='?hoja=3'>3</a>", f"{URL}?hoja=2", "?hoja=3"),
        ("<a href='?von=0'>1</a><b>2</b><a href='?von=40'>3</a>", f"{URL}?von=20", "?von=40"),
        ("<i>1</i><a href='2/'>2</a><a href='3/'>3</a>", URL, "2/"),
        ("<a href='?blatt=1'>1</a> … <a href='?blatt=6'>6</a><i>7</i><a href='?blatt=8'>8</a>",
         f"{URL}?blatt=7", "?blatt=8"),
        ("<a href='?x=2'>Siguiente »</a>", URL, "?x=2"),
        ("<a href='?x=2'>Weiter</a>", URL, "?x=2"),
    ],
)  # fmt: skip
def test_the_next_page_whatever_it_is_called(page_of, pager, url, following) -> None:
    assert next_url(page_of(pager, url)) == f"{URL}{following}"


@pytest.mark.parametrize(
    "pager",
    [
        "<a href='?hoja=1'>1</a><a href='?hoja=2'>2</a><i>3</i>",
        "<a href='/casa/2'>2</a> bedrooms <a href='/piso/3'>3</a>",
        "<a href='?dormitorios=2&tipo=casa'>2</a>",
    ],
)
def test_the_last_page_and_numbers_that_are_no_pages(page_of, pager) -> None:
    assert next_url(page_of(pager, f"{URL}?hoja=3")) is None


@pytest.mark.parametrize(
    ("shown", "count", "more"),
    [
        ("<h1>1,234 homes for sale in Salem</h1>", 1234, False),
        ("<p><b>240</b> results</p>", 240, False),
        ("<p>Ergebnisse: <b>1.310</b></p>", 1310, False),
        ("<p>Showing 1-20 of 87 properties</p>", 87, False),
        ("<h2>12.345 viviendas</h2>", 12345, False),
        ("<p>10,000+ results</p>", 10000, True),
        ("<p>1\u202f204 annonces immobilières</p>", 1204, False),
        (
            '<script type=\'application/json\'>{"search": {"totalResults": 412}}</script>',
            412,
            False,
        ),
    ],
)
def test_totals(page_of, shown, count, more) -> None:
    total = total_shown(page_of(shown, URL), 20)
    assert total is not None
    assert (total.count, total.at_least) == (count, more)


@pytest.mark.parametrize(
    "shown",
    [
        "<a href='/x'>1,234 homes in Oregon</a>",
        "<p>3 bedroom house, 97301 House For Sale $494,900</p>",
        "<p>Only showing 500 homes. Zoom in.</p>",
        "<p>Page 2 of 10</p>",
        "<p>12 homes</p>",  # fewer than the page itself lists
        "",
    ],
)
def test_numbers_of_something_else(page_of, shown) -> None:
    assert total_shown(page_of(shown, URL), 20) is None
