"""What both spiders have in common: a site, and the ledger of its dataset."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.settings import BaseSettings

from scraper import names
from scraper.egress.middleware import EgressMiddleware
from scraper.errors import HousecrawlError
from scraper.gate.installed import refuse_without_gate
from scraper.gate.options import TOKEN
from scraper.gate.options import Options as GateOptions
from scraper.guard import Kind
from scraper.ledger.middleware import LedgerExtension
from scraper.page import FetchMode, Page
from scraper.rights.options import Options as Rights
from scraper.rights.page import page_signals
from scraper.rights.reserved import What, reserved
from scraper.rights.signals import Signals, merged
from scraper.sites.load import load_site
from scraper.sites.model import Site


class SiteSpider(Spider):
    """A spider of one site: `-a site=NAME_OR_FILE`."""

    def __init__(self, site: str | Site, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.site = load_site(site) if isinstance(site, str) else site
        self.own_hosts = self.site.own_hosts
        """Hosts of the user's own that the gate lets through, as (host, port)."""
        self.public = self.site.is_public
        """Whether the site is anybody else's."""
        self.pace = self.site.pace
        """The site's budget, read by the gate."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Say who asks, in every request; SettingError where the gate would not be asked."""
        super().update_settings(settings)
        refuse_without_gate(settings)
        agent = GateOptions.from_settings(settings).user_agent
        settings.set("USER_AGENT", agent, priority="spider")

    @property
    def book(self) -> LedgerExtension:
        """The ledger of the dataset that this crawl fills."""
        book: LedgerExtension | None = self.crawler.get_extension(LedgerExtension)
        if book is None:
            raise RuntimeError("the ledger is not installed: nothing could be kept")
        return book

    def signals(self, page: Page, meta: Mapping[str, Any]) -> Signals:
        """What a page and its host say of its use."""
        return merged(meta.get(names.SIGNALS) or {}, page_signals(page, TOKEN))

    def reserved(self, signals: Signals, what: What) -> str | None:
        """Why a page may not be used, in a line; None where it may."""
        return reserved(signals, what, Rights.from_settings(self.settings))

    @property
    def egress(self) -> EgressMiddleware:
        """Which address requests leave from; it wants to know what came."""
        found: EgressMiddleware | None = self.crawler.get_downloader_middleware(EgressMiddleware)
        if found is None:
            raise RuntimeError("the egress is not installed: no request has an address")
        return found

    @property
    def folder(self) -> Path | None:
        """Where this machine keeps what it knows of the dataset; None where there is none."""
        return self.book.ledger.folder

    def end_early(self, error: HousecrawlError) -> None:
        """End the crawl early, with the exit code of an error."""
        self.book.give_up(error)

    def ask(
        self, url: str, kind: Kind, mode: FetchMode, meta: Mapping[str, Any], **kwargs: Any
    ) -> Request:
        """A request for a page by one of the ways; every answer comes back, whatever its status."""
        ours = {
            names.KIND: kind,
            names.MODE: mode,
            names.ASKED: url,
            "handle_httpstatus_all": True,
            **(self._rendered() if mode == "browser" else {}),
        }
        return Request(url, meta={**meta, **ours}, dont_filter=True, **kwargs)

    @staticmethod
    def _rendered() -> dict[str, Any]:
        from scrapy_playwright.page import PageMethod

        from scraper.browser.settle import settle

        return {"playwright": True, "playwright_page_methods": [PageMethod(settle)]}
