"""Houses that are given back: their pages were refused, or their rows are not to be trusted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scraper import names
from scraper.house import Visit
from scraper.ledger.takeback import take_back
from scraper.page import Page
from scraper.refusal.rules import Refusal
from scraper.refusal.silence import Silence
from spiders.answer import without
from spiders.site import SiteSpider

if TYPE_CHECKING:
    from scraper.browser.ways import Ways


class GivingSpider(SiteSpider):
    """A spider of houses that takes no refusal for a house."""

    ways: Ways
    """By which way houses are read."""
    silence: Silence
    """What is known of pages that may be a refusal without a word."""

    def refused(self, page: Page, meta: dict[str, Any], refusal: Refusal) -> Visit | None:
        """A visit, where the page is refused whoever asks; else the house is given back.

        It costs the house no attempt that its address was refused. Where that ends the crawl, the
        reason is kept with the house.
        """
        lease, told = meta[names.LEASE], f"{refusal.reason} (score {refusal.score:.1f})"
        own = self.egress.refused(meta, lease.house_id, refusal.reason)
        if own or self.book.stopping:
            return replace(without(page, meta, "refused", told), final=own)
        self.book.release(lease)
        return None

    def hushed(self, page: Page, meta: dict[str, Any], *, nothing: bool) -> bool:
        """Whether a page may be what its address is shown in place of a house.

        The house is given back then. `nothing`: the page says nothing of a house.
        """
        lease = meta[names.LEASE]
        # A rendered page is never twice the same.
        same = page.sha256 if page.fetch_mode == "http" else ""
        why = self.silence.why(lease.house_id, same, nothing=nothing)
        if not why:
            return False
        own = self.egress.silent(meta, lease.house_id, why)
        self.silence.judged(lease.house_id, same, own=own)
        if not own:
            self.book.release(lease)
            if self.book.stopping:
                self.take_doubted_back()
        return not own

    def take_doubted_back(self) -> None:
        """Rows whose data turned out not to be what their pages say count as unread."""
        doubted, self.ways.doubted = self.ways.doubted, []
        self._count_unread(
            (trip.house_id for trip in doubted), "its data no longer say what its page says"
        )
        alike, self.silence.alike = self.silence.alike, set()
        self._count_unread(sorted(alike), "the very page came for another house too")

    def _count_unread(self, house_ids: Iterable[str], why: str) -> None:
        run, site = self.book.options.run_id, self.site.name
        rows = [(site, house_id, run) for house_id in house_ids]
        if rows and (count := take_back(self.book.ledger, rows, why)):
            self.logger.warning("%d rows are not kept: %s: visited anew next time", count, why)
