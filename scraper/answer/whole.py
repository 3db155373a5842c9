"""Is a page all there? By the mark at its end, as nothing else tells a short page from a cut one.

A length that is too small, and a connection that just ends, look to HTTP like an answer.
"""

from __future__ import annotations

import json
import re
from typing import Final

import orjson

from scraper.answer.fault import Fault, cut
from scraper.answer.form import Form

_TAIL: Final = 8192
"""Bytes at the end in which the end mark is looked for; servers append comments and scripts."""
_HEAD: Final = 4096
_OPENED: Final = re.compile(rb"<(?:!doctype|html|head|body)[\s>]", re.IGNORECASE)
"""Signs that a document was begun, and not a mere fragment of one."""
_ROOT: Final = re.compile(rb"<([A-Za-z_][\w:.-]{0,200})")
_LAST: Final = 40
"""Bytes of the end that are shown in a reason."""


def whole_fault(form: Form, body: bytes, *, announced: bool) -> Fault | None:
    """What is missing of a page, None where it is whole.

    `announced`: whether the server said where the body ends, by a length or by chunks. Where it
    did not, a fragment of HTML cannot be told from a cut page, and is taken for one.

    >>> whole_fault("html", b"<html><body><p>Sold</p></body></html>", announced=False)
    >>> whole_fault("html", b"<html><body><p>Sold</p>", announced=True).reason
    "truncated: no </html> at its end, which is '<html><body><p>Sold</p>'"
    """
    if form == "json":
        return _json(body)
    return _html(body, announced) if form == "html" else _xml(body)


def _html(body: bytes, announced: bool) -> Fault | None:
    # Without its zeros, UTF-16 reads like ASCII here.
    if b"</html" in body[-_TAIL:].replace(b"\0", b"").lower():
        return None
    if announced and not _OPENED.search(body[:_HEAD].replace(b"\0", b"")):
        return None
    return cut(f"no </html> at its end, which is {_shown(body)}")


def _xml(body: bytes) -> Fault | None:
    root = _ROOT.search(body[:_HEAD])
    if root is None:
        return cut("no element in the XML")
    tail = body[-_TAIL:].rstrip()
    if b"</" + root[1] in tail or (tail.endswith(b"/>") and body.count(b"<") <= 2):
        return None
    return cut(f"no </{root[1].decode('latin-1')}> at its end, which is {_shown(body)}")


def _json(body: bytes) -> Fault | None:
    try:
        orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        if _is_latin(body):
            return None
        return cut(f"the JSON cannot be read to its end: {error}")
    return None


def _is_latin(body: bytes) -> bool:
    """Whether it is JSON in an older charset, which RFC 8259 does not allow and servers send."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        try:
            json.loads(body.decode("latin-1"))
        except (ValueError, RecursionError):
            return False
        return True
    return False


def _shown(body: bytes) -> str:
    return repr(" ".join(body[-_LAST:].decode("utf-8", "replace").split()))
