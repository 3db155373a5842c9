"""What an answer is: HTML, JSON or XML; by what it is declared to be, and by how it begins."""

from __future__ import annotations

import re
from typing import Final, Literal

from scraper.answer.fault import Fault

Form = Literal["html", "json", "xml"]

_SIGNATURES: Final = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a picture or a sound"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x1f\x8b\x08", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"PAR1", "a Parquet file"),
    (b"\x00\x00\x00", "binary data"),
)
"""First bytes that no page has (WHATWG MIME Sniffing 6 and 7), and what they are a sign of."""
_VAGUE: Final = frozenset({"", "text/plain", "application/octet-stream", "application/unknown"})
"""Types that servers declare when they do not know: how the body begins decides."""
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_ROOT: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_SITEMAPS: Final = frozenset({b"urlset", b"sitemapindex"})
_HEAD: Final = 4096
"""Bytes in which a page's outermost element begins."""
_MARKUP: Final = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s|!--|[a-z])", re.IGNORECASE)


def form_of(content_type: str, body: bytes) -> Form | Fault:
    """The form of a body that is to be a page; a fault where it is none.

    >>> form_of("text/html; charset=utf-8", b"<p>")
    'html'
    >>> form_of("", b"\\n<!DOCTYPE html>"), form_of("application/ld+json", b"{}")
    ('html', 'json')
    >>> form_of("text/html", b"%PDF-1.7").reason
    'not a page: a PDF'
    """
    for start, what in _SIGNATURES:
        if body.startswith(start):
            return Fault(f"not a page: {what}")
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _VAGUE:
        return _begins(kind, body)
    if "html" in kind:
        return "html"
    if kind.endswith("json"):
        return "json"
    if kind.endswith("xml") and not kind.startswith("image/"):
        return "xml"
    return Fault(f"not a page: {kind[:60]}")


def is_sitemap(body: bytes) -> bool:
    """Whether a body is a sitemap or an index of them, by its outermost element.

    >>> is_sitemap(b'<?xml version="1.0"?><urlset xmlns="s"></urlset>'), is_sitemap(b"<html>")
    (True, False)
    """
    root = _ROOT.search(_COMMENT.sub(b"", body[:_HEAD].replace(b"\0", b"")))
    return root is not None and root[1] in _SITEMAPS


def _begins(kind: str, body: bytes) -> Form | Fault:
    head = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if head.startswith(b"<?xml"):
        return "xml"
    if _MARKUP.match(head) or not head:
        return "html"
    if head[:1] in (b"{", b"["):
        return "json"
    return Fault(f"not a page: {kind or 'no content type, and no markup at its start'}")
