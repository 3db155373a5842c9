"""A page that declares entities: none is expanded, and none reads a file."""

import time
from dataclasses import replace

import pytest
from lxml import etree

from scraper.extract.hints import Hints
from scraper.extract.house import extract

SECRET = "canary of a file of this machine"


@pytest.fixture
def page(tmp_path) -> str:
    """A house with a DTD: a billion laughs, and an entity that names a file."""
    file = tmp_path / "secret.txt"
    file.write_text(SECRET)
    lols = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<!DOCTYPE html [<!ENTITY l0 "lol">{lols}<!ENTITY x SYSTEM "{file.as_uri()}">]>'
        "<html><head><title>12 Oak St &x;</title></head><body><h1>12 Oak St &x;</h1>"
        "<dl><dt>Bedrooms</dt><dd>3</dd></dl><p>Price: $450,000 &x;</p>%s</body></html>"
    )


@pytest.fixture
def shown(page_of):
    """All that the extraction makes of a text, as text."""

    def make(text: str) -> str:
        return repr(extract(replace(page_of(""), body=text.encode()), Hints()))

    return make


def test_no_entity_of_a_page_is_expanded(page: str, shown) -> None:
    began = time.process_time()
    said = shown(page % "<p>&l9;</p>")
    assert time.process_time() - began < 1
    assert "12 Oak St" in said
    assert SECRET not in said
    assert "lollol" not in said


def test_a_parser_that_resolves_entities_shows_the_file(page: str) -> None:
    """Negative control: the same page, read as XML by a parser that was told to."""
    parser = etree.XMLParser(load_dtd=True, resolve_entities=True, no_network=True)
    root = etree.fromstring((page % "<p>&l2;</p>").encode(), parser)
    said = "".join(root.itertext())
    assert SECRET in said
    assert "lol" * 100 in said
