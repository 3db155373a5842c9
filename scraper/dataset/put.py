"""How the rows of sealed parts come into a table."""

from __future__ import annotations

from scraper.dataset.intake import Intake
from scraper.dataset.rewrite import upsert
from scraper.dataset.table import Table


def put_rows(table: Table, intake: Intake) -> None:
    """Put the latest row of each key of an intake into a table, unless a later one is there.

    Raises `StorageError` for a part whose files are not as they were sealed.
    """
    intake.check()
    upsert(table, intake, {"manifests": [manifest.name for manifest in intake.manifests]})
