"""The settings of a command that asks for pages: the project's, and what was given with `-s`."""

from __future__ import annotations

from collections.abc import Sequence

from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from scraper.errors import SettingError
from scraper.gate.installed import refuse_without_gate


def given_settings(given: Sequence[str]) -> Settings:
    """The settings; SettingError for one that cannot be used. The log is for errors only."""
    settings = get_project_settings()
    settings.set("LOG_LEVEL", "ERROR", priority="project")
    for one in given:
        name, sign, value = one.partition("=")
        if not sign:
            raise SettingError(f"-s {one}: expected -s NAME=VALUE")
        settings.set(name.strip(), value, priority="cmdline")
    refuse_without_gate(settings)
    return settings
