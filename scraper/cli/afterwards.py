"""What happens when a crawl has ended: the facts are counted, a version is published.

Each step may fail without the others being lost; the exit code is the worst that was met.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from scrapy.crawler import Crawler

from scraper import names
from scraper.archive.middleware import ArchiveExtension
from scraper.cli.doubts import (
    DoubtfulError,
    findings_of,
    gate_facts,
    judged,
    published,
    told,
    with_pages,
)
from scraper.cli.ending import Ending, again_ending, houses_ending, ids_ending, refresh_ending
from scraper.cli.logs import say
from scraper.cli.metrics import MetricsExtension, end_before_start
from scraper.egress.middleware import EgressMiddleware
from scraper.errors import ExitCode, HousecrawlError, UsageError
from scraper.ledger.due import Planned, close_plan, without
from scraper.ledger.due import facts as plan_facts
from scraper.ledger.middleware import LedgerExtension
from scraper.ledger.options import Options
from scraper.ledger.part import Part
from scraper.ledger.snapshot import list_length
from scraper.ledger.store import Ledger
from scraper.place.place import Place
from scraper.quality.options import Options as QualityOptions
from scraper.sites.lists import Lists, list_lines
from scraper.watch.cost import dollars
from scraper.watch.fold import fold_place, last_listing
from scraper.watch.options import Options as WatchOptions
from spiders.site import SiteSpider

logger = logging.getLogger(__name__)

RUN_FILE: Final = "run.json"
BROWSER_ENDS: Final = {
    "browser_refused": ExitCode.USAGE,
    "browser_broken": ExitCode.INCOMPLETE,
}
"""Reasons of the browser's to end a crawl, and the exit code of each."""
REPEATING: Final = ("nothing_new", "circle")
"""Ends of a list that leads on to what is known."""
REASONS: Final = 10
"""Reasons of houses without a row that run.json holds, the most frequent."""
BUG: Final = Ending(ExitCode.BUG, "the crawl broke off: its log says where; please report it")


@dataclass(frozen=True, slots=True)
class Run:
    """One `scrapy crawl`: what was made ready before it started."""

    stage: str
    """`ids` or `houses`."""
    site: str
    """The site's name."""
    part: Part | None
    options: Options
    place: Place
    ledger: Ledger
    again: bool = False
    """Whether kept pages are read again, and none is asked for."""
    planned: Planned | None = None
    """What a refresh visits, where only that is visited."""


def finish(run: Run, crawler: Crawler, started: datetime, *, failed: bool = False) -> Ending:
    """Count what the ledger holds, publish where the whole list is done, write run.json.

    `failed`: the crawl could not even start. Says how it ended on stderr. Raises nothing that a
    place or a disk may cause.
    """
    stats = dict(crawler.stats.get_stats()) if not failed and crawler.stats else {}
    facts: dict[str, Any] = {"site": run.site, "part": run.part and "/".join(map(str, run.part))}
    facts |= _lists(crawler) | _egress(crawler)
    try:
        with run.ledger as ledger:
            facts |= _counted(ledger, run)
            facts |= _refreshed(ledger, run)
        ending = BUG if failed else _ending(run, facts, stats, _book(crawler))
        if run.stage == "houses" and ending.code == ExitCode.COMPLETE and run.part is None:
            facts |= _published(run, crawler)
        else:
            facts["findings"] = told(findings_of(crawler))
    except DoubtfulError as error:
        facts["findings"] = told(
            with_pages(error.judgement, crawler, run.place, run.options.run_id)
        )
        ending = Ending(error.exit_code, str(error))
    except HousecrawlError as error:
        ending = _of(error)
    archive = None if failed else crawler.get_extension(ArchiveExtension)
    facts["archive"] = archive.as_json() if archive else None
    facts["cost"] = _cost(crawler, started)
    if run.part is None and run.stage == "houses":
        facts["fleet"] = _folded(run)
    ending = _written(run, ending, {**_said(ending, stats, started), **facts})
    _tell(run, ending, facts["part"])
    _measure(run, crawler, ending, facts, failed=failed)
    return ending


def _measure(
    run: Run, crawler: Crawler, ending: Ending, facts: Mapping[str, Any], *, failed: bool
) -> None:
    """The last metrics."""
    if failed:
        labels = {"site": run.site, "stage": run.stage, "part": facts["part"] or "all"}
        end_before_start(crawler.settings, labels, ending.code)
    elif metrics := crawler.get_extension(MetricsExtension):
        metrics.end(ending.code, facts.get("states", {}))


def _tell(run: Run, ending: Ending, part: str | None) -> None:
    """The last line on the screen."""
    complete = ending.code == ExitCode.COMPLETE
    mark = "done" if complete else f"exit {int(ending.code)}"
    line = f"housecrawl {run.stage}: {mark}: {ending.why}"
    say(line, bad=not complete, exit_code=int(ending.code), site=run.site, part=part)


def _lists(crawler: Crawler) -> dict[str, Any]:
    """What stage 1 has to say of the lists that it read, also to the person who runs it."""
    lists: Lists | None = getattr(crawler.spider, "lists", None)
    if lists is None:
        return {}
    facts = lists.facts()
    for line in list_lines(facts):
        say(f"housecrawl list: {line}")
    return {"search": facts}


def _egress(crawler: Crawler) -> dict[str, Any]:
    """How the addresses fared."""
    egress = crawler.get_downloader_middleware(EgressMiddleware) if crawler.engine else None
    return {"egress": egress.told()} if egress else {}


def _cost(crawler: Crawler, started: datetime) -> dict[str, float] | None:
    """What the run has cost, where the price of its machine is known."""
    hourly = WatchOptions.from_settings(crawler.settings).per_hour
    if hourly is None:
        return None
    spent = dollars((datetime.now(UTC) - started).total_seconds(), hourly)
    return {"per_hour": hourly, "dollars": round(spent, 6)}


def _folded(run: Run) -> dict[str, Any] | None:
    """The runs of parts since the list was read, as one; None where there were none."""
    try:
        return fold_place(run.place, run.site, last_listing(run.place, run.site)) or None
    except HousecrawlError as error:
        logger.warning("the runs of the parts could not be added up: %s", error)
        return None


def _book(crawler: Crawler) -> LedgerExtension:
    book = crawler.get_extension(LedgerExtension)
    assert book is not None
    return book


def _counted(ledger: Ledger, run: Run) -> dict[str, Any]:
    return {
        "states": dict(ledger.counts(run.site, run.part).states),
        "photos": ledger.photos(run.site),
        "faults": ledger.faults,
        "reasons": [asdict(one) for one in ledger.reasons(run.site, REASONS)],
    }


def _refreshed(ledger: Ledger, run: Run) -> dict[str, Any]:
    """What became of a refresh; its plan ends with its last house."""
    if run.planned is None:
        return {}
    ended = {"without": dict(without(ledger, run.site))}
    return {"refresh": plan_facts(run.planned, close_plan(ledger, run.site)) | ended}


def _published(run: Run, crawler: Crawler) -> dict[str, Any]:
    """Judge and publish; what is to be said of it, `version` None where nothing is new."""
    options, seen = QualityOptions.from_settings(crawler.settings), findings_of(crawler)
    readers = {run.site: _book(crawler).reader}
    judgement = judged(run.place, run.options.run_id, options, readers)
    facts = {
        "findings": told([*seen, *judgement.findings]),
        "gate": gate_facts(judgement, options.accept),
    }
    _keep_terms(run, crawler)
    version = published(run.place, judgement, options.accept, seen, readers)
    return facts | {"version": version}


def _keep_terms(run: Run, crawler: Crawler) -> None:
    """Under which terms the site's data is used, as its file says: for the report."""
    # Costs a second, as publishing does.
    from scraper.dataset.terms import write_terms

    if isinstance(crawler.spider, SiteSpider):
        said = asdict(crawler.spider.site.terms)
        write_terms(run.place, run.site, {key: value for key, value in said.items() if value})


def _ending(
    run: Run, facts: Mapping[str, Any], stats: Mapping[str, Any], book: LedgerExtension
) -> Ending:
    states = facts["states"]
    finished = stats.get("finish_reason") == "finished"
    if book.failure is not None:
        return _of(book.failure)
    reason = stats.get("finish_reason")
    if reason == "start_error":
        return BUG
    if reason in BROWSER_ENDS:
        return Ending(BROWSER_ENDS[reason], str(stats.get(names.STAT_BROWSER_REFUSED, reason)))
    if run.stage == "ids":
        listed = int(stats.get(names.STAT_IDS_LISTED, 0))
        left = sum(int(stats.get(names.STAT_LISTS.format(end=end), 0)) for end in REPEATING)
        known, short = sum(states.values()), facts.get("search", {}).get("short", 0)
        stopped = book.stopped_entries
        return ids_ending(known, listed, stopped, finished, short=short, repeating=left)
    if run.again:
        pages = {name.removeprefix("again/"): n for name, n in stats.items() if "again/" in name}
        return again_ending(states, pages, finished)
    # The most frequent comes first, and stays.
    reasons = {
        one["outcome"]: f"{one['reason'][:250]}, like {one['example']}"
        for one in reversed(facts["reasons"])
    }
    if run.part and not sum(states.values()) and (others := list_length(run.place)):
        said = f"none of the list's {others:,} houses is in part {run.part[0]}/{run.part[1]}"
        return Ending(ExitCode.COMPLETE, said)
    if "refresh" in facts:
        return refresh_ending(facts["refresh"], finished, reasons)
    return houses_ending(states, finished, reasons)


def _said(ending: Ending, stats: Mapping[str, Any], started: datetime) -> dict[str, Any]:
    ended = datetime.now(UTC)
    return {
        "started": started.isoformat(),
        "ended": ended.isoformat(),
        "seconds": round((ended - started).total_seconds(), 3),
        "cpu_seconds": round(sum(os.times()[:4]), 3),
        "exit_code": int(ending.code),
        "why": ending.why,
        "stats": {name: value for name, value in stats.items() if isinstance(value, int | float)},
    }


def _of(error: HousecrawlError) -> Ending:
    """What an error means once work is under way: a place that was usable is no wrong use."""
    code = ExitCode.INCOMPLETE if isinstance(error, UsageError) else error.exit_code
    return Ending(code, str(error))


def _written(run: Run, ending: Ending, said: Mapping[str, Any]) -> Ending:
    """Leave the facts in the place; the ending, which is none of success where that failed."""
    whole = {"run_id": run.options.run_id, "stage": run.stage, **said}
    data = orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    try:
        run.place.write(f"runs/{run.options.run_id}-{run.stage}.json", data)
        run.place.write(RUN_FILE, data)
    except HousecrawlError as error:
        if ending.code == ExitCode.COMPLETE:
            return _of(error)
        logger.error("%s: %s could not be written", error, RUN_FILE)
    return ending
