"""`housecrawl status PLACE`: what is done, waiting, refused, failed, and why."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scraper.browser.memory import all_told
from scraper.cli.addresses import address_table, addresses_of, wait_for
from scraper.cli.spent import cost_line, spent_by
from scraper.egress.memory import Told
from scraper.errors import ExitCode
from scraper.ledger.overview import Overview, overview
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.sites.lists import list_lines

HELP = "what is done, waiting, refused, failed, and why"

_STATES: Final = ("ok", "waiting", "gone", "denied", "refused", "unread", "failed")
_COLOURS: Final = {"ok": "green", "waiting": "cyan"}
_MANY: Final = 0.2
"""Share of the pages without an answer, or that could not be read, from which that comes first."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="a folder or s3://bucket/prefix")
    parser.add_argument("--json", action="store_true", help="print it for a program")


def run(args: argparse.Namespace) -> ExitCode:
    """Print it; works while a crawl is at work."""
    place = open_place(args.place, create=False)
    seen = overview(place)
    last, search = _last_run(place), _last_search(place)
    addresses = addresses_of(place, last)
    advice = _advice(seen, place.url, addresses)
    if args.json:
        print(
            orjson.dumps(
                {**_said(seen, place, last, search, advice), "addresses": addresses},
                option=orjson.OPT_INDENT_2,
            ).decode()
        )
    else:
        _show(seen, place, last, search, advice, addresses=address_table(addresses))
    return ExitCode.COMPLETE


def _said(
    seen: Overview,
    place: Place,
    last: Mapping[str, object] | None,
    search: Mapping[str, Any],
    advice: str,
) -> dict[str, object]:
    sites = {
        site: {
            **{state: getattr(counts, state) for state in _STATES},
            "leased": counts.leased,
            "total": counts.total,
        }
        for site, counts in seen.sites.items()
    }
    return {"place": place.url, **asdict(seen), "sites": sites, "search": search,
            "ways": all_told(place), "last_run": last, "next": advice}  # fmt: skip


def _show(
    seen: Overview,
    place: Place,
    last: Mapping[str, object] | None,
    search: Mapping[str, Any],
    advice: str,
    *,
    addresses: Table | None,
) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        # A file or a pipe has no edge to wrap at.
        console.width = 1000
    console.print(Text(place.url, style="bold"))
    if seen.sites:
        console.print(_houses(seen))
    for line in (*_search_lines(search), *_way_lines(place), *_lines(seen, last)):
        console.print(line, soft_wrap=True)
    if addresses is not None:
        console.print(addresses)
    if seen.reasons:
        console.print(_reasons(seen))
    console.print(Text.assemble(("next    ", "bold"), advice), soft_wrap=True)


def _houses(seen: Overview) -> Table:
    table = _table("site", "houses", *(used := _used(seen)))
    for site, counts in seen.sites.items():
        numbers = [Text(f"{getattr(counts, s):,}", _COLOURS.get(s, "yellow")) for s in used]
        table.add_row(Text(_plain(site)), f"{counts.total:,}", *numbers)
    return table


def _used(seen: Overview) -> list[str]:
    return [
        state
        for state in _STATES
        if state in ("ok", "waiting") or any(getattr(c, state) for c in seen.sites.values())
    ]


def _reasons(seen: Overview) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("n", justify="right", no_wrap=True)
    for title in ("outcome", "reason", "for example"):
        table.add_column(title, overflow="fold")
    for one in seen.reasons:
        words = (one.outcome, one.reason or "no reason given", one.example)
        table.add_row(f"{one.n:,}", *(Text(_plain(word)) for word in words))
    return table


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(first, no_wrap=True)
    for title in numbers:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def _lines(seen: Overview, last: Mapping[str, object] | None) -> Iterator[Text]:
    if seen.photos:
        others = [
            f"{n:,} {outcome}" for outcome, n in sorted(seen.photos.items()) if outcome != "ok"
        ]
        yield _line("photos", ", ".join([f"{seen.photos.get('ok', 0):,} stored", *others]))
    unmet = (
        f", {seen.unmet_parts:,} of them by other machines and not counted"
        if seen.unmet_parts
        else ""
    )
    yield _line("parts", f"{seen.parts:,} sealed{unmet}, {seen.unsealed:,} visits not sealed yet")
    if last:
        words = (f"{last.get(name)}" for name in ("run_id", "stage", "ended") if last.get(name))
        yield _line(
            "last", f"{' '.join(words)}: exit {last.get('exit_code', '?')}, {last.get('why', '')}"
        )
        yield from (_line("cost", line) for line in (cost_line(last),) if line)
    if seen.holder is not None:
        held = seen.holder
        yield _line(
            "now",
            f"process {held.get('pid', '?')} is at work since {held.get('since', '?')}"
            f"{spent_by(held)}",
        )


def _search_lines(search: Mapping[str, Any]) -> Iterator[Text]:
    """The lists of the latest stage 1: their houses against the totals that the site shows."""
    if search.get("with_total"):
        found, total = search["found"], search["total"]
        yield _line("lists", f"{found:,} houses of {total:,} that the site names")
    for line in list_lines(search):
        yield _line("", line)


def _way_lines(place: Place) -> Iterator[Text]:
    """By which way the houses of each site are read; `--json` says why."""
    for told in all_told(place):
        yield _line("way", f"{told['site']}: {told['way']}")


def _line(title: str, text: str) -> Text:
    return Text.assemble((f"{title:<8}", "dim"), _plain(text))


def _plain(text: str) -> str:
    """Text of a page without what would move the cursor of a terminal.

    >>> _plain("HTTP 403\\x1b[2J")
    'HTTP 403?[2J'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _advice(seen: Overview, place: str, addresses: Mapping[str, Told]) -> str:
    """What to do next, one line."""
    if seen.holder is not None:
        return "a crawl is at work: look again later"
    if not sum(counts.total for counts in seen.sites.values()):
        return f"list the houses: scrapy crawl ids -a site=SITE -s DATASET={place}"
    for site, counts in seen.sites.items():
        again = f"scrapy crawl houses -a site={_plain(site)} -s DATASET={place}"
        wait = wait_for(addresses.get(site), time.time())
        if wait and (counts.waiting or counts.refused):
            return f"{wait}: {again}"
        if counts.waiting:
            return f"visit the {counts.waiting:,} that wait: {again}"
        if counts.refused:
            return f"{counts.refused:,} were refused; wait, then try them again: {again}"
        if counts.failed > _MANY * (counts.failed + counts.ok):
            return f"{counts.failed:,} gave no answer; is the site up? try them again: {again}"
        if counts.unread > _MANY * (counts.unread + counts.ok):
            return f"see why {counts.unread:,} pages could not be read: housecrawl check URL"
    return f"use it: housecrawl export {place} houses.feather"


def _last_search(place: Place) -> Mapping[str, Any]:
    names = [name for name in place.names("runs/") if name.endswith("-ids.json")]
    found = _last_run(place, max(names)) if names else None
    search = (found or {}).get("search")
    return search if isinstance(search, dict) else {}


def _last_run(place: Place, name: str = "run.json") -> dict[str, object] | None:
    try:
        found = orjson.loads(place.read(name))
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None
