"""The photos of the house: the fullest of the page's own lists, the largest size of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast
from urllib.parse import urlsplit

from scraper.extract.belongs import FOREIGN, Region
from scraper.extract.document import Document, Element
from scraper.extract.scripts import Json
from scraper.extract.vocabulary import key_of, lines


@dataclass(frozen=True, slots=True)
class Picture:
    """An address of a picture and how wide it is said to be."""

    url: str
    width: int


def photo_urls(
    document: Document, lists: list[tuple[str, Json]], linked: list[str], pattern: str | None
) -> tuple[str, ...]:
    """Absolute addresses of the house's photos, the largest of each, in the page's order."""
    in_json = [list(_in_json(value)) for _, value in lists]
    in_page = list(_in_page(document))
    of_head = [Picture(linked_url, 0) for linked_url in linked]
    links = document.bare.iterfind(_IMAGE_LINK) if document.has_image_link else ()
    named = [Picture(link.get("href") or "", 0) for link in links]
    if pattern is not None:
        return _matching(document, pattern, [*in_json, in_page, of_head, named])
    found = (*in_json, of_head, in_page, named)
    sources = [_distinct(document, pictures) for pictures in found]
    best = max(sources, key=len, default=())
    if best:
        return best
    head = [Picture(document.metas[name], 0) for name in _HEAD if name in document.metas]
    return _distinct(document, head)


def _matching(document: Document, pattern: str, sources: list[list[Picture]]) -> tuple[str, ...]:
    """The addresses that the site file's pattern matches, wherever they stand."""
    wanted = re.compile(pattern)
    found = {
        address: None
        for pictures in sources
        for picture in pictures
        if wanted.search(address := document.absolute(picture.url))
    }
    own = (number for number in document.links if document.regions[number] != Region.OTHER)
    hrefs = (document.attributes[number].get("href") or "" for number in own)
    found |= dict.fromkeys(a for href in hrefs if wanted.search(a := document.absolute(href)))
    return tuple(found)


def _distinct(document: Document, pictures: Iterable[Picture]) -> tuple[str, ...]:
    """One address a photo, the widest; icons, maps and portraits left out."""
    best: dict[str, Picture] = {}
    for picture in pictures:
        address = document.absolute(picture.url)
        if not _is_usable(address):
            continue
        width = picture.width or _width_in(address)
        key = identity(address)
        if key not in best or width > best[key].width:
            best[key] = Picture(address, width)
    found = [picture.url for picture in best.values()]
    return tuple([url for url in found if not _ASSET.search(url)] or found)


@cache
def _no_photo() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(line["word"]) for line in lines("photo_words")))


def _is_usable(address: str) -> bool:
    """Whether an absolute address may be a photo's, by its words."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    named = f"{parts.netloc}{parts.path}".lower()
    return parts.scheme in ("http", "https") and _no_photo().search(named) is None


def identity(address: str) -> str:
    """What is the same in all sizes of one photo.

    >>> identity("https://i.example/u/480/360/a1b2c3.jpg") == identity("https://i.example/u/1024/768/a1b2c3.jpg")
    True
    >>> identity("https://i.example/p/7_1-w1600-h1067") == identity("https://i.example/p/7_1-w320-h240")
    True
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    long_hex = _HEX.findall(parts.path)
    if long_hex:
        return f"{parts.netloc}/{max(long_hex, key=len)}"
    bare = _EXTENSION.sub("", _SIZE.sub("", parts.path))
    query = parts.query if not _EXTENSION.search(parts.path) and len(bare) < 25 else ""
    return f"{parts.netloc}{bare}?{_SIZE_QUERY.sub('', query)}"


def _width_in(address: str) -> int:
    """The width that an address names, 0 without one."""
    found = [int(number) for number in _WIDTH.findall(address)]
    named = [_RANK[word] for word in _STEP.findall(address.lower()) if word in _RANK]
    return max((number for number in found + named if 40 <= number <= 6000), default=0)


def _in_json(value: Json, depth: int = 0) -> Iterator[Picture]:
    """The pictures of a JSON list: addresses, or objects with the sizes of one photo."""
    if depth > 5:
        return
    if isinstance(value, str):
        if _looks_like_picture(value):
            yield Picture(value, 0)
    elif isinstance(value, list):
        for item in value:
            yield from _in_json(item, depth + 1)
    elif isinstance(value, dict):
        own = _one_photo(value)
        if own is not None:
            yield own
        else:
            for key, inner in value.items():
                if key_of(key) not in _NOT_PICTURES and isinstance(inner, (list, dict)):
                    yield from _in_json(inner, depth + 1)


def _one_photo(item: dict[str, Json]) -> Picture | None:
    """The largest picture of an object whose values are addresses of one photo."""
    width = item.get("width")
    said = width if isinstance(width, int) else 0
    found = [
        Picture(value, said or _width_in(key) or _RANK.get(key_of(key), 0) or _width_in(value))
        for key, value in item.items()
        if isinstance(value, str)
        and key_of(key) not in _NOT_PICTURES
        and _looks_like_picture(value)
    ]
    return max(found, key=lambda picture: picture.width, default=None)


def _looks_like_picture(text: str) -> bool:
    if not text.startswith(("http", "/")) or len(text) > 2000 or " " in text:
        return False
    return _PICTURE.search(text) is not None


def _in_page(document: Document) -> Iterator[Picture]:
    """The pictures of the page's own part, one for all sizes that an element offers."""
    opened: set[str] = set()
    for number in document.images:
        get = document.attributes[number].get
        if document.regions[number] in FOREIGN and not _no_script(document, number):
            continue
        if document.tags[number] == "source" and _is_part(document.element(number)):
            continue
        words = f"{get('class') or ''} {get('alt') or ''}".lower()
        if _no_photo().search(words) or _is_small(get("width"), get("height")):
            continue
        href = _opens(document, number)
        opened.add(href)
        sizes = [
            *_sizes(document, number),
            *([Picture(href, _width_in(href) or _RANK["full"])] * bool(href)),
        ]
        if document.regions[number] in FOREIGN:  # a `noscript` holds counting pixels too
            sizes = [one for one in sizes if _PICTURE.search(one.url)]
        usable = [one for one in sizes if _is_usable(document.absolute(one.url))]
        if usable:
            yield max(usable, key=lambda picture: picture.width or _MIDDLE)
    for number in document.links:
        href = document.attributes[number].get("href") or ""
        if href not in opened and document.regions[number] not in FOREIGN and _is_file(href):
            yield Picture(href, _width_in(href) or 1)


def _picture_of(element: Element) -> Element | None:
    """The `picture` of an `img` or `source`; libxml2 nests what follows a `source` into it."""
    above = element.getparent()
    while above is not None and above.tag == "source":
        above = above.getparent()
    return above if above is not None and above.tag == "picture" else None


def _is_part(source: Element) -> bool:
    """Whether a `source` is a size of an `img` that stands with it in a `picture`."""
    picture = _picture_of(source)
    return picture is not None and next(picture.iter("img"), None) is not None


def _opens(document: Document, number: int) -> str:
    """The address of the picture that a click on this one opens; "" without such a link."""
    for step in [*document.ancestors(number)][1:4]:
        if document.tags[step] == "a":
            href = document.attributes[step].get("href") or ""
            return href if _is_file(href) else ""
    return ""


def _is_file(href: str) -> bool:
    return "." in href and _EXTENSION.search(href.split("?", maxsplit=1)[0]) is not None


def _no_script(document: Document, number: int) -> bool:
    """Whether a picture stands in a `noscript` of the page's own part."""
    for step in document.ancestors(number):
        if document.tags[step] == "noscript":
            parent = document.parents[step]
            return parent < 0 or document.regions[parent] not in FOREIGN
    return False


def _sizes(document: Document, number: int) -> Iterator[Picture]:
    """The addresses of one photo: those of an `img`, and of the sources of its `picture`."""
    attributes, is_image = document.attributes[number], document.tags[number] == "img"
    above = document.parents[number]
    if is_image and above >= 0 and document.tags[above] in ("picture", "source"):
        picture = _picture_of(document.element(number))
        for source in picture.iter("source") if picture is not None else ():
            yield from _srcset(cast("dict[str, str]", source.attrib))
    yield from _srcset(attributes)
    if is_image:
        for name in ("data-full", "data-original", "data-large", "data-src", "data-lazy", "src"):
            address = attributes.get(name)
            if address and not address.startswith("data:"):
                yield Picture(address, _width_in(address))


def _srcset(attributes: Mapping[str, str]) -> Iterator[Picture]:
    for name in ("srcset", "data-srcset", "data-lazy-srcset"):
        for part in (attributes.get(name) or "").split(", "):
            pieces = part.split()
            if pieces and not pieces[0].startswith("data:"):
                yield Picture(pieces[0].rstrip(","), _said(pieces))


def _said(pieces: list[str]) -> int:
    """The width that an entry of a `srcset` says, `640w` or twice something, else its address."""
    found = _DIGITS.match(pieces[1]) if len(pieces) > 1 else None
    if found is None:
        return _width_in(pieces[0])
    return int(found[0]) * 1000 if pieces[1].endswith("x") else int(found[0])


def _is_small(width: str | None, height: str | None) -> bool:
    return any(size is not None and size.isdigit() and int(size) < 80 for size in (width, height))


_HEAD = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
_IMAGE_LINK = ".//link[@rel='image_src']"
_ASSET = re.compile(r"(?i)/(?:static|assets)/")
"""Where a site keeps its own pictures: none is the house's where others are there."""
_NOT_PICTURES = frozenset(
    [
        "logo",
        "agentphoto",
        "agent",
        "caption",
        "alt",
        "videos",
        "video",
        "virtualtour",
        "floorplans",
        "href",
        "link",
        "avatar",
        "thumb",
    ]
)
_RANK = {"original": 6000, "full": 4000, "xxl": 3000, "xl": 2500, "large": 2000, "big": 2000,
         "medium": 800, "small": 300, "thumbnail": 100}  # fmt: skip
_MIDDLE = 640
"""Width to compare an address with that names none: more than a preview, less than a full one."""
_PICTURE = re.compile(
    r"(?i)\.(?:jpe?g|png|webp|avif)\b|/(?:image|photo|media|img|picture|resize)s?\b|imag|phot|/ph/"
)
_EXTENSION = re.compile(r"(?i)\.(?:jpe?g|png|webp|avif)$")
_HEX = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}")
_SIZE = re.compile(
    r"(?i)[-_/](?:w|h)_?\d{2,4}(?=[-_./,]|$)|[-_/,]\d{2,4}x\d{2,4}|/\d{3,4}/\d{3,4}(?=/)"
    r"|/(?:small|medium|large|thumbs?|thumbnail|full|original|xl)(?=/)"
    r"|[-_](?:small|medium|large|xl|thumb|full|\d{3,4})(?=\.)"
)
_SIZE_QUERY = re.compile(
    r"(?i)\b(?:w|h|width|height|size|quality|fit|auto|format)=[^&]*&?|\bq=\d{1,3}(?:&|$)"
)
_WIDTH = re.compile(r"(?i)(?:[-_/?&]|\b)(?:w|width|size|ft)?[_=]?(\d{2,4})(?=[-_./x&]|$)")
_STEP = re.compile(r"(?<=[/_-])[a-z]+(?=[/._-])")
_DIGITS = re.compile(r"\d+")
