"""What is a page, whole and of a bearable size; and where redirects lead."""

import pytest

from scraper.answer.fault import Fault
from scraper.answer.form import form_of
from scraper.answer.options import Options
from scraper.answer.redirects import target_fault
from scraper.answer.tree import DEEPEST, tree_fault
from scraper.answer.whole import whole_fault
from scraper.errors import SettingError

HTML = b"<!doctype html><html><body><p>Sold</p></body></html>"
GOOD = {"PAGE_MAX_BYTES": 2**20, "PAGE_CLOSED": True, "PAGE_SECONDS": 2}


@pytest.mark.parametrize(
    ("declared", "body", "form"),
    [
        ("text/html", HTML, "html"),
        ("TEXT/HTML;charset=utf-8", b"plain words", "html"),
        ("application/xhtml+xml", HTML, "html"),
        ("application/rss+xml", b"<rss></rss>", "xml"),
        ("application/json", b"{}", "json"),
        ("application/vnd.api+json", b"{}", "json"),
        ("", HTML, "html"),
        ("text/plain", b"\xef\xbb\xbf\n<html>", "html"),
        ("application/octet-stream", b"<?xml version='1.0'?><a/>", "xml"),
        ("", b' [{"id": 1}]', "json"),
        ("", b"", "html"),
    ],
)
def test_pages(declared: str, body: bytes, form: str) -> None:
    assert form_of(declared, body) == form


@pytest.mark.parametrize(
    ("declared", "body"),
    [
        ("text/html", b"%PDF-1.7"),
        ("text/html", b"\x1f\x8b\x08\x00"),
        ("image/svg+xml", b"<svg></svg>"),
        ("image/png", b"x"),
        ("text/css", b"a {}"),
        ("video/mp4", b""),
        ("", b"just words"),
        ("application/octet-stream", b"\x00\x01\x02"),
    ],
)
def test_no_pages(declared: str, body: bytes) -> None:
    fault = form_of(declared, body)
    assert isinstance(fault, Fault)
    assert fault.reason.startswith("not a page")
    assert not fault.passing


@pytest.mark.parametrize("end", [b"", b"\n\n", b"<!-- 3 ms -->", b"<script>x()</script>"])
def test_whole_pages(end: bytes) -> None:
    assert whole_fault("html", HTML + end, announced=False) is None
    assert whole_fault("html", HTML.upper() + end, announced=True) is None


def test_every_cut_of_a_page_is_seen() -> None:
    for end in range(16, len(HTML) - len(b"</html>")):
        fault = whole_fault("html", HTML[:end], announced=True)
        assert fault is not None, HTML[:end]
        assert fault.passing


def test_an_end_long_before_the_end_is_none() -> None:
    quoted = HTML + b"x" * 9000
    assert whole_fault("html", quoted, announced=True) is not None


def test_other_forms() -> None:
    assert whole_fault("json", b'\xef\xbb\xbf{"a": [1]}', announced=False) is None
    assert whole_fault("json", '{"a": "für"}'.encode("latin-1"), announced=False) is None
    assert whole_fault("json", b'{"a": [1', announced=True) is not None
    assert whole_fault("json", b"[" * 100_000, announced=True) is not None
    assert whole_fault("xml", b"<?xml version='1.0'?><a><b/></a>\n", announced=False) is None
    assert whole_fault("xml", b"<a/>", announced=False) is None
    assert whole_fault("xml", b"<?xml version='1.0'?><a><b/>", announced=True) is not None


def nested(depth: int) -> bytes:
    return b"<html><body>" + b"<div>" * depth + b"x" + b"</div>" * depth + b"</body></html>"


def test_depth_size_and_tags() -> None:
    assert tree_fault(nested(DEEPEST - 50), 2**20) is None
    assert tree_fault(b"<html>" + b"<p>x<br>" * 5000 + b"</html>", 2**20) is None
    for body in (nested(DEEPEST + 50), b"<b></p>" * 20_000, b"<html>" + b"<i>" * 100_000):
        fault = tree_fault(body, 2**20)
        assert fault is not None
        assert "too deep" in fault.reason
    assert tree_fault(HTML, len(HTML)) is None
    assert tree_fault(HTML, len(HTML) - 1) is not None
    assert "tags" in str(tree_fault(b"<i></i>" * 80_000, 2**20))


def test_what_lies_deeper_would_be_lost_without_a_word() -> None:
    """Why depth is a fault: the parser drops it."""
    from lxml import html

    body = b"<html><body>" + b"<div>" * 3000 + b"<p>NEEDLE"
    parsed = html.document_fromstring(body, parser=html.HTMLParser(huge_tree=True))
    assert "NEEDLE" not in parsed.text_content()
    assert tree_fault(body, 2**20) is not None


def test_redirects() -> None:
    at = "http://h.example/a"
    for location in ("/b", "//other.example/b", "https://h.example/", "?page=2", at):
        assert target_fault(location, at, [], 5) is None
    for location in ("file:///etc/passwd", "data:text/html,x", "ftp://h/x", "javascript:x", ""):
        assert target_fault(location, at, [], 5) is not None
    assert target_fault("http://[", at, [], 5) is not None
    assert target_fault("/b", at, [at] * 4, 5) is None
    assert "in a circle" in str(target_fault("/a", at, [at] * 5, 5))


@pytest.mark.parametrize(
    "wrong",
    [{"PAGE_MAX_BYTES": "big"}, {"PAGE_CLOSED": "perhaps"}, {"PAGE_SECONDS": 0}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_options(wrong: dict[str, object]) -> None:
    assert Options.from_settings(GOOD) == Options(2**20, True, 2.0)
    assert not Options.from_settings({**GOOD, "PAGE_CLOSED": "False"}).closed
    with pytest.raises(SettingError, match=next(iter(wrong))):
        Options.from_settings({**GOOD, **wrong})
