"""A page as it was answered, whichever way it was asked for."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Final, Literal

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
)

FetchMode = Literal["http", "data", "browser"]

_ESCAPED: Final = (b"\x1b$B", b"\x1b$@", b"\x1b(J")
"""What switches ISO-2022-JP on: its bytes are valid UTF-8 too, but not its text."""
_WIDE: Final = ("utf-16", "utf-32")
_SEQUENCE: Final = re.compile(
    rb"\xc2[\xa0-\xbf]|[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
"""Sequences that UTF-8 writes one character with."""
_TURKISH: Final = re.compile(rb"(?i)<html[^>]{0,200}\blang=[\"']?tr\b")
_THORN: Final = re.compile("[ýþðÝÞÐ]")
_NORDIC: Final = re.compile("[áéíóúæÁÉÍÓÚÆ]")
_EURO_AS_SIGN: Final = re.compile("\\d\\s?\u00a4|\u00a4\\s?\\d")
"""The sign of a currency beside a number: what the euro of ISO 8859-15 looks like in Latin-1."""
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_NOT_WESTERN: Final = re.compile(
    r"(?<=[^\W\d_])[\u00a1-\u00a9\u00ab\u00ac\u00ae-\u00b1\u00b4-\u00b6\u00b8\u00bb-\u00bf\u0080-\u009f]+"
    r"(?=[^\W\d_])"
    r"|(?<=[^\W\d_])[\xa1\xa3\xa4\xa5\xa6\xbf]|[\xa1\xa4\xa6\xa8\xaf\xb8\xbf](?=[a-z])|[\xa3](?=[a-z])"
    r"|[\u0080-\u009f]+"
    r"|[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u00a1-\u00bf]{4,}"
)
"""What Western text has not: signs inside words, and words of accented letters only."""


@dataclass(frozen=True)
class Page:
    """An answered page."""

    url: str
    """The address that was asked for."""
    final_url: str
    """The address that answered, after redirects."""
    status: int
    """HTTP status."""
    headers: Mapping[str, str]
    """Headers of the answer, names in lower case, repeated ones joined with a comma; X-Robots-Tag
    with a line end, because a user agent in it holds to the end of its header."""
    body: bytes = field(repr=False)
    """The decompressed body; for a browser page the document as it stood, in UTF-8."""
    fetch_mode: FetchMode
    """The way it was asked for."""
    fetched_at: datetime
    """When it was answered, UTC."""

    @cached_property
    def text(self) -> str:
        """The body as text, whatever the header says of its charset.

        By its byte order mark; as UTF-8 where the bytes are valid UTF-8, as hardly any text of
        another charset happens to be; by the header, then the meta tag, where the bytes are valid
        in what they name; else as Windows-1252. Parts in Windows-1252 inside a page in UTF-8 are
        read as such. Whether that can be right says `charset_of`.
        """
        return text_of(self.body, self.headers.get("content-type"))

    @cached_property
    def sha256(self) -> str:
        """Hash of the body, hexadecimal."""
        return sha256(self.body).hexdigest()


def joined(headers: Iterable[tuple[bytes, list[bytes]]]) -> dict[str, str]:
    """Headers, each with all its values, as `Page.headers` has them.

    >>> joined([(b"Vary", [b"a", b"b"]), (b"X-Robots-Tag", [b"bot: none", b"noai"])])
    {'vary': 'a, b', 'x-robots-tag': 'bot: none\\nnoai'}
    """
    named = ((name.decode("latin-1").lower(), values) for name, values in headers)
    return {
        name: (b"\n" if name == "x-robots-tag" else b", ").join(values).decode("latin-1")
        for name, values in named
    }


@dataclass(frozen=True, slots=True)
class Charset:
    """How bytes become text."""

    codec: str
    errors: str = "strict"


def text_of(body: bytes, content_type: str | None) -> str:
    """Bytes as text; `content_type` is the header, which may lie.

    >>> text_of("für 5 €".encode(), "text/html; charset=iso-8859-1")
    'für 5 €'
    >>> text_of("für 5 €".encode("cp1252"), "text/html; charset=utf-8")
    'für 5 €'
    >>> text_of("für 5 € ".encode() * 9 + "für 5 €".encode("cp1252"), "text/html")[-7:]
    'für 5 €'
    """
    found = _switched(body, content_type)
    if found is None:
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            found = _other_charset(body, _named(body, content_type))
    found = found or Charset("cp1252", _AS_WINDOWS)
    marked, mark = read_bom(body)
    return body[len(mark) if marked and mark else 0 :].decode(found.codec, found.errors)


def charset_of(body: bytes, content_type: str | None) -> Charset | None:
    """The charset that the bytes are in; None where nothing that is said of it can be true.

    >>> charset_of("Квартира в Москве".encode("cp1251"), "text/html; charset=utf-8")
    >>> charset_of("Квартира в Москве".encode("cp1251"), "text/html; charset=windows-1251")
    Charset(codec='cp1251', errors='strict')
    """
    switched = _switched(body, content_type)
    if switched is not None:
        return switched
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _other_charset(body, _named(body, content_type))
    return Charset("utf-8")


def _switched(body: bytes, content_type: str | None) -> Charset | None:
    """The charset that bytes are in for certain, without a look at all of them."""
    marked, _ = read_bom(body)
    if marked:
        return Charset(marked, "replace")
    if b"\x1b" in body and any(escape in body for escape in _ESCAPED):
        return Charset("iso2022_jp_2", "replace")
    if b"\0" in body[:1024]:
        named = _named(body, content_type)
        if named and named[0].startswith(_WIDE):
            return Charset(named[0], "replace")
    return None


def _named(body: bytes, content_type: str | None) -> list[str]:
    """The charsets that the header and the page name, as Python's codecs."""
    names = (http_content_type_encoding(content_type), html_body_declared_encoding(body))
    return [name for name in names if name]


def _other_charset(body: bytes, named: list[str]) -> Charset | None:
    """The charset of bytes that are not valid UTF-8."""
    valid = sum(len(found) for found in _SEQUENCE.findall(body))
    if valid * 2 > len(_HIGH.findall(body)):
        return Charset("utf-8", _AS_WINDOWS)
    for name in [*named, "cp1252"]:
        try:
            text = body.decode(name, _AS_WINDOWS if name == "cp1252" else "strict")
        except (UnicodeDecodeError, LookupError):
            continue
        if name != "cp1252":
            return Charset(name)
        if _is_western(text):
            return Charset(_relative(body, text), _AS_WINDOWS)
    return None


def _relative(body: bytes, text: str) -> str:
    """Windows-1252, or the charset beside it that the page's language or its sums speak for.

    >>> _relative(b'<html lang="tr">', ""), _relative(b"", "450 000 \u00a4")
    ('cp1254', 'iso8859-15')
    >>> text_of(b'<html lang="tr">' + "Şişli".encode("cp1254"), None)[-5:]
    'Şişli'
    >>> text_of("Şişli, satılık, güneş gören çatı katı".encode("cp1254"), None)
    'Şişli, satılık, güneş gören çatı katı'
    >>> _relative(b"", "Íslenska er þýdd úr ensku, það er sagt að hún sé lýsandi")
    'cp1252'
    """
    # Read as Windows-1252, Turkish has Iceland's letters without Iceland's vowels.
    letters = len(_THORN.findall(text)) > 2 and not _NORDIC.search(text)
    if letters or _TURKISH.search(body[:4000]):
        return "cp1254"
    return "iso8859-15" if _EURO_AS_SIGN.search(text) and "\u20ac" not in text else "cp1252"


def _is_western(text: str) -> bool:
    """Whether text that was read as Windows-1252 looks like a language that is written in it.

    >>> _is_western("Très belle maison, 75 m², 450 000 €"), _is_western("Êâàðòèðà â Ìîñêâå")
    (True, False)
    """
    odd = sum(len(found) for found in _NOT_WESTERN.findall(text))
    return odd < 2 or odd * 4 < sum(not char.isascii() for char in text)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """A codec's error handler: the bytes in question as Windows-1252, as browsers read Latin-1.

    Five bytes mean nothing there; browsers take them for control codes.
    """
    assert isinstance(error, UnicodeDecodeError)
    odd = error.object[error.start : error.end]
    return "".join(_WINDOWS[byte] for byte in odd), error.end


_WINDOWS: Final = {n: bytes([n]).decode("cp1252", "ignore") or chr(n) for n in range(256)}
_AS_WINDOWS: Final = "housecrawl.windows"
codecs.register_error(_AS_WINDOWS, _as_windows)
