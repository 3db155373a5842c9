"""A place that is a folder."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from scraper.errors import PlaceError, StorageError
from scraper.place.place import Place

_TEMPORARY: Final = ".part-"
"""Start of the names of files that are being written: readers never see them as objects."""
_NEVER: Final = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ENOTSUP}
)


class FolderPlace(Place):
    """A folder of this machine, or one that is mounted on it."""

    def __init__(self, folder: Path) -> None:
        """Take a folder that exists, or that the first write is to make."""
        self._folder = folder.expanduser().absolute()

    @property
    def url(self) -> str:
        """The folder's absolute path."""
        return str(self._folder)

    @property
    def table_url(self) -> str:
        """The folder's absolute path."""
        return str(self._folder)

    @property
    def storage_options(self) -> Mapping[str, str]:
        """Nothing: a path says it all."""
        return {}

    def read(self, name: str) -> bytes:
        """The bytes of an object; FileNotFoundError when there is none."""
        with disk_faults(self._path(name)):
            return self._path(name).read_bytes()

    def open(self, name: str) -> BinaryIO:
        """A seekable reader of an object."""
        with disk_faults(self._path(name)):
            return self._path(name).open("rb")

    def write(self, name: str, data: bytes) -> None:
        """Write an object whole, replacing what was there."""
        with written_whole(self._path(name)) as temporary:
            temporary.write_bytes(data)

    def write_new(self, name: str, data: bytes) -> bool:
        """Write an object unless it is there; whether this call wrote it.

        A hard link is the one call that makes a file with all of its bytes or fails.
        """
        path = self._path(name)
        with disk_faults(path), _temporary(path) as temporary:
            temporary.write_bytes(data)
            _sync(temporary)
            try:
                os.link(temporary, path)
            except FileExistsError:
                return False
            _sync(path.parent)
            return True

    def upload(self, name: str, path: str) -> None:
        """Write a local file as an object, whole or not at all."""
        with written_whole(self._path(name)) as temporary:
            shutil.copyfile(path, temporary)

    def names(self, prefix: str = "") -> Iterator[str]:
        """Names of all objects below a prefix, sorted."""
        top = self._folder / Path(prefix + "x").parent
        with disk_faults(top):
            found = sorted(name for name in self._walk(top) if name.startswith(prefix))
        yield from found

    def delete(self, name: str) -> None:
        """Remove an object; no error when it is not there."""
        with disk_faults(self._path(name)):
            self._path(name).unlink(missing_ok=True)

    def drop_versions(self, prefix: str = "") -> int:  # noqa: ARG002  # as inherited
        """Nothing: a folder keeps nothing of what was replaced or deleted."""
        return 0

    def sweep(self) -> None:
        """Remove the files that killed processes were writing."""
        with disk_faults(self._folder):
            for folder, _, files in os.walk(self._folder):
                for name in files:
                    if name.startswith(_TEMPORARY):
                        _sweep(Path(folder, name))

    def hurry(self) -> None:
        """A folder is never waited for."""

    def _walk(self, top: Path) -> Iterator[str]:
        for folder, _, files in os.walk(top, onerror=_unless_missing):
            within = Path(folder).relative_to(self._folder)
            yield from ((within / f).as_posix() for f in files if not f.startswith(_TEMPORARY))

    def _path(self, name: str) -> Path:
        if not name or name.startswith("/") or ".." in name.split("/"):
            raise ValueError(f"{name!r} is not a relative name of an object")
        return self._folder / name


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A temporary file beside a path that takes its place when the block ends well.

    Readers see the old file or the new one, and after a power cut one of the two.
    """
    with disk_faults(path), _temporary(path) as temporary:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)


@contextmanager
def disk_faults(path: Path) -> Iterator[None]:
    """Turn a fault of the disk into the error that says what to do next."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in _NEVER:
            what = "no permission, no folder, or a file system without hard links"
            raise PlaceError(
                f"{path} cannot be used ({error.strerror}; {what}): mend it or name another place"
            ) from error
        raise StorageError(
            f"{path} could not be read or written ({error.strerror}): run again when it can"
        ) from error


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """An empty file beside a path, gone with the block unless it was moved.

    It is locked meanwhile: so a later process knows it from what a dead one left behind.
    """
    _make_folders(path)
    temporary = path.parent / f"{_TEMPORARY}{uuid4().hex}-{path.name[:80]}"
    descriptor = _locked(temporary)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
        os.close(descriptor)


def _locked(temporary: Path) -> int:
    """Make a file and lock it, again where a sweep came between the two."""
    while True:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        with suppress(OSError):  # a file system without locks: nothing is swept there either
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if temporary.exists():
            return descriptor
        os.close(descriptor)


def _sweep(file: Path) -> None:
    """Remove what a dead process was writing; one that lives holds its lock."""
    with suppress(OSError):
        descriptor = os.open(file, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.unlink()
        finally:
            os.close(descriptor)


def _make_folders(path: Path) -> None:
    missing = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        _sync(folder.parent)


def _sync(path: Path) -> None:
    """Have the disk keep a file's bytes, or a folder's list of names, over a power cut."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
