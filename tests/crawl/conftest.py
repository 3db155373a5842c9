"""Whole crawls: the command line as a user types it, against the embedded site."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scraper.demo.site import DemoSite

Run = Callable[..., subprocess.CompletedProcess[str]]


def _call(module: str, *args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *args]
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.fixture
def housecrawl(tmp_path: Path) -> Run:
    """`housecrawl ARGS...`, run in an empty folder."""
    return lambda *args, **env: _call("scraper.cli.main", *args, cwd=tmp_path, **env)


@pytest.fixture
def scrapy(tmp_path: Path) -> Run:
    """`scrapy ARGS...`, run in an empty folder."""
    return lambda *args, **env: _call("scraper.cli.scrapy", *args, cwd=tmp_path, **env)


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    """The embedded site, with fewer houses than `make demo` has."""
    with DemoSite(houses=80, seed=11) as running:
        yield running


@pytest.fixture
def site_file(site: DemoSite, tmp_path: Path) -> str:
    """The path of the site's file."""
    return str(site.site_file(tmp_path))
