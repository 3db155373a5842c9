"""The folder beside the ledger's file in which files are made before they go to the place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scraper.ledger.faults import disk_faults

_NAME: Final = "ledger.sealing"


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A folder of its own below the ledger's, gone with the block."""
    base = folder / _NAME
    with disk_faults(base):
        base.mkdir(exist_ok=True)
        room = TemporaryDirectory(dir=base, ignore_cleanup_errors=True)
    with room as name:
        yield Path(name)


def clear(folder: Path) -> None:
    """Remove what a killed process left there."""
    shutil.rmtree(folder / _NAME, ignore_errors=True)
