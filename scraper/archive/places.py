"""Which archives hold pages of a dataset: kept in the dataset, so that an erasure finds them."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from scraper.place.place import Place

FOLDER: Final = "archives/"


def remember_place(dataset: Place, archive: Place) -> None:
    """Note in a dataset's place that an archive has pages of it."""
    dataset.write_new(FOLDER + quote(archive.url, safe="")[:200], archive.url.encode())


def known_places(dataset: Place) -> list[str]:
    """The archives that were used with a dataset."""
    return sorted(dataset.read(name).decode() for name in dataset.names(FOLDER))
