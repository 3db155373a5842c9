"""What a start tag says by itself; the tags of a site's pages are the same again and again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeVar, cast

from scraper.extract.kept import Kept

T = TypeVar("T")
SKIPPED: Final = frozenset(
    [
        "style",
        "svg",
        "template",
        "iframe",
        "object",
        "canvas",
        "select",
        "datalist",
        "textarea",
        "audio",
        "math",
    ]
)
"""Elements whose inside is not read."""
GLUED: Final = frozenset(("sup", "sub", "wbr"))
"""Elements whose text goes on with what stands before them."""
HEADINGS: Final = MappingProxyType({"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6})
WHOLE: Final = SKIPPED | GLUED | {"script"}
"""Elements that are one thing: what stands inside them are no elements of the document."""
APART: Final = WHOLE | HEADINGS.keys() | {"img", "source", "meta", "title", "link"}
"""Elements that are more than their text."""
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(slots=True, eq=False)
class Opening:
    """A start tag. Equal ones are mostly the same object, so that what they mean is kept by it.

    It is not changed once it is made; frozen, it would take twice as long to make.
    """

    tag: str
    attributes: Mapping[str, str]
    is_apart: bool
    """Whether the element is more than its text."""
    is_whole: bool
    """Whether its inside is not read as elements."""
    is_glued: bool
    """Whether its text goes on with what stands before it."""
    is_link: bool
    """Whether it leads somewhere."""
    told: dict[Callable[[Opening], object], object] = field(default_factory=dict)
    """What tests said of it."""
    is_loud: bool | None = None
    """Whether one of the tests of a house's page says something of it, once they were made."""

    def ask(self, test: Callable[[Opening], T]) -> T:
        """What a test says of this tag; it is made once."""
        if test not in self.told:
            self.told[test] = test(self)
        return cast("T", self.told[test])


def made(tag: str, items: list[tuple[str, str]]) -> Opening:
    """The start tag of these parts."""
    attributes = dict(items) if items else _NONE
    is_link = tag == "a" and bool(attributes.get("href"))
    return Opening(tag, attributes, tag in APART, tag in WHOLE, tag in GLUED, is_link)


def opening(markup: str) -> Opening | None:
    """The start tag of serialised XML without its brackets; None for one of odd names.

    >>> opening('a href="/h/1?a=2&amp;b=3" class=""').attributes["href"]
    '/h/1?a=2&b=3'
    >>> opening('p a"b="1"'), opening("br/").tag
    (None, 'br')
    """
    tag, _, rest = markup.removesuffix("/").partition(" ")
    items: list[tuple[str, str]] = _ATTRIBUTE.findall(rest)
    if not _is_name(tag) or " ".join([f'{key}="{value}"' for key, value in items]) != rest:
        return None
    if "&" in rest:
        items = [(key, unescaped(value)) for key, value in items]
    return made(tag, items)


@lru_cache(maxsize=1024)
def _is_name(tag: str) -> bool:
    """Whether a tag's name can be read back for certain."""
    return _NAME.fullmatch(tag) is not None


def unescaped(text: str) -> str:
    """A text of serialised XML as it was.

    >>> unescaped("&lt;b&gt; &amp;amp; &quot;&#10;")
    '<b> &amp; "\\n'
    """
    if "&" not in text:
        return text
    return _ESCAPED.sub(lambda found: _SIGNS.get(found[0], found[0]), text)


def _tag(inside: str) -> Opening | None:
    return None if inside[:1] == "/" else opening(inside) or ODD


ODD: Final = made("", [])
"""Stands for a start tag of odd names."""
OPENED: Final = Kept(_tag, longest=400, most=1_200_000)
"""What stands inside the brackets of a tag to the start tag; None for an end. It takes six times
as many bytes as are counted."""
_NAME: Final = re.compile(r"[A-Za-z][\w:.-]*")
_ATTRIBUTE: Final = re.compile(r"([\w:.@-]+)=\"([^\"]*)\"")
_SIGNS: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#13;": "\r",
                 "&#10;": "\n", "&#9;": "\t"}  # fmt: skip
_ESCAPED: Final = re.compile(r"&(?:amp|lt|gt|quot|#13|#10|#9);")
