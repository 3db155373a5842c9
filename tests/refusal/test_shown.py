"""What is plain without a parser is what a parser says too."""

from __future__ import annotations

import random

import pytest

from scraper.refusal.shape import _shows_much
from scraper.refusal.shown import plainly_shows

PIECES = (
    "<p>", "</p>", "<div a='", "'>", '">', '<a b="', "word ", "a > b ", "<!--", "-->", "<script>",
    "</script>", "<style>", "</style>", "<title>", "</title>", "<head>", "</head>", "<body>",
    "<noscript>", "</noscript>", "&amp;", "&nbsp;", "<", "some more text ", "<br/>", "<td class=x>",
    "=", "'", '"', "<iframe>", "</iframe>", "<template>", "</template>", "<SCRIPT>", "</SCRIPT>",
    "<textarea>", "</textarea>", "<svg>", "<!doctype html>", "<![CDATA[", "]]>", "<?php ", "?>",
    "<plaintext>", "<select><option>", "<xmp>", "<math>", "\0",
    "</body>", "</html>", "</BODY >",
)  # fmt: skip


def test_a_yes_is_the_parsers_too() -> None:
    chance = random.Random(7)
    agreed = 0
    for _ in range(6_000):
        page = "<html><body>" + "".join(chance.choices(PIECES, k=chance.randint(3, 30)))
        if plainly_shows(page, 20):
            assert _shows_much(page, 20), page
            agreed += 1
    assert agreed > 15


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>{}</script>",
        "<!-- {} -->",
        "<style>{}</style>",
        "<p title='{}'>",
        '<p a="{}>',
        "<{}",
    ],
)
def test_what_is_not_seen_does_not_count(hidden: str) -> None:
    assert not plainly_shows(f"<html><body>{hidden.format('hidden words ' * 200)}", 1_000)


def test_a_long_page_without_anything_special_counts() -> None:
    assert plainly_shows("<html><body>" + "<p class='a>b'>Three rooms</p>" * 300, 1_000)
