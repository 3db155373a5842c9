"""`housecrawl doctor`: what this machine has, what it lacks, and what to do about it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from playwright._impl._driver import compute_driver_executable
from rich.console import Console

from scraper.browser.find import MISSING, find_browser
from scraper.browser.options import Options as BrowserOptions
from scraper.cli.project import guard_project
from scraper.errors import ExitCode, HousecrawlError
from scraper.place.open import open_place

HELP = "say what this machine lacks"
PACKAGES = ("scrapy", "scrapy-playwright", "playwright", "pandas", "pyarrow", "deltalake", "boto3")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    found: str
    good: bool = True
    needed: bool = True
    """Whether a crawl cannot do without it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", nargs="?", metavar="PLACE", help="also look at a dataset's place")


def run(args: argparse.Namespace) -> ExitCode:
    """Print the findings; exit 2 where something needed is missing."""
    console = Console(highlight=False)
    findings = [*_machine(), *(_place(args.place) if args.place else ())]
    for finding in findings:
        mark = (
            "[green]ok[/]  "
            if finding.good
            else ("[red]no[/]  " if finding.needed else "[yellow]--[/]  ")
        )
        console.print(f"{mark}{finding.what:<18} {finding.found}", soft_wrap=True)
    lacking = [finding.what for finding in findings if finding.needed and not finding.good]
    console.print(f"missing: {', '.join(lacking)}" if lacking else "nothing is missing")
    return ExitCode.USAGE if lacking else ExitCode.COMPLETE


def _machine() -> Iterator[Finding]:
    ours = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("Python", f"{ours} (3.11 or newer is needed)", sys.version_info >= (3, 11))
    yield _checked("modules", guard_project, "settings, spiders and pipelines are housecrawl's")
    yield from (_package(name) for name in PACKAGES)
    yield _driver()
    yield _browser()
    yield _sandbox()
    cores, memory = os.cpu_count() or 1, _memory()
    yield Finding("cores, memory", f"{cores}, {memory:.1f} GiB", memory >= 1, needed=False)


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(
            name, "not installed: run `make demo`, or pip install housecrawl", good=False
        )


def _driver() -> Finding:
    """Playwright talks to the browser by a Node.js of its own."""
    driver, script = compute_driver_executable()
    try:
        command = [str(driver), str(script), "--version"]
        subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().rpartition("\n")[2]
        return Finding("browser's driver", f"does not start: {said}", good=False)
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("browser's driver", f"does not start: {error}", good=False)
    return Finding("browser's driver", "Playwright's, and it starts")


def _browser() -> Finding:
    path = find_browser(BrowserOptions.from_settings({}))
    if path is None:
        return Finding("browser", MISSING, good=False)
    try:
        command = [path, "--version", "--no-sandbox"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("browser", f"{path} does not start: {error}", good=False)
    return Finding("browser", f"{said.stdout.strip() or 'Chromium'} at {path}")


def _sandbox() -> Finding:
    if os.geteuid() != 0:
        return Finding("browser's sandbox", "on")
    said = "not for root: public sites need another user, or -s BROWSER_SANDBOX=off"
    return Finding("browser's sandbox", said, good=False, needed=False)


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _place(url: str) -> Iterator[Finding]:
    yield _checked("place", lambda: open_place(url, create=False), f"{url} is a dataset")


def _checked(what: str, check: Callable[[], object], good: str) -> Finding:
    try:
        check()
    except HousecrawlError as error:
        return Finding(what, str(error), good=False)
    return Finding(what, good)
