"""Pages on their way into the archive: a file on this machine until it is sealed."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from scraper.archive.files import WARC, entries_of, entry_of, folder_of, put_file
from scraper.archive.page import ArchivedPage, Entry
from scraper.archive.warc import members, write_about, write_page
from scraper.ledger.location import ledger_folder
from scraper.place.folder import disk_faults
from scraper.place.place import Place

logger = logging.getLogger(__name__)

FILE_BYTES: Final = 64 << 20
"""Size at which a file is sealed."""
_WRITING: Final = "archive.writing"


class Writer:
    """Takes pages of one site and run; threads may share it.

    A page that was added is in the file on this machine, and outlives a kill; `seal` moves it into
    the archive's place.
    """

    def __init__(self, place: Place, site: str, run_id: str, size: int = FILE_BYTES) -> None:
        self._place, self._site, self._size = place, site, size
        self._stem = f"{run_id}-{secrets.token_hex(4)}"
        self._sequence = 0
        self._guard = threading.Lock()
        self._file: BinaryIO | None = None
        self._path = Path()
        self._entries: list[Entry] = []

    def add(self, page: ArchivedPage) -> None:
        """Add a page; `StorageError` where it cannot be written just now."""
        with self._guard, disk_faults(self._path):
            file = self._file or self._begin()
            start = file.tell()
            write_page(file, page)
            file.flush()
            end = file.tell()
            self._entries.append(entry_of(page, self._name, start, end - start))
        if end >= self._size:
            self.seal()

    def seal(self) -> None:
        """Move what was added into the place; `StorageError` where it does not answer just now."""
        with self._guard:
            if self._file is None:
                return
            with disk_faults(self._path):
                os.fsync(self._file.fileno())
            put_file(self._place, self._name, self._path, self._entries)
            self._path.unlink()
            self._file.close()
            self._file, self._entries = None, []

    def abandon(self) -> None:
        """Let go of the file: the next `salvage` takes it in."""
        with self._guard:
            if self._file is not None:
                self._file.close()
                self._file = None

    @property
    def _name(self) -> str:
        return f"{folder_of(self._site)}{self._path.name.rpartition('~')[2]}"

    def _begin(self) -> BinaryIO:
        self._sequence += 1
        folder = writing_folder(self._place)
        folder.mkdir(parents=True, exist_ok=True)
        site = folder_of(self._site).split("/")[1]
        self._path = folder / f"{site}~{self._stem}-{self._sequence:06d}{WARC}"
        self._file = self._path.open("xb")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        write_about(self._file)
        return self._file


def writing_folder(place: Place) -> Path:
    """Where files of a place are written on this machine."""
    return ledger_folder(place) / _WRITING


def salvage(place: Place) -> list[str]:
    """Take in what killed processes left: every whole page of it; a sentence for each file.

    A file that a living process writes is left alone.
    """
    said = []
    for path in sorted(writing_folder(place).glob(f"*{WARC}")):
        with _left_behind(path) as file:
            if file is not None:
                said.append(_take_in(place, path, file))
                path.unlink()
    for sentence in said:
        logger.warning("%s", sentence)
    return said


@contextmanager
def _left_behind(path: Path) -> Iterator[BinaryIO | None]:
    """A file whose writer is gone; None for one that is being written."""
    with disk_faults(path), path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
            return
        yield file


def _take_in(place: Place, path: Path, file: BinaryIO) -> str:
    site, _, stem = path.name.rpartition("~")
    name = f"archive/{site}/{stem}"
    end, entries = 0, []
    found = list(members(file))
    for entry, _ in entries_of(found, name):
        entries.append(entry)
    end = found[-1][0] + len(found[-1][1]) if found else 0
    torn = path.stat().st_size - end
    file.truncate(end)
    os.fsync(file.fileno())
    if entries:
        put_file(place, name, path, entries)
    lost = f", {torn} bytes of a torn record are lost" if torn else ""
    return f"{name} was left behind by a killed crawl: {len(entries)} pages kept{lost}"
