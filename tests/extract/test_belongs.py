"""What is not this house's price must never become it; each trap beside a page without it."""

from __future__ import annotations

import pytest

OWN = (
    "<main><h1>12 Oak St, Salem, OR 97301</h1><div class='price'>$450,000</div>"
    "<dl><dt>Bedrooms</dt><dd>3</dd><dt>Living area</dt><dd>1,450 sqft</dd></dl></main>"
)
CARD = (
    "<li><a href='/h/7-elm-rd/99887{n}'><b>$29{n},000</b> <span>5 bd</span> "
    "<p>7 Elm Rd</p></a></li>"
)
CARDS = "".join(CARD.format(n=n) for n in range(4))
TRAPS = {
    "similar homes by heading": f"<section><h2>Similar homes</h2><ul>{CARDS}</ul></section>",
    "similar homes by class": f"<div class='SimilarHomes_list'><ul>{CARDS}</ul></div>",
    "cards that link to another house": f"<div><ul>{CARDS}</ul></div>",
    "one card only": "<aside><a href='/h/7-elm-rd/998870'><b>$290,000</b> 5 bd</a></aside>",
    "cards without links": "<section><h2>Homes you may like</h2><div><b>$290,000</b> 5 bd 9 ba"
    "</div><div><b>$291,000</b> 5 bd</div></section>",
    "an estimate": "<div><span>Zestimate</span><span>$612,300</span></div>",
    "an estimate in a sentence": "<dl><dt>Estimated value</dt><dd>$612,300</dd></dl>",
    "a rent": "<dl><dt>Rent estimate</dt><dd>$2,950</dd></dl>",
    "a rent a month": "<div class='price'>$2,950/mo</div>",
    "a monthly payment": "<div><span>Est. payment</span><span>$2,880/mo</span></div>",
    "a mortgage calculator": "<section><h2>Mortgage calculator</h2>"
    "<div><label>Purchase price</label><span>$460,000</span></div>"
    "<div>Monthly payment: $2,880</div></section>",
    "a monthly fee": "<dl><dt>HOA fee</dt><dd>$310 monthly</dd></dl>",
    "a price per area": "<dl><dt>Price per sqft</dt><dd>$310</dd></dl>",
    "a price per area in words": "<p>$310 per sq ft</p>",
    "a former price": "<div><del>$475,000</del></div>",
    "a former price by label": "<dl><dt>Original price</dt><dd>$475,000</dd></dl>",
    "an advertisement": "<div class='advert'><div class='price'>$99,000</div></div>",
    "a menu": "<nav><a href='/x'>$100,000</a><span>$200,000</span></nav>",
    "other homes in JSON": '<script type="application/json">{"page": {"similarHomes": [{"id": 4,'
    ' "price": 290000, "bedrooms": 5, "address": "7 Elm Rd"}, {"id": 5, "price": 291000,'
    ' "bedrooms": 5, "address": "8 Elm Rd"}]}}</script>',
    "other homes in JSON-LD": '<script type="application/ld+json">{"@type": "ItemList",'
    ' "itemListElement": [{"@type": "House", "offers": {"price": 290000}}]}</script>',
}


@pytest.mark.parametrize("before", [False, True], ids=["after", "before"])
@pytest.mark.parametrize("name", TRAPS)
def test_the_price_stays_the_houses_own(values, name, before):
    body = TRAPS[name] + OWN if before else OWN + TRAPS[name]
    found = values(body)
    assert found["listed_price"] == "$450,000"
    assert found["bedrooms"] == "3"
    assert found["living_area_sqft"] == "1,450 sqft"


@pytest.mark.parametrize("name", TRAPS)
def test_without_a_price_of_its_own_a_house_has_none(values, name):
    found = values("<h1>12 Oak St, Salem, OR 97301</h1><p>Bedrooms: 3</p>" + TRAPS[name])
    assert "listed_price" not in found
    assert "sold_price" not in found
    assert found["bedrooms"] == "3"


@pytest.mark.parametrize(
    "own",
    [
        "<div class='price'>$450,000</div>",
        "<p>Price: $450,000</p>",
        "<dl><dt>List price</dt><dd>$450,000</dd></dl>",
        "<h2>$450,000</h2>",
        "<b>450,000</b> <i>$</i>",
    ],
)
def test_the_same_page_with_a_price_has_it(values, own):
    body = f"<h1>12 Oak St, Salem, OR 97301</h1><div>{own}</div>"
    assert "450,000" in values(body)["listed_price"]


def test_a_link_to_the_house_itself_hides_nothing(values):
    link = "<a href='/h/12-oak-st/9912345#photos'>All photos</a>"
    assert values(f"<div>{link}{OWN}</div>")["listed_price"] == "$450,000"


def test_photos_of_other_homes_are_left_out(read):
    own = "".join(f"<img src='/pics/own-{n}.jpg'>" for n in range(3))
    other = "".join(
        f"<a href='/h/7-elm-rd/99887{n}'><img src='/pics/other-{n}.jpg'> $29{n},000</a>"
        for n in range(5)
    )
    photos = read(
        f"{OWN}<div>{own}</div><section><h2>Nearby homes</h2>{other}</section>"
    ).photo_urls
    assert photos == tuple(f"https://homes.example/pics/own-{n}.jpg" for n in range(3))
