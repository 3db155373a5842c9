"""Taking pages out of the archive: of files that hold some of them the rest is written anew."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from scraper.archive.files import WARC, index_of, put_file, read_entry, read_index, warc_names
from scraper.archive.page import ArchivedPage, Entry
from scraper.archive.warc import write_about
from scraper.archive.writer import salvage
from scraper.place.place import Place


@dataclass(slots=True)
class Removed:
    """What was taken out of an archive."""

    pages: int = 0
    files: list[str] = field(default_factory=list)
    """Names of the files that are gone; the pages that stay are in new ones."""

    def as_json(self) -> dict[str, object]:
        """For `run.json` and proofs."""
        return {"pages": self.pages, "files": self.files}


def remove_pages(
    place: Place,
    goes: Callable[[Entry], bool],
    speaks: Callable[[ArchivedPage], bool] | None = None,
) -> Removed:
    """Take out every page that `goes` says; older versions that the store keeps of it too.

    `speaks`: also pages of which it says so once they are read, which takes their time.
    May be made again after a crash: then it goes on. Raises `StorageError` when the place does
    not answer.
    """
    salvage(place)
    removed = Removed()
    for name in warc_names(place):
        entries = read_index(place, name)
        staying = [entry for entry in entries if not goes(entry)]
        if speaks is not None:
            staying = [entry for entry in staying if not speaks(read_entry(place, entry))]
        if len(staying) == len(entries) and entries:
            continue
        if staying:
            _write_anew(place, name, staying)
        place.delete(index_of(name))
        place.delete(name)
        removed.pages += len(entries) - len(staying)
        removed.files.append(name)
    if removed.files:
        place.drop_versions("archive/")
    return removed


def expire(place: Place, days: int, now: datetime) -> Removed:
    """Take out every page that was fetched more than so many days before `now` (UTC)."""
    oldest = now - timedelta(days=days)
    return remove_pages(place, lambda entry: entry.fetched_at < oldest)


def _write_anew(place: Place, name: str, staying: list[Entry]) -> None:
    stem = name.removesuffix(WARC).partition("~")[0]
    new = f"{stem}~{secrets.token_hex(4)}{WARC}"
    moved = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pages.warc.gz"
        with path.open("wb") as target, place.open(name) as source:
            write_about(target)
            for entry in sorted(staying, key=lambda one: one.offset):
                source.seek(entry.offset)
                moved.append(_moved(entry, new, target.tell()))
                target.write(source.read(entry.length))
        put_file(place, new, path, moved)


def _moved(entry: Entry, name: str, offset: int) -> Entry:
    return Entry(
        entry.site,
        entry.house_id,
        entry.url,
        entry.fetched_at,
        entry.run_id,
        entry.fetch_mode,
        name,
        offset,
        entry.length,
    )
