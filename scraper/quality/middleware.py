"""The watch inside a running crawl."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scraper.errors import AlarmError, HousecrawlError, PolicyError
from scraper.house import House, Visit
from scraper.place.open import open_place
from scraper.quality.kept import KeptPages, Redact
from scraper.quality.options import Options
from scraper.quality.past import read_past
from scraper.quality.profile import Profile
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
        self._odd = KeptPages()
        self.redact: Redact | None = None
        """What takes personal data out of a page before it is saved; set by the pipeline."""
        self._past: Profile | None = None
        self.options = Options.from_settings(crawler.settings)
        site = getattr(crawler.spider, "site", None)
        if site is not None:
            past = read_past(open_place(crawler.settings.get("DATASET", "")), site.name)
            self._past = past.read_by(getattr(crawler.spider, "reader", "")) if past else None
            fill = self._past.fill if self._past else None
            self.watch = Watch(fill, priced=_is_priced(site))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> QualityExtension:
        """The extension of a crawl."""
        return cls(crawler)

    def look(self, item: House | Visit) -> HousecrawlError | None:
        """Look at an outcome; the error that the crawl has to end with, the first time only."""
        if item.page is not None and self.options.alarm_days and not self.watch.findings:
            self._hold(item, item.page.text)
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

    def _hold(self, item: House | Visit, text: str) -> None:
        """Hold a page among the latest, and one with an odd price for longer."""
        self.pages.add(item.lease.url, text)
        if self._past is not None and isinstance(item, House) and self._past.strays_from(item.row):
            self._odd.add(item.lease.url, text)

    def pages_of(self, folder: Path, urls: Sequence[str]) -> tuple[str, ...]:
        """Leave three pages of these addresses in a folder; none where that fails."""
        kept = self._odd if self._odd.has(urls) else self.pages
        if self.redact is None:
            return ()
        try:
            return kept.save(folder, urls, self.redact)
        except OSError as error:
            logger.error("the pages of the alarm could not be saved: %s", error)
            return ()

    def save_pages(self, folder: Path) -> None:
        """Leave three pages of the alarm in a folder; the alarm stands where that fails."""
        first, *others = self.watch.findings
        paths = self.pages_of(folder, first.examples)
        self.watch.findings = [replace(first, pages=paths), *others]

    @property
    def is_accepted(self) -> bool:
        """Whether what was found is to be published all the same: refusals cannot be."""
        findings = self.watch.findings
        return bool(self.options.accept and findings and findings[0].check != "refusals")

    @property
    def error(self) -> HousecrawlError | None:
        """What is wrong, as the error that ends a command; None while nothing is."""
        findings = self.watch.findings
        if not findings or self.is_accepted:
            return None
        if findings[0].check == "refusals":
            return PolicyError(f"{findings[0].line}: the site refuses; wait, then run it again")
        return AlarmError(
            f"{', '.join(one.column for one in findings)} is not what this site gave before: "
            "look at the pages named above, then run it again; if all is well, with "
            "-s QUALITY_ACCEPT=REASON"
        )

    def is_doubted(self, item: House | Visit) -> bool:
        """Whether the row of a house is not to be trusted."""
        doubted = isinstance(item, House) and item.lease.house_id in self.watch.doubted
        return doubted and not self.is_accepted


def _is_priced(site: Any) -> bool:
    """Whether a site's houses have prices: its file may require something else of them."""
    required = site.house.required
    return not required or any(name in PRICES for name in required)
