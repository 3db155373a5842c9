from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.page import Page
from scraper.refusal.rules import refusal
from scraper.refusal.shape import says_much
from scraper.refusal.table import table

HERE = Path(__file__).parent


def answers(name):
    listed = tomllib.loads((HERE / name).read_text("utf-8"))["answers"]
    return [pytest.param(one, id=one["name"]) for one in listed]


def test_there_are_many_kinds_of_each():
    assert len(answers("blocked.toml")) >= 40
    assert len(answers("good.toml")) >= 40


@pytest.mark.parametrize("described", answers("blocked.toml"))
def test_a_refusal_is_known(answer, described):
    found = refusal(answer(**described))

    assert found is not None
    assert found.score >= 0.999
    assert found.reason
    assert "\n" not in found.reason


@pytest.mark.parametrize("described", answers("good.toml"))
def test_a_good_answer_is_let_through(answer, described):
    assert refusal(answer(**described)) is None


def test_the_reason_names_the_status_and_who(answer):
    page = answer("<title>Just a moment...</title><script>_cf_chl_opt={}</script>", status=403)

    assert refusal(page).reason == "HTTP 403: Cloudflare challenge, a challenge page"
    assert refusal(page).rule == "status-403"


def test_a_large_page_is_judged_by_its_title_and_parts(answer):
    filler = "<!-- " + "x" * table().thin_bytes + " -->"
    vendor = "<div id='px-captcha'></div>"

    assert refusal(answer(f"<title>12 Oak St</title>{vendor}{filler}")) is None
    assert refusal(answer(f"<title>Robot Check</title>{filler}")) is None
    assert refusal(answer(f"<title>Robot Check</title>{vendor}{filler}")) is not None


@pytest.mark.parametrize(
    "body",
    ["\0" * 10, "<", "<html", "<title>", "<![CDATA[", "<svg><title>x", "\ufffd" * 100, "<!--"],
)
def test_no_body_breaks_it(answer, body):
    found = refusal(answer(body))

    assert found is None or found.score >= 0.999


def test_an_xml_declaration_with_an_encoding_is_read(answer):
    page = answer(
        '<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>Häuser</p></body></html>'
    )

    assert refusal(page) is None


def test_every_rule_has_a_weight_and_a_name_of_its_own():
    names = [rule.name for rule in table().rules]

    assert len(names) == len(set(names))
    assert {rule.kind for rule in table().rules} <= set(table().weights)
    assert all(bool(rule.header) == (rule.kind == "header") for rule in table().rules)


def test_no_status_is_both_a_refusal_and_gone():
    assert not table().refused & table().gone


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit",
    ["<div ", "<div class='", "<iframe ", "<title>", "<script src='/aaaaaaaa-aaaa", "<body "],
)
def test_a_hostile_page_takes_no_time(answer, unit):
    """Each of these took over five seconds by a pattern without bounds."""
    found = refusal(answer(unit * (140_000 // len(unit))))

    assert found is None or found.reason


def test_much_to_say_is_seen_in_the_beginning_and_behind_it():
    words = "<p>" + "A house with a view of the hills. " * 40 + "</p>"
    late = f"<html><script>{'x = 1; ' * 4000}</script>{words}</html>"
    hidden = f"<html><!-- {words * 20} --><p>Please wait</p></html>"

    assert says_much(answered(f"<html>{words}</html>"), 500)
    assert says_much(answered(late), 500)
    assert not says_much(answered(hidden), 500)
    assert not says_much(answered(late.replace(words, "")), 500)


def answered(text):
    return Page(
        url="https://h.example/1",
        final_url="https://h.example/1",
        status=200,
        headers={"content-type": "text/html"},
        body=text.encode(),
        fetch_mode="http",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
