"""The watch inside a running crawl."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scraper.errors import AlarmError, HousecrawlError, PolicyError
from scraper.house import House, Visit
from scraper.place.open import open_place
from scraper.quality.kept import KeptPages, Redact
from scraper.quality.options import Options
from scraper.quality.past import read_past
from scraper.quality.seen import PRICES, see
from scraper.quality.watch import Watch

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class QualityExtension:
    """Shows each outcome of a crawl to the `Watch`, which knows what the site gave before."""

    def __init__(self, crawler: Crawler) -> None:
        self.watch = Watch()
        self.pages = KeptPages()
        self.days = Options.from_settings(crawler.settings).alarm_days
        site = getattr(crawler.spider, "site", None)
        if site is not None:
            past = read_past(open_place(crawler.settings.get("DATASET", "")), site.name)
            self.watch = Watch(past.fill if past else None, priced=_is_priced(site))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> QualityExtension:
        """The extension of a crawl."""
        return cls(crawler)

    def look(self, item: House | Visit) -> HousecrawlError | None:
        """Look at an outcome; the error that the crawl has to end with, the first time only."""
        if item.page is not None and self.days and not self.watch.findings:
            self.pages.add(item.lease.url, item.page.text)
        if before := bool(self.watch.findings):
            if isinstance(item, House):
                self.watch.read(see(item.row))
        elif isinstance(item, House):
            self.watch.read(see({**item.row, "body_sha256": item.page.sha256}))
        elif item.outcome == "refused":
            self.watch.refused(item.lease.url)
        elif item.outcome == "unread":
            self.watch.unread(item.lease.url)
        return None if before else self.error

    def save_pages(self, folder: Path, redact: Redact) -> None:
        """Leave three pages of the alarm in a folder; the alarm stands where that fails."""
        first, *others = self.watch.findings
        try:
            paths = self.pages.save(folder, first.examples, redact)
        except OSError as error:
            logger.error("the pages of the alarm could not be saved: %s", error)
            return
        self.watch.findings = [replace(first, pages=paths), *others]

    @property
    def error(self) -> HousecrawlError | None:
        """What is wrong, as the error that ends a command; None while nothing is."""
        findings = self.watch.findings
        if not findings:
            return None
        if findings[0].check == "refusals":
            return PolicyError(f"{findings[0].line}: the site refuses; wait, then run it again")
        return AlarmError(
            f"{', '.join(one.column for one in findings)} is not what this site gave before: "
            "look at the pages named above, then run it again"
        )

    def is_doubted(self, item: House | Visit) -> bool:
        """Whether the row of a house is not to be trusted."""
        return isinstance(item, House) and item.lease.house_id in self.watch.doubted


def _is_priced(site: Any) -> bool:
    """Whether a site's houses have prices: its file may require something else of them."""
    required = site.house.required
    return not required or any(name in PRICES for name in required)
