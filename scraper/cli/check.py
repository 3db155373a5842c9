"""`housecrawl check`: what is read from one page, from where, and what is missing."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import orjson
from rich.console import Console
from rich.table import Table

from scraper.browser.choice import first_mode, why
from scraper.cli.saved import address_of
from scraper.errors import ExitCode, InputFileError
from scraper.extract.evidence import confidences
from scraper.extract.hints import Hints
from scraper.extract.house import extract
from scraper.extract.kind import missing, page_kind
from scraper.facts import Extraction, Raw
from scraper.page import Page
from scraper.parse.row import clean_history, clean_row
from scraper.privacy.personal import clean_personal
from scraper.privacy.redact import redact
from scraper.refusal.rules import refusal
from scraper.schema import Row
from scraper.sites.load import load_site
from scraper.sites.model import HousePage, Search, Site

HELP = "say what is read from one page, from where, and what is missing"
LARGEST: Final = 64_000_000
"""Larger files are not read: bytes."""
_WAYS: Final = {"http": "plain HTTP", "browser": "the browser", "data": "the data"}
_SHOWN: Final = 60
"""A value is shown with at most so many characters."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one page came to."""

    kind: str
    """house, search, refusal or unknown."""
    row: Row
    sources: dict[str, str]
    """Column to the place its value was found in."""
    missing: list[str]
    """Columns without one of which the page does not count as read."""
    extraction: Extraction
    reason: str = ""
    """Why the page is a refusal."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("page", metavar="URL_OR_FILE", help="a page's address, or a saved page")
    parser.add_argument("--site", metavar="S", help="name or path of its site file")
    parser.add_argument("--url", help="the address that a saved page came from")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.add_argument(
        "--save", metavar="CASE_DIR", help="keep the page and its row as a case of a replay test"
    )
    parser.add_argument(
        "-s", dest="settings", action="append", default=[], metavar="NAME=VALUE", help="a setting"
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Read the page and say what it gave. What a page lacks is an answer, not an error."""
    site, way = load_site(args.site) if args.site else None, ""
    if _is_address(args.page):
        if not urlsplit(args.page).hostname:
            raise InputFileError(f"{args.page} names no host: expected an address or a saved page")
        from scraper.cli.fetch import fetch_page

        asked = site or _site_of(args.page)
        mode = first_mode(asked.render.mode)
        page = fetch_page(args.page, asked, mode, settings=args.settings)
        way = f"by {_WAYS[page.fetch_mode]}: {why(page.fetch_mode, asked.render.mode)}"
    else:
        page = page_of_file(Path(args.page), args.url or "")
        if not args.url and (said := address_of(page)):
            page = replace(page, url=said, final_url=said)
    checked = check(page, site)
    if args.save:
        from scraper.cli.case import save_case

        save_case(Path(args.save), page, checked.kind, checked.row, args.site)
    if args.json:
        sys.stdout.buffer.write(as_json(checked))
        sys.stdout.flush()
    else:
        show(checked, Console())
        if way:
            Console(highlight=False).print(way, markup=False)
    return ExitCode.COMPLETE


def check(page: Page, site: Site | None = None) -> Checked:
    """What a page comes to, with what a site file adds to its reading."""
    extraction = extract(page, site.hints if site else Hints())
    blocked = refusal(page)
    if blocked is not None:
        return Checked("refusal", {}, {}, [], Extraction(best={}), blocked.reason)
    kind = page_kind(page, extraction)
    if kind == "search":
        return Checked(kind, {}, {}, [], extraction)
    row = _row(extraction, site)
    cleaned = row.pop("sources", {})
    sources = {str(k): str(v) for k, v in cleaned.items()} if isinstance(cleaned, dict) else {}
    required = site.house.required if site else ()
    return Checked(kind, row, sources, missing(row, required), extraction)


def page_of_file(path: Path, url: str) -> Page:
    """A saved page. InputFileError where there is none that can be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise InputFileError(f"{path}: larger than {LARGEST} bytes, which no house page is")
        body = path.read_bytes()
    except FileNotFoundError:
        raise InputFileError(f"{path}: no such file, expected a saved page or a URL") from None
    except OSError as error:
        raise InputFileError(f"{path}: cannot be read ({error.strerror})") from None
    return Page(url, url, 200, {}, body, "http", datetime.now(tz=UTC))


def as_json(checked: Checked) -> bytes:
    """The answer for programs: kind, row, sources, confidence, what others say, missing.

    As in a dataset, nothing of it names or reaches a person.
    """
    country = _country(checked.row)
    answer = {
        "kind": checked.kind,
        "row": clean_personal(checked.row),
        "sources": checked.sources,
        "missing": checked.missing,
        "confidence": confidences(checked.extraction, checked.sources),
        "others": {
            column: [
                [_public(fact.raw, country), fact.source, round(fact.confidence, 2)]
                for fact in facts
            ]
            for column, facts in checked.extraction.others.items()
            if column in checked.sources
        },
    }
    return orjson.dumps(answer, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def show(checked: Checked, console: Console) -> None:
    """The answer for people."""
    if checked.kind == "refusal":
        console.print(f"[bold red]refusal[/]: {checked.reason}", highlight=False)
        return
    console.print(f"[bold]{checked.kind}[/]", highlight=False)
    if checked.row:
        console.print(_table(checked))
    if checked.missing:
        console.print(f"[yellow]missing[/]: {' or '.join(checked.missing)}", highlight=False)


def _table(checked: Checked) -> Table:
    """Column, value, how sure it is, where it was found, and what other places say."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    sure = confidences(checked.extraction, checked.sources)
    titles = ("column", False), ("value", True), ("sure", False), ("from", True), ("others", True)
    for title, fold in titles:
        table.add_column(title, no_wrap=not fold, overflow="fold" if fold else "ellipsis")
    country = _country(checked.row)
    for column, value in clean_personal(checked.row).items():
        if value is None or column.endswith("_raw"):
            continue
        facts = checked.extraction.others.get(column, ())
        told = ((_short(_public(fact.raw, country)), fact.source[:24]) for fact in facts[:2])
        others = "; ".join(f"{said} ({source})" for said, source in told)
        source, rate = checked.sources.get(column, "")[-_SHOWN:], sure.get(column)
        table.add_row(column, _short(value), f"{rate:.2f}" if rate else "", source, others)
    return table


def _country(row: Row) -> str | None:
    country = row.get("country")
    return country if isinstance(country, str) else None


def _public(raw: Raw, country: str | None) -> Raw:
    """What a page says, without what names or reaches a person."""
    return redact(raw, country) if isinstance(raw, str) else raw


def _short(value: object) -> str:
    if isinstance(value, list | dict):
        return f"{len(value)} entries"
    text = " ".join(str(value).split()).replace("[", "\\[")
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _row(extraction: Extraction, site: Site | None) -> Row:
    currency = site.house.currency if site else None
    country = site.house.country if site else None
    day_first = site.day_first if site else False
    row = clean_row(extraction.best, currency=currency, country=country, day_first=day_first)
    if extraction.price_history:
        row["price_history"] = clean_history(
            extraction.price_history, currency=currency, country=country, day_first=day_first
        )
    row["photo_count"] = len(extraction.photo_urls)
    if extraction.photo_urls:
        row["photo_urls"] = list(extraction.photo_urls)
    if extraction.labels:
        row["facts"] = dict(extraction.labels)
    return row


def _is_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def _site_of(url: str) -> Site:
    """A site that is nothing but the page that was named."""
    host = urlsplit(url).hostname or "page"
    return Site(name=host, search=Search(urls=(), id="(.+)"), house=HousePage(url=url))
