"""Plain files of the newest version, for whoever has only pandas."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scraper.dataset.formats import write_feather, write_parquet
from scraper.dataset.rows import rows
from scraper.dataset.version import latest
from scraper.place.place import Place

FOLDER: Final = "releases/"
_WRITERS: Final = {"houses.parquet": write_parquet, "houses.feather": write_feather}


def write_releases(place: Place) -> list[str]:
    """Write `releases/houses.parquet` and `.feather` of the newest version; their names.

    They have the schema of the table with its dictionary column, and each field says its unit and
    meaning. Each is replaced whole: who reads meanwhile has the old or the new one. None where
    nothing was published.
    """
    version = latest(place)
    if version is None:
        return []
    with TemporaryDirectory() as folder:
        for name, write in _WRITERS.items():
            path = Path(folder) / name
            # By number: another version may be published while this is written.
            write(rows(place, version=version.number), "houses", path)
            place.upload(FOLDER + name, str(path))
    return [FOLDER + name for name in _WRITERS]
