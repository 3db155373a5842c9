"""Findings on their way to people: one line each on stderr, a list in run.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scrapy.crawler import Crawler

from scraper.cli.logs import say
from scraper.errors import AlarmError
from scraper.ledger.handing import open_ledger
from scraper.ledger.known import NOT_TRUSTED
from scraper.ledger.location import alarms_folder
from scraper.ledger.parts import seal
from scraper.ledger.takeback import take_back
from scraper.place.place import Place
from scraper.quality.finding import Finding
from scraper.quality.middleware import QualityExtension
from scraper.quality.options import Options

if TYPE_CHECKING:
    from scraper.dataset.quality import Judgement


class DoubtfulError(AlarmError):
    """What was crawled is not to be trusted: it is not published."""

    def __init__(self, place: str, judgement: Judgement) -> None:
        self.judgement = judgement
        columns = ", ".join(dict.fromkeys(one.column for one in judgement.findings))
        super().__init__(
            f"{columns}: not as in the published version; nothing was published. Look at the "
            f"pages named above; the {len(judgement.doubted):,} houses in doubt are visited again "
            f"by the next run. If all is well: housecrawl publish {place} --accept REASON"
        )


def findings_of(crawler: Crawler) -> Sequence[Finding]:
    """What the watch of a crawl found."""
    quality = crawler.get_extension(QualityExtension)
    return quality.watch.findings if quality else ()


def with_pages(
    judgement: Judgement, crawler: Crawler, place: Place, run_id: str
) -> Sequence[Finding]:
    """The findings, the first with the saved pages of the crawl that show it."""
    quality = crawler.get_extension(QualityExtension)
    first, *others = judgement.findings
    if quality is None or not quality.options.alarm_days:
        return judgement.findings
    pages = quality.pages_of(alarms_folder(place) / run_id, judgement.urls)
    return [replace(first, pages=pages), *others]


def told(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """Say each finding on stderr; all of them for run.json."""
    for one in findings:
        say(f"housecrawl {one.check}: {one.line}", bad=True)
    return [one.as_json() for one in findings]


def judged(
    place: Place, run_id: str, options: Options, readers: Mapping[str, str] | None = None
) -> Judgement:
    """What the gate says, where what is pending may be published, or is to be all the same.

    `readers`: what read the pages of a site, as far as it is known.

    Raises `DoubtfulError` where not: then the rows in doubt are taken back, so that the next run
    visits their houses again, and what was refused is remembered.
    """
    # Costs a second, as publishing does.
    from scraper.dataset.quality import check_before_publish
    from scraper.dataset.refusal import Refusal, write_refusal

    judgement = check_before_publish(place, options.limits, readers)
    if not judgement.findings or options.accept:
        return judgement
    first, doubted = judgement.findings[0], judgement.doubted
    reason = f"{NOT_TRUSTED}{first.column}: {first.found}"
    findings = [one.as_json() for one in judgement.findings]
    write_refusal(place, Refusal(run_id, reason, findings, len(doubted)))
    with open_ledger(place, run_id, None) as ledger:
        take_back(ledger, doubted, reason, outlived=True)
        seal(ledger, place, force=True)
    raise DoubtfulError(place.url, judgement)


def published(
    place: Place,
    judgement: Judgement,
    accept: str,
    findings: Sequence[Finding] = (),
    readers: Mapping[str, str] | None = None,
) -> int | None:
    """Publish what was judged; the number of the version, None where nothing is new.

    `findings`: what a watch found besides, while the crawl ran. Why they are accepted stands in
    the version.
    """
    from scraper.dataset.publish import publish
    from scraper.dataset.quality import remember
    from scraper.dataset.refusal import drop_refusal

    found = [one.as_json() for one in (*findings, *judgement.findings)]
    version = publish(place, {"reason": accept, "findings": found} if found else None)
    if version is None:
        return None
    remember(place, version.number, judgement, readers)
    drop_refusal(place)
    return version.number


def gate_facts(judgement: Judgement, accept: str) -> dict[str, object]:
    """What the gate did, for `run.json`; what it could not look at also on stderr."""
    for line in judgement.left_out:
        say(f"housecrawl gate: {line}")
    odd = len(judgement.suspects)
    return {"accepted": accept or None, "suspects": odd, "left_out": list(judgement.left_out)}
