"""Robots meta tags are found where a parser of the whole page finds them, and nowhere else."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from scraper.page import Page
from scraper.rights.page import page_signals
from scraper.rights.robotstags import meta_words

OURS = "<meta name='robots' content='noai'>"
SHOWN = (
    OURS,
    "<META NAME=RoBoTs CONTENT=NoAI>",
    "<meta content='a>b noai' name=robots>",
    "<meta content=noai name='robots'/>",
    "<meta name='&#114;obots' content='noai'><i title=robots>",
    "<meta content=\"it's > noai\" class='<meta' name=robots>",
    f"<meta charset=utf-8>{OURS}<meta name=viewport content='width=1'>",
    f"<!-- a -->{OURS}",
    f'<meta name=o content="it\'s">{OURS}',
    "\u0130" * 40 + OURS,
)
HIDDEN = (
    f"<!-- {OURS} -->",
    f'<script>a = "{OURS}"</script>',
    f'<i title="{OURS}">robots</i>',
    f"<style>{OURS}</style>",
    "<metadata name=robots content=noai>",
    "<meta name='robotsx' content='noai'>",
    "<meta name=viewport content=noai> robots",
    f"<!-- {OURS}",
    "<meta name='robots content=noai>",
)


def said(markup: str) -> tuple[str, ...]:
    page = Page("u", "u", 200, {}, markup.encode(), "http", datetime.now(UTC))
    return page_signals(page, "housecrawl").get("meta robots", ())


def whole(markup: str) -> tuple[str, ...]:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True)
    root = etree.fromstring(markup.encode(), parser)
    tags = [(str(tag.get("name")), str(tag.get("content"))) for tag in root.iter("meta")]
    return meta_words(tags, "housecrawl")


@pytest.mark.parametrize("head", ["<html><head>", "<p>Three rooms</p><meta property=x content=1>"])
@pytest.mark.parametrize(
    "rest", ["", "<body><p>Sold</p>", "--></script><meta itemprop=a content=b>"]
)
def test_a_tag_is_found_wherever_the_parser_finds_it(head: str, rest: str) -> None:
    for markup in SHOWN:
        assert "noai" in said(head + markup + rest) == whole(head + markup + rest), markup
    for markup in HIDDEN:
        assert said(head + markup + rest) == whole(head + markup + rest), markup


def test_what_only_looks_like_a_tag_reserves_nothing() -> None:
    for markup in HIDDEN[:7]:
        assert said(f"<html><head>{markup}</head><body><p>Sold</p></body></html>") == (), markup
