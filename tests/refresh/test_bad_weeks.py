"""A refresh that is killed goes on; one whose houses are not to be trusted publishes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from scraper.demo.server import Answer

pytestmark = [pytest.mark.full, pytest.mark.timeout(900)]

ALL_DUE = ("-s", "REFRESH_ACTIVE_DAYS=0", "-s", "REFRESH_REST_DAYS=0")


def test_a_hundredfold_price_is_refused_and_the_week_after_is_not(following: Any) -> None:
    site = following.site
    before = dict(site.catalogue.houses)
    for one, house in before.items():
        times = {
            name: getattr(house, name) * 100
            for name in ("listed_price", "sold_price")
            if getattr(house, name)
        }
        site.change(one, **times)
    bad = following.refresh(*ALL_DUE)
    assert bad.code == 4, bad.said
    assert bad.version == 1
    assert "price_per_sqft" in bad.said
    assert bad.history.empty
    for one, house in before.items():
        site.change(one, listed_price=house.listed_price, sold_price=house.sold_price)
    good = following.refresh()
    assert good.code == 0, good.said
    assert good.history.empty
    for house_id, truth in good.truth.items():
        row = good.rows.loc[house_id]
        for name in ("listed_price", "sold_price"):
            assert truth[name] is None or row[name] == truth[name]


def test_a_killed_refresh_goes_on_without_the_lists(following: Any) -> None:
    site = following.site
    week = site.pass_week()
    site.override("/house/*", lambda request: _slow())
    site.log.clear()
    command = [
        sys.executable, "-m", "scraper.cli.main", "refresh",
        "--site", str(following.folder / "demo.toml"), "--dataset", following.place, *ALL_DUE,
    ]  # fmt: skip
    with subprocess.Popen(command, start_new_session=True) as running:
        deadline = time.monotonic() + 120
        while len(site.log.requests("/house/")) < 9 and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGKILL)
    site.override("/house/*", lambda request: None)
    site.behaviour.latency = 0.0
    _delays.clear()
    after = following.refresh(*ALL_DUE)
    assert after.code == 0, after.said
    assert "goes on with the one that was not finished" in after.said
    assert not [kind for kind in after.asked if kind.startswith("search")]
    assert set(after.rows.index[after.rows["status"] == "gone"]) == set(week.gone)
    assert set(week.new) <= set(after.rows.index)
    for house_id, truth in after.truth.items():
        assert after.rows.loc[house_id, "status"] == truth["status"]


_delays: list[float] = [0.4]


def _slow() -> Answer | None:
    for delay in _delays:
        time.sleep(delay)
    return None
