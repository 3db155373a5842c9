"""Findings on their way to people: one line each on stderr, a list in run.json."""

from __future__ import annotations

from collections.abc import Sequence

from scrapy.crawler import Crawler

from scraper.cli.logs import say
from scraper.errors import AlarmError
from scraper.ledger.handing import open_ledger
from scraper.ledger.parts import seal
from scraper.ledger.takeback import take_back
from scraper.place.place import Place
from scraper.quality.finding import Finding
from scraper.quality.middleware import QualityExtension


class DoubtfulError(AlarmError):
    """What was crawled is not to be trusted: it is not published."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings
        columns = ", ".join(dict.fromkeys(one.column for one in findings))
        super().__init__(
            f"{columns}: not as in the published version; nothing was published. Look at the "
            "pages named above; the houses in doubt are visited again by the next run"
        )


def findings_of(crawler: Crawler) -> Sequence[Finding]:
    """What the watch of a crawl found."""
    quality = crawler.get_extension(QualityExtension)
    return quality.watch.findings if quality else ()


def told(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """Say each finding on stderr; all of them for run.json."""
    for one in findings:
        say(f"housecrawl {one.check}: {one.line}", bad=True)
    return [one.as_json() for one in findings]


def judged(place: Place, run_id: str, *, whole: bool = False) -> Sequence[Finding]:
    """Nothing, where what is pending may be published.

    Raises `DoubtfulError` where not: then the rows in doubt are taken back, so that the next run
    visits their houses again; `whole`: all that is pending, for what spoils some rows may have
    spoiled others that show it less.
    """
    # Costs a second, as publishing does.
    from scraper.dataset.quality import check_before_publish, pending_names

    judgement = check_before_publish(place)
    if not judgement.findings:
        return ()
    reason = f"not to be trusted: {judgement.findings[0].column}: {judgement.findings[0].found}"
    with open_ledger(place, run_id, None) as ledger:
        take_back(ledger, pending_names(place) if whole else judgement.doubted, reason)
        seal(ledger, place, force=True)
    raise DoubtfulError(judgement.findings)
