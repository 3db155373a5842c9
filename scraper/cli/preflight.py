"""Everything that can be wrong before a crawl starts, found before it starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from scrapy.settings import BaseSettings

from scraper.answer.options import Options as AnswerOptions
from scraper.archive.options import Options as ArchiveOptions
from scraper.browser.find import launch_options
from scraper.browser.options import Options as BrowserOptions
from scraper.cli.afterwards import Run
from scraper.cli.descriptors import allow_files
from scraper.cli.due import plan_due
from scraper.cli.project import guard_project
from scraper.egress.open import open_backend
from scraper.egress.options import Options as EgressOptions
from scraper.errors import SettingError, UsageError
from scraper.gate.installed import refuse_without_gate
from scraper.gate.options import Options as GateOptions
from scraper.ledger.again import AGAIN, is_again
from scraper.ledger.array import attempt_id, chosen_part
from scraper.ledger.handing import hand_over, open_ledger
from scraper.ledger.location import LOCK
from scraper.ledger.lock import add_note
from scraper.ledger.options import Options as LedgerOptions
from scraper.ledger.part import Part
from scraper.photos.options import Options as PhotoOptions
from scraper.place.open import open_place
from scraper.quality.options import Options as QualityOptions
from scraper.sites.load import load_site
from scraper.watch.options import Options as WatchOptions

ARGUMENTS = {"ids": ("site", "where"), "houses": ("site", "part", "parts", "from", "due")}
"""The arguments (`-a`) of each stage."""


def preflight(stage: str, arguments: Mapping[str, str], settings: BaseSettings) -> Run:
    """Check the site, the settings and the place; a HousecrawlError names what is wrong.

    Names the run (`RUN_ID`) on the way, so that everything that follows calls it the same.
    """
    guard_project()
    _check_arguments(stage, arguments)
    site = load_site(arguments["site"])
    part = _part(arguments) if stage == "houses" else None
    site.search_urls(_entries(arguments.get("where", "")))
    if not settings.getbool("HOUSECRAWL"):
        raise SettingError("these are not housecrawl's settings: unset SCRAPY_SETTINGS_MODULE")
    refuse_without_gate(settings)
    for concept in (AnswerOptions, PhotoOptions, QualityOptions, WatchOptions):
        concept.from_settings(settings)
    browser = BrowserOptions.from_settings(settings)
    if site.render.mode == "always":
        launch_options(browser, root=os.geteuid() == 0, public=site.is_public)
    GateOptions.from_settings(settings).refuse_anonymous(public=site.is_public)
    allow_files(
        settings.getint("CONCURRENT_REQUESTS"), PhotoOptions.from_settings(settings).concurrency
    )
    open_backend(EgressOptions.from_settings(settings))
    options = LedgerOptions.from_settings(settings)
    again = _reads_again(arguments, part, ArchiveOptions.from_settings(settings))
    if again and not is_again(options.run_id):
        options = replace(options, run_id=options.run_id + AGAIN)
    options = replace(options, run_id=attempt_id(options.run_id, part))
    settings.set("RUN_ID", options.run_id, priority="cmdline")
    place = open_place(options.place)
    if kept := ArchiveOptions.from_settings(settings).place:
        open_place(kept)
    ledger = open_ledger(place, options.run_id, part)
    planned = plan_due(ledger, place, site.name, arguments, settings)
    add_note(ledger.folder / LOCK, per_hour=WatchOptions.from_settings(settings).per_hour)
    hand_over(ledger)
    return Run(stage, site.name, part, options, place, ledger, again, planned)


def _entries(where: str) -> list[str] | None:
    return [entry.strip() for entry in where.split(",") if entry.strip()] or None


def _part(arguments: Mapping[str, str]) -> Part | None:
    return chosen_part(arguments.get("part", ""), arguments.get("parts", ""), os.environ)


def _reads_again(arguments: Mapping[str, str], part: Part | None, archive: ArchiveOptions) -> bool:
    """Whether kept pages are read again; UsageError where that cannot be."""
    source = arguments.get("from")
    if source is None:
        return False
    if source != "archive":
        raise UsageError(f"-a from={source}: expected from=archive, or leave it out")
    if part:
        raise UsageError(
            "a part of the list with -a from=archive: kept pages are read all in one go"
        )
    if not archive.place:
        raise SettingError("ARCHIVE is not set: say where the pages are kept, -s ARCHIVE=PLACE")
    return True


def _check_arguments(stage: str, arguments: Mapping[str, str]) -> None:
    known = ARGUMENTS[stage]
    for name in arguments:
        if name not in known:
            expected = ", ".join(known)
            raise UsageError(f"-a {name}=...: `{stage}` has no such argument; it takes {expected}")
    if not arguments.get("site"):
        raise UsageError("which site? give a built-in name or the path of a file: -a site=S")
