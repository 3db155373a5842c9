"""The report as one HTML file that opens offline."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scraper.report.section.card import card
from scraper.report.section.changes import changes
from scraper.report.section.columns import columns
from scraper.report.section.crawl import crawl
from scraper.report.section.doubles import doubles
from scraper.report.section.drift import drift
from scraper.report.section.gate import gate
from scraper.report.section.headline import figures, period
from scraper.report.section.links import links
from scraper.report.section.model import model
from scraper.report.section.places import places
from scraper.report.section.prices import prices
from scraper.report.section.samples import samples
from scraper.report.section.section import Section
from scraper.report.section.suspects import suspects
from scraper.report.shown import share
from scraper.report.standing import Standing
from scraper.report.subject import Subject, subject

SECTIONS: Final[tuple[Callable[[Subject], Section | None], ...]] = (
    changes,
    gate,
    drift,
    prices,
    places,
    links,
    model,
    samples,
    suspects,
    doubles,
    columns,
    crawl,
    card,
)
"""The sections, in the order of the page."""


def build(
    houses: pd.DataFrame,
    photos: pd.DataFrame,
    visits: pd.DataFrame,
    *,
    title: str,
    run: Mapping[str, object] | None = None,
    compared: pd.DataFrame | None = None,
    since: str = "",
    standing: Standing | None = None,
) -> str:
    """The whole report as one HTML text; nothing in it is asked for from anywhere.

    The tables are those of `scraper.schema`, in any of the types that pandas reads them with;
    missing columns count as null. `run` is what is known of the last run. `compared` holds the
    houses of the version to compare with, and `since` how that one is called. `standing` is what
    is on record of the version beside its tables. The same arguments give the same text.
    """
    about = subject(
        houses,
        photos,
        visits,
        title=title,
        run=run,
        before=compared,
        since=since,
        standing=standing,
    )
    sections = [section for make in SECTIONS if (section := make(about)) is not None]
    script = _file("report.js")
    return (
        _templates()
        .get_template("page.html")
        .render(
            title=title,
            figures=figures(about),
            period=period(about),
            empty=not len(about.houses),
            sections=sections,
            style=Markup(_file("report.css")),  # noqa: S704 - a file of this package
            script=Markup(script),  # noqa: S704 - a file of this package
            script_hash=_hash(script),
        )
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("scraper.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["place"] = _place
    environment.filters["percent"] = _percent
    environment.filters["kind"] = _kind
    environment.filters["count"] = "{:,}".format
    return environment


def _place(value: float) -> str:
    """A place or a length between 0 and 100 as CSS and SVG write it.

    >>> _place(33.3333), _place(50.0)
    ('33.33', '50')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _kind(name: str) -> str:
    """The home type that a written name stands for; any other name only loses its blanks.

    >>> _kind("Single family")
    'SingleFamily'
    """
    return name.title().replace(" ", "")


def _percent(value: float) -> str:
    return share(value, 100)


@cache
def _file(name: str) -> str:
    return files("scraper.report").joinpath("templates", name).read_text("utf-8")


def _hash(script: str) -> str:
    """The script's hash as a content security policy names it (CSP level 3, section 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
