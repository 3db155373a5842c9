"""`python -m scraper.cli.scrapy ...`: Scrapy's command line for this project, from any folder."""

from __future__ import annotations

import sys
from importlib import import_module

from scrapy.cmdline import execute

from scraper.cli.project import guard_project
from scraper.errors import HousecrawlError
from scraper.fleet.tie import tie_to_parent


def main() -> None:
    """Hand the command line to Scrapy once it is sure whose project it is."""
    tie_to_parent()
    try:
        guard_project()
    except HousecrawlError as error:
        print(f"housecrawl: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    # Its classes ask who called them: deep inside other imports that takes a fifth of a second.
    import_module("scrapy.core.downloader.contextfactory")
    execute(["scrapy", *sys.argv[1:]])


if __name__ == "__main__":
    main()
