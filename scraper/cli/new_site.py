"""`housecrawl new-site`: drafts a site file from a search page and pages of houses."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from scraper.cli.check import page_of_file
from scraper.cli.saved import address_of
from scraper.errors import ExitCode, InputFileError, UsageError
from scraper.extract.kind import missing
from scraper.page import Page
from scraper.refusal.rules import refusal
from scraper.sites.draft import Sample, draft, find_ids, no_links, read_sample
from scraper.sites.draft_text import doubts_of, site_text
from scraper.sites.load import load_site

HELP = "draft a site file from a search page and pages of houses"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("search", metavar="SEARCH", help="a page that lists houses: URL or file")
    parser.add_argument("houses", metavar="HOUSE", nargs="+", help="pages of its houses, 1 to 5")
    parser.add_argument("--out", metavar="FILE", help="write here instead of to the screen")
    parser.add_argument("--name", default="", help="name of the site (default: from its host)")
    parser.add_argument(
        "--url",
        action="append",
        default=[],
        help="the address of a saved page, once for each, in their order",
    )
    parser.add_argument(
        "-s", dest="settings", action="append", default=[], metavar="NAME=VALUE", help="a setting"
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Draft the file; what is not sure is said on stderr too."""
    pages = [args.search, *args.houses]
    if len(pages) > MOST:
        raise UsageError(f"{len(args.houses)} houses were given: 1 to {MOST - 1} are enough")
    if args.out and Path(args.out).exists():
        raise UsageError(f"{args.out} is there already: name another file, or remove it")
    live = {_is_address(one) for one in pages}
    if len(live) > 1:
        raise UsageError("addresses and saved pages were given: give all pages in the same way")
    text, doubts = _live(args) if live.pop() else _saved(args)
    _check(text)
    if args.out:
        try:
            Path(args.out).write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{args.out} cannot be written: {error.strerror}") from None
        print(f"{args.out}: drafted; try it with `housecrawl check {args.houses[0]} "
              f"--site {args.out}`", file=sys.stderr)  # fmt: skip
    else:
        print(text, end="")
    for doubt in doubts:
        print(f"not sure: {doubt}", file=sys.stderr)
    return ExitCode.COMPLETE


MOST = 6
"""Pages that may be given."""


def _live(args: argparse.Namespace) -> tuple[str, list[str]]:
    from scraper.cli.sampling import sample_site

    search, samples, ids = sample_site(args.search, args.houses, args.settings)
    found = draft(search, samples, ids, args.name)
    return site_text(found, tried=True), doubts_of(found, tried=True)


def _saved(args: argparse.Namespace) -> tuple[str, list[str]]:
    files = [Path(args.search), *map(Path, args.houses)]
    if args.url and len(args.url) != len(files):
        raise UsageError(
            f"{len(files)} saved pages and {len(args.url)} --url: give one for each, in their order"
        )
    search, *houses = (
        _with_address(file, url)
        for file, url in zip(files, args.url or [""] * len(files), strict=True)
    )
    samples = _samples(houses)
    ids = find_ids(search, samples)
    if ids is None:
        raise no_links(search, samples[0].page.url)
    found = draft(search, samples, ids, args.name)
    return site_text(found, tried=False), doubts_of(found, tried=False)


def _samples(houses: Sequence[Page]) -> list[Sample]:
    samples = []
    for page in houses:
        if refused := refusal(page):
            raise InputFileError(f"{page.url} is no house page: {refused.reason}")
        samples.append(read_sample(page))
        if "address" in missing(samples[-1].row) and len(missing(samples[-1].row)) > 1:
            raise InputFileError(f"{page.url}: no house could be read from it: is it one's page?")
    return samples


def _with_address(file: Path, url: str) -> Page:
    page = page_of_file(file, url)
    found = url or address_of(page)
    if not urlsplit(found).hostname:
        raise UsageError(
            f"{file} does not say which address it was saved from: give it with --url, "
            "once for each saved page"
        )
    return Page(found, found, page.status, page.headers, page.body, "http", page.fetched_at)


def _check(text: str) -> None:
    """Whatever a page says, the draft is a site file."""
    with tempfile.TemporaryDirectory(prefix="housecrawl-") as folder:
        path = Path(folder) / "draft.toml"
        path.write_text(text, encoding="utf-8")
        load_site(str(path))


def _is_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))
