"""Whether a place on a page is said in a way that can be understood."""

from __future__ import annotations

import jmespath
from cssselect import SelectorError
from jmespath.exceptions import JMESPathError
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from scraper.sites.wrong import WrongValueError

_JSON = "json:"
_NAMESPACES = {
    "re": "http://exslt.org/regular-expressions",
    "set": "http://exslt.org/sets",
}
"""The prefixes that parsel offers to every XPath."""


def check_place(place: str) -> str:
    """A CSS selector, an XPath (`//...`) or a JMESPath (`json:...`) as it is.

    >>> check_place("json:props.price"), check_place("#price b::text")
    ('json:props.price', '#price b::text')
    """
    if place.startswith(_JSON):
        _check_jmespath(place.removeprefix(_JSON).strip())
        return place
    return check_selector(place)


def check_selector(place: str) -> str:
    """A CSS selector or an XPath (`//...`) as it is; WrongValueError for anything else."""
    if place.lstrip().startswith(("/", "./", "(")):
        _check_xpath(place)
    else:
        _check_css(place)
    return place


def _check_jmespath(found: str) -> None:
    try:
        jmespath.compile(found)
    except JMESPathError as error:
        reason = " ".join(str(error).split())
        raise WrongValueError(f"found 'json:{found}', expected a JMESPath: {reason}") from None


def _check_xpath(found: str) -> None:
    try:
        etree.XPath(found, namespaces=_NAMESPACES)
    except etree.XPathSyntaxError as error:
        raise WrongValueError(f"found '{found}', expected an XPath: {error}") from None


def _check_css(found: str) -> None:
    try:
        etree.XPath(HTMLTranslator().css_to_xpath(found), namespaces=_NAMESPACES)
    except (SelectorError, etree.XPathSyntaxError) as error:
        raise WrongValueError(f"found '{found}', expected a CSS selector: {error}") from None
