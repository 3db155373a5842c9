from __future__ import annotations

from urllib.parse import urljoin

import pytest
from lxml import etree

from scraper.extract.document import Document

ADDRESSES = [
    *("/", "/a", "/a/b.html", "/a//b", "//cdn.example/x.jpg", "/a/../b", "/a/./b", "/..", "/.a/b"),
    *("/a?b=c&d=/e", "/a?", "/a?b#c", "/a#", "/a;p", "/a;", "/a%20b", "/a b", "/a\tb", "/é"),
    *("a", "a/b", "../a", "?a=1", "#a", "", "https://o.example/a", "HTTPS://o.example", "data:,x"),
    *(
        "mailto:a@b.example",
        "javascript:void(0)",
        "/a/?b",
        "/@x/1,2;3",
        "/a:b",
        "/a...b/",
        "http://[x/",
    ),
]


@pytest.mark.parametrize(
    "base", ["https://h.example/for-sale/12?x=1", "HTTP://H.example:81", "file:///a/b", "x"]
)
def test_addresses_are_made_absolute_as_the_standard_has_it(base):
    page = Document(base, etree.Element("html"))
    for address in ADDRESSES:
        try:
            meant = urljoin(base, address)
        except ValueError:
            meant = ""

        assert page.absolute(address) == meant, address
