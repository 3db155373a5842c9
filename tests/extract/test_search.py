"""House links and the next page of a search."""

from __future__ import annotations

import pytest

from scraper.extract.search import house_links, next_url

URL = "https://homes.example/sold/alder?page=2"


def links_of(page, start=0):
    return house_links(page, r"/h/([0-9a-f]{9})", "alder", start, "https://homes.example/h/{id}")


def test_ids_once_in_order_and_where_they_stand(page_of):
    page = page_of(
        "<a href='/h/0a1b2c3d4'>a</a><a href='/h/0a1b2c3d4#photos'>again</a><a href='/about'>x</a>"
        "<a href='https://homes.example/h/ffffffff9?x=1'>b</a>",
        URL,
    )
    found = links_of(page, start=40)
    assert [(f.house_id, f.url, f.where, f.position) for f in found] == [
        ("0a1b2c3d4", "https://homes.example/h/0a1b2c3d4", "alder", 40),
        ("ffffffff9", "https://homes.example/h/ffffffff9", "alder", 41),
    ]


@pytest.mark.parametrize(
    "trap",
    [
        "<a rel='nofollow' href='/h/bad000001'>x</a>",
        "<a style='display: none' href='/h/bad000001'>x</a>",
        "<div style='visibility:hidden'><a href='/h/bad000001'>x</a></div>",
        "<div hidden><a href='/h/bad000001'>x</a></div>",
        "<p aria-hidden='true'><a href='/h/bad000001'>x</a></p>",
        "<a rel='external NoFollow' href='/h/bad000001'>x</a>",
        "<noscript><a href='/h/bad000001'>x</a></noscript>",
        "<a style='position:absolute; left:-9999px' href='/h/bad000001'>x</a>",
        "<div style='position:fixed;top:-999em'><a href='/h/bad000001'>x</a></div>",
        "<a style='text-indent: -9999px' href='/h/bad000001'>x</a>",
        "<a style='margin: 0 0 0 -9999px' href='/h/bad000001'>x</a>",
        "<a style='transform: translate(-9999px, 0)' href='/h/bad000001'>x</a>",
        "<a style='OPACITY: 0 !important' href='/h/bad000001'>x</a>",
        "<a style='position:absolute;clip:rect(0, 0, 0, 0)' href='/h/bad000001'>x</a>",
        "<a style='clip-path: inset(100%)' href='/h/bad000001'>x</a>",
        "<a style='width:0; height:0' href='/h/bad000001'>x</a>",
        "<p style='height:1px;overflow:hidden'><a href='/h/bad000001'>x</a></p>",
        "<a style='font-size:0' href='/h/bad000001'>x</a>",
        "<a style='transform: scale(0)' href='/h/bad000001'>x</a>",
        "<a style='visibility: collapse' href='/h/bad000001'>x</a>",
    ],
)
def test_links_that_nobody_sees_are_no_houses(page_of, trap):
    found = links_of(page_of(f"<a href='/h/0a1b2c3d4'>a</a>{trap}", URL))
    assert [f.house_id for f in found] == ["0a1b2c3d4"]


@pytest.mark.parametrize(
    "shown",
    [
        "<div style='position:relative;height:0;padding-bottom:66%'>{}</div>",
        "<ul style='font-size:0'><li>{}</li></ul>",
        "<div style='transform: translate3d(-1200px, 0, 0)'>{}</div>",
        "<div style='margin-left:-15px'>{}</div>",
        "<div style='left:-100%'>{}</div>",
        "<div style='opacity:0.01;width:100%'>{}</div>",
        "<div style='max-height:0px;overflow:hidden'>{}</div>",
        "<div style='broken'>{}</div>",
        "<div aria-hidden='false' rel='nofollow'>{}</div>",
    ],
)
def test_ways_to_lay_a_page_out_are_no_traps(page_of, shown):
    link = "<a rel='noopener' href='/h/0a1b2c3d4'><img src='x.jpg'></a>"
    assert [f.house_id for f in links_of(page_of(shown.format(link), URL))] == ["0a1b2c3d4"]


def test_links_inside_json_only_where_no_link_matches(page_of):
    results = '{"results": [{"price": 1, "url": "/h/0a1b2c3d4"}]}'
    script = f'<script type="application/json">{results}</script>'
    assert [f.house_id for f in links_of(page_of(script, URL))] == ["0a1b2c3d4"]
    both = page_of("<a href='/h/ffffffff9'>b</a>" + script, URL)
    assert [f.house_id for f in links_of(both)] == ["ffffffff9"]


@pytest.mark.parametrize(
    "pager",
    [
        "<a rel='next' href='?page=3'>more</a>",
        "<a href='?page=1'>Previous</a><a href='?page=3'>Next</a>",
        "<a href='?page=3' aria-label='Next page'><svg></svg></a>",
        "<a href='?page=1'>\u2039</a><a href='?page=3'>\u203a</a>",
        "<a href='?page=1'>1</a><span aria-current='page'>2</span><a href='?page=3'>3</a>",
        "<a href='?page=1'>1</a><a href='?page=2'>2</a><a href='?page=3'>3</a>",
        "<a href='?page=3'>Siguiente</a>",
    ],
)
def test_the_usual_pagers(page_of, pager):
    assert next_url(page_of(pager, URL)) == "https://homes.example/sold/alder?page=3"


def test_rel_next_in_the_head(page_of):
    page = page_of("<p></p>", URL, head="<link rel='next' href='/sold/alder?page=3'>")
    assert next_url(page) == "https://homes.example/sold/alder?page=3"


@pytest.mark.parametrize(
    "pager",
    [
        "<a href='?page=1'>1</a><a href='?page=2' class='active'>2</a>",
        "<a href='?page=1'>Previous</a>",
        "<a href='?page=2'>Next</a>",
        "<a class='disabled' href='?page=3'>Next</a>",
        "<a href='javascript:void(0)'>Next</a>",
        "<a rel='next nofollow' href='?page=3'>Next</a>",
        "<a style='left:-9999px' rel='next' href='?page=3'>3</a>",
        "",
    ],
)
def test_the_last_page_has_no_next(page_of, pager):
    assert next_url(page_of(pager, URL)) is None


@pytest.mark.parametrize("selector", ["a.on::attr(href)", "a.on", "//a[@class='on']/@href"])
def test_the_sites_selector_decides_alone(page_of, selector):
    page = page_of("<a rel='next' href='?page=9'>x</a><a class='on' href='?page=3'>y</a>", URL)
    assert next_url(page, selector) == "https://homes.example/sold/alder?page=3"
    assert next_url(page_of("<a rel='next' href='?page=9'>x</a>", URL), selector) is None


CARD = """<li><a href='/h/{id}'><img alt='3 days ago'></a><p>{views} views</p>
<p>{price}</p><p>{state}</p><p>3 bd 1,850 sqft</p><a href='/h/{id}#photos'>photos</a></li>"""


def card(one, price="$450,000", state="For sale", views="17"):
    return CARD.format(id=one, price=price, state=state, views=views)


def shown_of(page_of, *cards):
    page = page_of(f"<h1>$99 tours</h1><ul>{''.join(cards)}</ul>", URL)
    return {one.house_id[-1]: one.shown for one in links_of(page)}


def test_what_a_list_shows_differs_with_price_and_state_only(page_of):
    one, two = "00000000a", "00000000b"
    before = shown_of(page_of, card(one), card(two))
    assert before["a"] == before["b"] is not None
    assert shown_of(page_of, card(one, views="2,418"), card(two)) == before
    assert shown_of(page_of, card(two), card(one)) == before
    repriced = shown_of(page_of, card(one), card(two, price="$440,000"))
    assert repriced["a"] == before["a"]
    assert repriced["b"] != before["b"]
    sold = shown_of(page_of, card(one, state="Sold"), card(two))
    assert sold["a"] != before["a"]
    assert sold["b"] == before["b"]


def test_a_list_that_shows_neither_says_nothing(page_of):
    assert shown_of(page_of, card("00000000a", price="", state="")) == {"a": None}
    assert shown_of(page_of, "<a href='/h/00000000a'>x</a>" * 2) == {"a": None}
