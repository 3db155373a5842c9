"""Weeks that are not to be trusted publish nothing; a refresh that is killed goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest

from scraper.demo.server import Answer, Request
from tests.refresh.commands import ALL_DUE
from tests.refresh.truth import same_rows

pytestmark = [pytest.mark.full, pytest.mark.timeout(900)]

STUCK = 9
"""Houses that are asked for before the site answers no more."""


@pytest.mark.parametrize(
    ("look", "column"), [("currency", "currency"), ("hidden", "price"), ("hundredfold", "price")]
)
def test_a_bad_week_is_refused_and_the_week_after_is_not(
    following: Any, look: str, column: str
) -> None:
    site = following.site
    before = following.state()
    site.behaviour.look = look
    bad = following.refresh(*ALL_DUE)
    assert bad.code == 4, bad.said
    assert column in bad.said.splitlines()[-1]
    assert following.state() == before
    site.behaviour.look = ""
    good = following.refresh()
    assert good.code == 0, good.said
    assert good.history.empty
    assert not same_rows(good.rows, good.truth)


def test_a_bad_week_is_published_where_it_is_accepted(following: Any) -> None:
    site = following.site
    site.behaviour.look = "currency"
    bad = following.refresh(*ALL_DUE)
    assert bad.code == 4, bad.said
    taken = following.do("publish", following.place, "--accept", "the site shows euros")
    assert taken.code == 0, taken.said
    assert not taken.asked
    assert set(taken.rows["currency"].dropna()) == {"EUR"}
    said = following.do("versions", following.place).said
    assert "the site shows euros" in " ".join(said.split())
    site.behaviour.look = ""
    back = following.refresh(*ALL_DUE, "--accept", "and dollars again")
    assert back.code == 0, back.said
    assert set(back.rows["currency"].dropna()) == {"USD"}


def test_a_killed_refresh_goes_on_without_the_lists(following: Any) -> None:
    site = following.site
    week = site.pass_week()
    stuck, go_on, asked = threading.Event(), threading.Event(), []

    def answer(request: Request) -> Answer | None:
        asked.append(request.path)
        if len(asked) > STUCK:
            stuck.set()
            go_on.wait(120)
        return None

    site.override("/house/*", answer)
    command = [
        sys.executable, "-m", "scraper.cli.main", "refresh",
        "--site", str(following.folder / "demo.toml"), "--dataset", following.place, *ALL_DUE,
    ]  # fmt: skip
    with subprocess.Popen(command, start_new_session=True) as running:
        assert stuck.wait(120)
        os.killpg(running.pid, signal.SIGKILL)
    site.override("/house/*", lambda request: None)
    go_on.set()
    asked.clear()
    after = following.refresh(*ALL_DUE)
    assert after.code == 0, after.said
    assert "goes on with the one that was not finished" in after.said
    assert not [kind for kind in after.asked if kind.startswith("search")]
    assert set(after.rows.index[after.rows["status"] == "gone"]) == set(week.gone)
    assert set(week.new) <= set(after.rows.index)
    for house_id, truth in after.truth.items():
        assert after.rows.loc[house_id, "status"] == truth["status"]
