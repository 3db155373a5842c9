"""A single page for a command, asked for as a crawl asks: through the gate."""

from __future__ import annotations

from collections.abc import Sequence

from scrapy.crawler import AsyncCrawlerProcess

from scraper.cli.given import given_settings
from scraper.errors import IncompleteError
from scraper.gate.options import Options as GateOptions
from scraper.page import FetchMode, Page
from scraper.sites.model import Site
from spiders.page import PageSpider


def fetch_page(
    url: str, site: Site, mode: FetchMode = "http", settings: Sequence[str] = ()
) -> Page:
    """The page at a URL; IncompleteError where there is no answer, or the gate says no.

    One call a process: Twisted's reactor runs once.
    """
    scrapy = given_settings(settings)
    GateOptions.from_settings(scrapy).refuse_anonymous(public=site.is_public)
    answers: list[Page | str] = []
    process = AsyncCrawlerProcess(scrapy)
    process.crawl(PageSpider, url=url, site=site, mode=mode, told=answers.append)
    process.start()
    if not answers or isinstance(answers[0], str):
        raise IncompleteError(f"{url} could not be read: {answers[0] if answers else 'no answer'}")
    return answers[0]
