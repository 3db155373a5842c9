"""The project's own modules, and nobody else's of the same names."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import scraper
from scraper.errors import UsageError

MODULES = ("settings", "spiders", "pipelines")
"""Names of the fixed top level that other projects use too."""


def guard_project() -> None:
    """Make sure that Scrapy loads this project; UsageError where another one is in the way.

    `settings`, `spiders` and `pipelines` are plain top-level names: the first folder on Python's
    path that has one wins, be it the user's own project.
    """
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "settings")
    # Why: settings.py.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    home = Path(scraper.__file__).resolve().parent.parent
    for name in MODULES:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or home not in origin.parents:
            found = f"{origin} is in the way" if origin else "it is missing"
            raise UsageError(
                f"the module `{name}` of housecrawl is not the one Python finds: {found}; "
                "run from another folder, or install housecrawl into an environment of its own"
            )
    if os.environ["SCRAPY_SETTINGS_MODULE"] != "settings":
        raise UsageError(
            f"SCRAPY_SETTINGS_MODULE={os.environ['SCRAPY_SETTINGS_MODULE']} names another "
            "project: unset it, and give settings with -s NAME=VALUE"
        )
