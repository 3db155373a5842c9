"""A page without what names or reaches a person, from which the same row is read.

Marks (U+FDD1, see `scraper/privacy/marks.py`) stand where something was taken out. The privacy step
closes a text over them as over its own, so the row comes out as it did from the whole page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import orjson
from lxml import etree

from scraper.archive.blocks import blocks
from scraper.archive.regions import clear_regions
from scraper.archive.words import Words, packed, personal_texts
from scraper.extract.document import Element, read
from scraper.extract.scripts import embedded, linked_data
from scraper.page import Page
from scraper.privacy.marks import DONE
from scraper.privacy.personal import personal_label

_ADDRESSES: Final = frozenset(
    ["href", "src", "srcset", "action", "poster", "cite", "data", "itemid", "itemtype", "id",
     "class", "name", "property", "rel", "style", "itemprop", "for", "type", "lang", "charset"]
)  # fmt: skip
"""Attributes that hold an address or a word of the page's code, and no text."""
_REACH: Final = ("mailto:", "tel:", "sms:", "whatsapp:", "skype:", "callto:")
_PERSONAL_ITEMS: Final = frozenset(
    ["telephone", "email", "faxNumber", "agent", "seller", "broker", "employee", "author",
     "contactPoint", "landlord"]
)  # fmt: skip
_AUTHORS: Final = frozenset({"author", "creator", "dc.creator", "twitter:creator"})
_PEOPLE: Final = re.compile(r"(?:schema\.org/|^)(?:Person|RealEstateAgent)\b")
_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.){12,})"', re.DOTALL)
_PAIR: Final = re.compile(
    r"""(\\*)(["']?)\b([A-Za-z_]\w{2,40})\1\2\s*:\s*\1(["'])((?:(?!\1\4).){2,200}?)\1\4""",
    re.DOTALL,
)
"""A key and its text in a program, also where the quotes are escaped."""
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")


def redacted(page: Page, words: Words) -> bytes:
    """The page's document in UTF-8 without comments, styles and personal data.

    Total: a page that is no HTML gives an empty document.
    """
    document = read(page)
    for value in (*linked_data(document), *(value for _, value in embedded(document))):
        words.learn(personal_texts(value))
    root = document.root
    _learn_items(root, words)
    _learn_scripts(root, words)
    clear_regions(root, words)
    for element in list(root.iter("style")):
        element.text = ""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "script":
            element.text = _script(element, words)
        _attributes(element, words)
    for block in blocks(root):
        text = block.text
        for start, end in reversed(words.spans(text)):
            block.cut(start, end)
    return etree.tostring(root, encoding="utf-8", method="html")


def leftovers(body: bytes, words: Words) -> list[str]:
    """Names of the page that are still in what was made of it; none where it is as it should be."""
    text = body.decode("utf-8", "replace").casefold()
    return [name for name in words.names if name.casefold() in text]


def _learn_items(root: Element, words: Words) -> None:
    """What microdata and the page's head say of people."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "meta" and str(element.get("name") or "").lower() in _AUTHORS:
            words.learn([str(element.get("content") or "")])
        item = set(str(element.get("itemprop") or "").split())
        person = bool(_PEOPLE.search(str(element.get("itemtype") or element.get("typeof") or "")))
        if person:
            words.learn(_named(element))
        elif item & _PERSONAL_ITEMS and element.get("itemscope") is None:
            words.learn((str(element.get("content") or ""), _text_of(element)))


def _learn_scripts(root: Element, words: Words) -> None:
    """What JSON says of people, also where it says nothing of the house."""
    for element in root.iter("script"):
        words.learn(personal_texts(packed(str(element.text or "").strip().rstrip(";"))))


def _named(element: Element) -> Iterator[str]:
    """The names and numbers within an element that stands for a person."""
    for one in element.iter():
        said = str(one.get("itemprop") or one.get("property") or "") if one is not element else ""
        if said.split(":")[-1] in ("name", "telephone", "email", "faxNumber", "givenName"):
            yield str(one.get("content") or "")
            yield _text_of(one)


def _text_of(element: Element) -> str:
    return "".join(map(str, element.itertext()))


def _attributes(element: Element, words: Words) -> None:
    for name, value in element.attrib.items():
        text = str(value)
        if text.strip().lower().startswith(_REACH):
            scheme = text.strip().partition(":")[0]
            element.set(name, f"{scheme}:")
        elif str(name) in _ADDRESSES or "//" in text[:8] or str(name).startswith("on"):
            _set(element, str(name), text, words.without_known(text))
        else:
            _set(element, str(name), text, _attribute_text(text, words))


def _attribute_text(text: str, words: Words) -> str:
    """A text of an attribute, which may be JSON."""
    if text[:1] in ("{", "["):
        made = _json(text, words)
        if made is not None:
            return made
    return words.without_known(words.without(text))


def _set(element: Element, name: str, before: str, after: str) -> None:
    if after != before:
        element.set(name, after)


def _script(element: Element, words: Words) -> str:
    """A script's text: JSON value by value, a program by what its texts say."""
    text = str(element.text or "")
    if not text.strip():
        return text
    made = _json(text, words)
    return made if made is not None else _program(text, words)


def _json(text: str, words: Words) -> str | None:
    """JSON without what is personal in it, as it is where nothing is; None for anything else."""
    try:
        value = orjson.loads(text.strip().rstrip(";"))
    except orjson.JSONDecodeError:
        return None
    clean = words.value(value)
    if clean == value:
        return text
    # A script must not hold what ends it.
    return orjson.dumps(clean).decode().replace("</", "<\\/")


def _program(text: str, words: Words) -> str:
    text = _PAIR.sub(lambda pair: _pair(pair, words), text)
    text = _LITERAL.sub(lambda one: _literal(one, words), text)
    return words.without_numbers(words.without_known(text))


def _pair(pair: re.Match[str], words: Words) -> str:
    if not personal_label(_HUMP.sub(" ", pair[3])) or words.may_stay(pair[5]):
        return pair[0]
    start, end = (number - pair.start() for number in pair.span(5))
    return pair[0][:start] + DONE + pair[0][end:]


def _literal(literal: re.Match[str], words: Words) -> str:
    """A text of a program; one that is code of its own is looked at by its pairs only."""
    text = literal[1]
    if " " not in text or '\\"' in text:
        return literal[0]
    return f'"{words.without(text)}"'
