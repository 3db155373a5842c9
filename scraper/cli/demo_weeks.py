"""Weeks of the embedded site, each with its refresh: what is published, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from scraper.demo.looks import LOOKS, Look
from scraper.demo.site import DemoSite
from scraper.errors import ExitCode

ALL_DUE: Final = ("-s", "REFRESH_ACTIVE_DAYS=0", "-s", "REFRESH_REST_DAYS=0")
"""A week goes by in a moment: every house is due."""
_BAD: Final[tuple[Look, ...]] = ("", "hundredfold", "", "currency", "hidden")
"""What is wrong with the pages of each week, again and again."""


def pass_weeks(site: DemoSite, file: Path, place: str, weeks: int) -> ExitCode:
    """Let weeks go by and refresh after each; ALARM where one ended as it must not.

    A week whose pages are wrong has to be refused, any other has to be published.
    """
    as_expected = True
    for number in range(weeks):
        look = _BAD[number % len(_BAD)]
        week = site.pass_week()
        site.behaviour.look = look
        happened = ", ".join(
            f"{len(getattr(week, kind))} {kind}" for kind in ("new", "sold", "repriced", "gone")
        )
        print(f"\nweek {number + 2}: {happened}{f'; {LOOKS[look]}' if look else ''}", flush=True)
        code = _refresh(file, place)
        print(f"week {number + 2}: exit {code}", flush=True)
        as_expected &= code == (ExitCode.ALARM if look else ExitCode.COMPLETE)
    site.behaviour.look = ""
    if weeks:
        print(flush=True)
        _call("versions", place)
    return ExitCode.COMPLETE if as_expected else ExitCode.ALARM


def _refresh(file: Path, place: str) -> int:
    quiet = ("-s", "LOG_LEVEL=CRITICAL")
    return _call("refresh", "--site", str(file), "--dataset", place, *ALL_DUE, *quiet)


def _call(*command: str) -> int:
    whole = [sys.executable, "-m", "scraper.cli.main", *command]
    return subprocess.run(whole, check=False, env={**os.environ}).returncode
