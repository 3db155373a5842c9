"""What a refresh planned: houses that are known, asked for as cheaply as their pages allow."""

from __future__ import annotations

from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from scraper import names
from scraper.extract.house import EXTRACTOR_VERSION
from scraper.house import House, Lease
from scraper.ledger.known import Seen, look_up, row_digest
from scraper.ledger.packing import pack_row
from scraper.page import FetchMode, Page
from scraper.sites.model import Site
from spiders.site import SiteSpider


def reader_of(site: Site) -> str:
    """What reads the pages of a site: a mended site file or extraction reads all of them anew."""
    return f"{EXTRACTOR_VERSION}/{blake2b(repr(site).encode(), digest_size=8).hexdigest()}"


class Due:
    """Compares the pages of a refresh with the visits before."""

    def __init__(self, spider: SiteSpider, *, planned: bool) -> None:
        """`planned`: whether this is a refresh; else nothing is compared, only kept for one."""
        self._spider = spider
        self._reader = spider.book.reader = reader_of(spider.site)
        self._compares = planned and spider.settings.getbool("REFRESH_COMPARE")

    def headers(self, lease: Lease, mode: FetchMode) -> dict[str, str]:
        """What asks for a page only where it has changed; nothing where that cannot be told."""
        seen = self._seen(lease) if mode == "http" else None
        if seen is None:
            return {}
        asked = {"If-None-Match": seen.etag, "If-Modified-Since": seen.modified}
        return {name: value for name, value in asked.items() if value}

    def is_as_it_was(self, page: Page, meta: dict[str, Any]) -> bool:
        """Whether an answer says that the page is the one that was read last."""
        seen = self._seen(meta[names.LEASE])
        if seen is None or not page.fetch_mode == seen.mode == "http":
            return False
        if page.status == HTTPStatus.NOT_MODIFIED:
            same = bool(seen.etag or seen.modified)
        else:
            same = page.status == HTTPStatus.OK and page.sha256 == seen.body
        if same:
            self._spider.egress.good(meta)
        return same

    def says_the_same(self, house: House) -> bool:
        """Whether a row says what the last one said; ValueError for one that fits no table."""
        known = self._known(house.lease)
        if known is None:
            return False
        _, row = pack_row("houses", house.row)
        return known[1] == row_digest(row)

    def _seen(self, lease: Lease) -> Seen | None:
        known = self._known(lease)
        if known is None or known[0].reader != self._reader:
            return None
        return known[0]

    def _known(self, lease: Lease) -> tuple[Seen, bytes | None] | None:
        if not self._compares:
            return None
        with self._spider.book.ledger.database.transaction() as connection:
            return look_up(connection, lease)
