"""What happens when a crawl has ended: the facts are counted, a version is published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from scrapy.crawler import Crawler

from scraper.cli.ending import Ending, houses_ending, ids_ending
from scraper.errors import ExitCode, HousecrawlError
from scraper.ledger.middleware import LedgerExtension
from scraper.ledger.part import parse_part
from scraper.place.place import Place
from scraper.sites.load import load_site

RUN_FILE = "run.json"


def finish(crawler: Crawler, stage: str, arguments: Mapping[str, str], started: datetime) -> Ending:
    """Count what the ledger holds, publish where the whole list is done, write run.json."""
    book = crawler.get_extension(LedgerExtension)
    assert book is not None
    site, part = load_site(arguments["site"]).name, parse_part(arguments.get("part", ""))
    with book.ledger as ledger:
        states = ledger.counts(site, part).states
    stats = dict(crawler.stats.get_stats()) if crawler.stats else {}
    facts: dict[str, Any] = {"site": site, "part": arguments.get("part"), "states": dict(states)}
    ending = _ending(stage, states, stats, book)
    if stage == "houses" and ending.code == ExitCode.COMPLETE and part is None:
        ending, facts["version"] = _published(book.place, ending)
    _write(book, stage, {**_said(ending, stats, started), **facts})
    return ending


def _published(place: Place, ending: Ending) -> tuple[Ending, int | None]:
    """Publish; the number of the version, None where nothing is new or it could not be."""
    from scraper.dataset.publish import publish  # pandas costs a second: only where it is needed

    try:
        version = publish(place)
    except HousecrawlError as error:
        return Ending(error.exit_code, str(error)), None
    return ending, version.number if version else None


def _ending(
    stage: str, states: Mapping[str, int], stats: Mapping[str, Any], book: LedgerExtension
) -> Ending:
    finished = stats.get("finish_reason") == "finished"
    if book.failure is not None:
        return Ending(book.failure.exit_code, str(book.failure))
    if stage == "ids":
        listed = int(stats.get("ids/listed", 0))
        return ids_ending(sum(states.values()), listed, book.stopped_entries, finished)
    return houses_ending(states, finished)


def _said(ending: Ending, stats: Mapping[str, Any], started: datetime) -> dict[str, Any]:
    ended = datetime.now(UTC)
    return {
        "started": started.isoformat(),
        "ended": ended.isoformat(),
        "seconds": round((ended - started).total_seconds(), 3),
        "exit_code": int(ending.code),
        "why": ending.why,
        "stats": {name: value for name, value in stats.items() if isinstance(value, int | float)},
    }


def _write(book: LedgerExtension, stage: str, said: Mapping[str, Any]) -> None:
    run_id = book.options.run_id
    whole = {"run_id": run_id, "stage": stage, **said}
    data = orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    book.place.write(f"runs/{run_id}-{stage}.json", data)
    book.place.write(RUN_FILE, data)
