"""The ID pattern that is drafted for the usual forms of a house's address."""

import pytest

from scraper.sites.draft_ids import id_rule
from scraper.sites.draft_where import where_rule
from scraper.sites.values import house_url, id_pattern

CASES = {
    "number": (
        "https://a.example/inmueble/102938475/",
        ["/inmueble/102938476/", "/inmueble/102938476/mapa", "/pro/agency/"],
        r"/inmueble/([0-9]+)", "https://a.example/inmueble/{id}/", 2,
    ),
    "hex": (
        "https://a.example/h/0a1b2c3d4", ["/h/ffffffff9", "/h/0a1b2cfff#x", "/about"],
        "/h/([0-9a-f]{9})", "https://a.example/h/{id}", 3,
    ),
    "uuid": (
        "https://a.example/p/3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        ["/p/3f2504e0-4f89-11d3-9a0c-0305e82c3302"],
        "/p/([0-9A-Fa-f-]{36})", "https://a.example/p/{id}", 2,
    ),
    "code": (
        "https://a.example/listing/R2938471", ["/listing/R2938472", "/listing/help"],
        "/listing/(R[0-9]+)", "https://a.example/listing/{id}", 2,
    ),
    "number with a word": (
        "https://a.example/view/2077829_zpid/", ["/view/9077_zpid/"],
        "/view/([0-9]+)_zpid", "https://a.example/view/{id}_zpid/", 2,
    ),
    "slug and number": (
        "https://a.example/casa-en-venta-12345.html", ["/piso-en-venta-12346.html", "/aviso.html"],
        r"^https?://[^/]+/([^/?#]*-[0-9]+)\.html", "https://a.example/{id}.html", 2,
    ),
    "slug, then number": (
        "https://a.example/d/12-Oak-St-Salem-OR/2077829/", ["/d/9-Elm-St-Kent-WA/2077/"],
        "/d/([^/?#]+/[0-9]+)", "https://a.example/d/{id}/", 2,
    ),
    "number, then slug": (
        "https://a.example/homes/26543210/12-oak-street", ["/homes/26543211/9-elm-street"],
        "/homes/([0-9]+/[^/?#]+)", "https://a.example/homes/{id}", 2,
    ),
    "town, then number": (
        "https://a.example/buy/salem/26543210", ["/buy/kent/26543211", "/buy/salem/26543212"],
        "/buy/([^/?#]+/[0-9]+)", "https://a.example/buy/{id}", 3,
    ),
    "query": (
        "https://a.example/view.php?id=77", ["/view.php?id=78&from=list", "/view.php?page=2"],
        r"/view\.php\?(?:[^#]*&)?id=([0-9]+)", "https://a.example/view.php?id={id}", 2,
    ),
    "words only": (
        "https://a.example/imovel/o-moinho-velho-da-serra", ["/imovel/casa-do-rio-azul"],
        "/imovel/([^/?#]+)", "https://a.example/imovel/{id}", 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_usual_forms(name: str) -> None:
    house, links, pattern, url, listed = CASES[name]
    own = [house, *(f"https://a.example{link}" for link in links)]
    rule = id_rule([house], own, {"salem"})
    assert rule is not None
    assert (rule.pattern, rule.url) == (pattern, url)
    assert len(set(rule.listed) | set(rule.ids)) == listed
    assert id_pattern(rule.pattern)
    assert house_url(rule.url)
    # The address of the house comes back from its ID.
    assert rule.url.replace("{id}", rule.ids[0]) == house


def test_the_rule_without_words_is_offered() -> None:
    own = ["https://a.example/d/12-Oak-St/2077829_x/", "https://a.example/d/9-Elm-St/2077_x/"]
    rule = id_rule(own[:1], own)
    assert rule is not None
    assert rule.shorter is not None
    assert (rule.shorter.pattern, rule.shorter.url, rule.shorter.ids) == (
        "/d/[^/?#]+/([0-9]+)_x", "https://a.example/d/{id}_x/", ("2077829",),
    )  # fmt: skip


def test_agents_with_numbers_are_no_houses() -> None:
    links = ["https://a.example/agent/12345", "https://a.example/house/67890"]
    rule = id_rule(["https://a.example/house/67891"], links)
    assert rule is not None
    assert rule.listed == ("67890",)


@pytest.mark.parametrize("links", [[], ["https://a.example/about", "https://b.example/house/1"]])
def test_no_link_of_that_form_is_no_rule(links: list[str]) -> None:
    assert id_rule(["https://a.example/house/67891"], links) is None


def test_an_address_without_a_place_stays_as_it_is() -> None:
    rule = where_rule("https://a.example/results?sort=new", [], {"salem"})
    assert (rule.url, rule.where) == ("https://a.example/results?sort=new", ())
