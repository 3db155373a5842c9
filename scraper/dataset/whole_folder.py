"""A folder of files that appears under its name whole or not at all, on this machine or on S3."""

from __future__ import annotations

import fcntl
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import uuid4

from scraper.errors import UsageError
from scraper.place.folder import disk_faults
from scraper.place.s3 import S3Place

_STAGE: Final = ".part-"
"""Start of the names of folders that are being written."""


class Target(ABC):
    """Where the files of a folder go while it is being written."""

    @abstractmethod
    def file(self, name: str) -> AbstractContextManager[Path]:
        """A local path to write a file of the folder to; the file is kept with the block's end."""


@contextmanager
def whole_folder(out: str) -> Iterator[Target]:
    """The folder `out`, a path or `s3://bucket/prefix`, which has to be new or empty.

    On this machine it is written under another name beside it, and takes its own when the block
    ends well; what a killed process left there is removed by the next. S3 cannot rename: there the
    files come one by one, and a folder is whole when the file that is written last is there.
    Raises `UsageError` where something is in the way.
    """
    if out.startswith("s3://"):
        with TemporaryDirectory() as local:
            yield _Prefix(_empty_prefix(out), Path(local))
        return
    path = Path(out)
    with disk_faults(path):
        _check(path)
        _sweep(path)
        with _stage(path) as stage:
            yield _Stage(stage)
            # One call for all of them: a call a picture would take longer than writing it.
            os.sync()
            stage.rename(path)


class _Stage(Target):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def file(self, name: str) -> Iterator[Path]:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        yield path


class _Prefix(Target):
    def __init__(self, place: S3Place, local: Path) -> None:
        self._place, self._local = place, local

    @contextmanager
    def file(self, name: str) -> Iterator[Path]:
        path = self._local / uuid4().hex
        yield path
        self._place.upload(name, str(path))
        path.unlink()


def _empty_prefix(out: str) -> S3Place:
    place = S3Place.parse(out)
    if (found := next(iter(place.names()), None)) is not None:
        raise UsageError(f"{place.url} already holds {found}: name an empty prefix, or empty it")
    return place


def _check(path: Path) -> None:
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is no folder: make it first, or check its name")
    if path.is_dir() and any(path.iterdir()):
        raise UsageError(f"{path} already holds something: name a new folder, or remove this one")
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is a file: name a folder")


@contextmanager
def _stage(path: Path) -> Iterator[Path]:
    """A folder beside a path, locked while its process lives, gone with the block unless moved."""
    stage = path.parent / f"{_STAGE}{uuid4().hex}-{path.name[:80]}"
    stage.mkdir()
    descriptor = os.open(stage, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks: nothing is swept there either
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        os.close(descriptor)


def _sweep(path: Path) -> None:
    """Remove what killed processes left of this folder; one that lives holds its lock."""
    for stage in path.parent.glob(f"{_STAGE}*-{path.name[:80]}"):
        if stage.is_dir():
            with suppress(OSError):
                descriptor = os.open(stage, os.O_RDONLY)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(stage, ignore_errors=True)
                finally:
                    os.close(descriptor)
