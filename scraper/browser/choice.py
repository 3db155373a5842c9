"""By which way a house page is asked for: plain HTTP first, the browser where that fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from scraper.page import FetchMode

Render = Literal["auto", "never", "always", "data"]


def first_mode(render: Render) -> FetchMode:
    """The way that a page is asked for first.

    >>> first_mode("auto"), first_mode("always")
    ('http', 'browser')
    """
    return "browser" if render == "always" else "http"


def next_mode(mode: FetchMode, render: Render, missing: Sequence[str]) -> FetchMode | None:
    """The way to ask for the same page once more, or None where the answer stands.

    >>> next_mode("http", "auto", ["address"])
    'browser'
    >>> next_mode("http", "never", ["address"]) is None
    True
    """
    if missing and mode == "http" and render in ("auto", "data"):
        return "browser"
    return None


def why(mode: FetchMode, render: Render) -> str:
    """Why a page was asked for by a way, in a few words.

    >>> why("browser", "auto")
    'plain HTTP does not give what a house has to have'
    """
    if render in ("always", "never"):
        return f'its site file says mode = "{render}"'
    if mode == "browser":
        return "plain HTTP does not give what a house has to have"
    return "it gives what there is"
