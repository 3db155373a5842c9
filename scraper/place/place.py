"""The interface that every kind of place offers, and what the code above relies on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import BinaryIO


class Place(ABC):
    """A folder or an S3 prefix that holds one dataset.

    Names are relative paths with `/` between their parts, never absolute, never with `..`.
    Every method raises `StorageError` when the place does not answer just now, and `PlaceError`
    when it can never work (no permission, no such bucket).
    """

    @property
    @abstractmethod
    def url(self) -> str:
        """What the user typed, made absolute: `/data/houses` or `s3://bucket/prefix`."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The bytes of an object; FileNotFoundError when there is none."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """A seekable reader of an object, so that a big one is not held in memory."""

    @abstractmethod
    def write(self, name: str, data: bytes) -> None:
        """Write an object whole, replacing what was there: readers see the old or the new one."""

    @abstractmethod
    def write_new(self, name: str, data: bytes) -> bool:
        """Write an object unless it is there; whether this call wrote it. Atomic over processes."""

    @abstractmethod
    def upload(self, name: str, path: str) -> None:
        """Write a local file as an object, whole or not at all, without reading it into memory."""

    @abstractmethod
    def names(self, prefix: str = "") -> Iterator[str]:
        """Names of all objects below a prefix, sorted."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Remove an object; no error when it is not there."""

    @abstractmethod
    def drop_versions(self, prefix: str = "") -> int:
        """Remove what the store keeps of objects below a prefix that were replaced or deleted.

        How many versions were removed; 0 where a store keeps none.
        """

    @abstractmethod
    def hurry(self) -> None:
        """Wait for nothing any more: what does not answer at once raises, in every thread."""

    @property
    @abstractmethod
    def table_url(self) -> str:
        """The place as deltalake wants it: a path, or `s3://bucket/prefix`."""

    @property
    @abstractmethod
    def storage_options(self) -> Mapping[str, str]:
        """What deltalake needs to reach it; empty for a folder. Holds no secret of a log line."""
