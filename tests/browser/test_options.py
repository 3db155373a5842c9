"""What the browser's settings may be, and when root may go without a sandbox."""

import pytest

from scraper.browser.find import launch_options, sandboxed
from scraper.browser.options import Options
from scraper.errors import SettingError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BROWSER", "/nowhere/chromium"),
        ("BROWSER_SANDBOX", "maybe"),
        ("BROWSER_DEADLINE", 0),
        ("BROWSER_DEADLINE", "nan"),
        ("BROWSER_DEADLINE", "inf"),
        ("BROWSER_PAGES", "many"),
        ("BROWSER_PAGES", 0.5),
        ("BROWSER_PAGES_PER_CONTEXT", 0),
        ("BROWSER_MEMORY", 100),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: object) -> None:
    with pytest.raises(SettingError, match=f"{name}={value}: "):
        Options.from_settings({name: value})


def test_nothing_set_is_the_documented_default() -> None:
    assert Options.from_settings({}) == Options("", "auto", 30, 4, 100, 1500)


@pytest.mark.parametrize("sandbox", ["auto", "on"])
def test_root_is_refused_on_a_public_site(sandbox) -> None:
    with pytest.raises(SettingError, match="BROWSER_SANDBOX=off"):
        sandboxed(Options(sandbox=sandbox), root=True, public=True)


def test_with_the_flag_root_goes_without() -> None:
    assert sandboxed(Options(sandbox="off"), root=True, public=True) is False
    assert (
        launch_options(Options(sandbox="off"), root=True, public=True)["chromium_sandbox"] is False
    )
    assert launch_options(Options(), root=False, public=True)["chromium_sandbox"] is True
