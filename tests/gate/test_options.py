"""The gate's settings: what is understood, and one clear line for what is not."""

import pytest

from scraper.errors import SettingError
from scraper.gate.options import Options
from scraper.gate.robots import product_token


@pytest.mark.parametrize(
    "contact", ["https://crawl.example/about", "me@homes.example", "mailto:me@homes.example"]
)
def test_a_contact_is_part_of_the_user_agent(contact: str) -> None:
    options = Options.from_settings({"CONTACT": contact})
    assert options.user_agent.endswith(f" (+{contact})")
    assert product_token(options.user_agent) == "housecrawl"
    options.refuse_anonymous(public=True)


def test_a_public_site_needs_one() -> None:
    options = Options.from_settings({})
    options.refuse_anonymous(public=False)
    with pytest.raises(SettingError, match="CONTACT is empty"):
        options.refuse_anonymous(public=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONTACT", "somebody"),
        ("CONTACT", "me@homes.example\r\nX: y"),
        ("PACE_DELAY", "-1"),
        ("PACE_DELAY", "nan"),
        ("PACE_DELAY", "soon"),
        ("PACE_CONCURRENCY", "0"),
        ("PACE_CONCURRENCY", "2.5"),
        ("ROBOTS_TIMEOUT", "0"),
        ("ROBOTS_RETRY", "0"),
        ("BACK_OFF", "inf"),
        ("RETRY_AFTER_MAX", "-1"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name) as caught:
        Options.from_settings({name: value})
    assert "expected" in str(caught.value)


def test_values_are_read_as_the_command_line_gives_them() -> None:
    options = Options.from_settings({"PACE_DELAY": "0.5", "PACE_CONCURRENCY": "2"})
    assert (options.delay, options.concurrency) == (0.5, 2)
