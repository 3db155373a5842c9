"""Much text that a person plainly sees, told from a page's beginning without a tree of it.

Says yes only where a parser would too: whatever two parsers might read in two ways is left to one.
"""

from __future__ import annotations

import re
from typing import Final

_RAW: Final = "script|style|title|template|noscript|textarea|iframe|xmp|noembed|noframes|plaintext"
_SPECIAL: Final = re.compile(
    rf"<(?:(?=[!bihnpstx])(?P<name>!--|{_RAW}|head|body)|/(?=[bh])(?:head|body|html))(?![\w:-])",
    re.IGNORECASE,
)
"""Where what follows is no plain run of tags and text; its first letter rules most tags out."""
_TAG: Final = re.compile(
    r"<(?:/?[a-z][\w:-]*+(?:[^<>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>=]++))*+"
    r"|!doctype[^<>]*+)>",
    re.IGNORECASE,
)
_ENTITY: Final = re.compile(r"&[^\s;]*;?")
_ODD_COMMENT: Final = re.compile(r"-?>|[\s\S]*?(?:--!>|<!--)")
_ENDS: Final = frozenset({"</body", "</html"})
"""Whether what stands behind them is shown is for the parser to say."""
_RUN: Final = 4_000
"""Characters that are looked at together at most."""


def plainly_shows(text: str, more_than: int) -> bool:
    """Whether a page of HTML shows more than so many characters, as far as that is plain.

    >>> plainly_shows("<body><p class='a>b'>Three rooms", 9), plainly_shows("<p>Three", 9)
    (True, False)
    >>> plainly_shows("<script>Three rooms</script>", 5), plainly_shows("<p a='>Three rooms", 5)
    (False, False)
    """
    shown, at, in_head = -1, 0, False
    while at < len(text):
        special = _SPECIAL.search(text, at, at + _RUN)
        end = special.start() if special else _cut(text, at)
        run = _TAG.sub("", text[at:end])
        if "<" in run or "\0" in run:
            return False
        shown += 0 if in_head else _length(run)
        if shown > more_than:
            return True
        if special is None:
            at = end
            continue
        if special[0].lower() in _ENDS:
            return False
        name = (special["name"] or "").lower()
        in_head = name == "head" or (in_head and name not in ("", "body"))
        at = _behind(text, special, name)
    return False


def _cut(text: str, at: int) -> int:
    """The end of a run without anything special: right before its last tag, which may go on."""
    end = at + _RUN
    if end >= len(text):
        return len(text)
    last = text.rfind("<", at + 1, end)
    return last if last > 0 else len(text)


def _behind(text: str, special: re.Match[str], name: str) -> int:
    """Where the plain runs go on, behind what is left out; the page's end where that is unsure."""
    if name == "!--":
        end = text.find("-->", special.end())
        odd = end < 0 or _ODD_COMMENT.match(text, special.end(), end + 3)
        return end + 3 if end >= 0 and not odd else len(text)
    tag = _TAG.match(text, special.start())
    if tag is None or name in ("", "head", "body"):
        return tag.end() if tag else len(text)
    end = text.find(f"</{text[special.start() + 1 : special.end()]}", tag.end())
    if end < 0:
        return len(text)
    inside = text[tag.end() : end]
    raw = name in ("script", "style")
    unsure = "<!--" in inside if raw else "<" in _TAG.sub("", inside) or _SPECIAL.search(inside)
    return len(text) if unsure else end


def _length(run: str) -> int:
    """Characters with blanks closed up; its last word may go on in the next run."""
    plain = _ENTITY.sub("", run) if "&" in run else run
    return len(" ".join(plain.split()))
