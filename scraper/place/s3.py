"""A place that is a prefix of an S3 bucket, or of a store that speaks S3."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from scraper.errors import PlaceError, StorageError
from scraper.place.arrival import MULTIPART, PART, Sent, sent, sent_file
from scraper.place.patience import Patience
from scraper.place.place import Place
from scraper.place.ranges import Ranges
from scraper.place.s3faults import code_of, s3_faults
from scraper.place.s3versions import drop_versions

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REGION: Final = "us-east-1"
"""Where nothing names a region: a store of one's own does not care."""
_CONFIG: Final = Config(
    # A short hiccup is botocore's; an outage is waited for by `Patience`.
    retries={"mode": "standard", "max_attempts": 2},
    connect_timeout=10,
    read_timeout=30,
)
_TRANSFER: Final = TransferConfig(multipart_threshold=MULTIPART, multipart_chunksize=PART)
_BUFFER: Final = 1 << 20
_CONFLICT: Final = "ConditionalRequestConflict"
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_STRANGE: Final = re.compile(r"[^A-Za-z0-9/_.!~*'()-]")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html, "Safe characters"


class S3Place(Place):
    """A prefix of a bucket; credentials come from the environment or the instance."""

    def __init__(self, bucket: str, prefix: str) -> None:
        """Take a bucket and a prefix without slashes at its ends, which may be empty."""
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._patience = Patience()

    @classmethod
    def parse(cls, url: str) -> S3Place:
        """The place of an `s3://bucket/prefix`.

        Raises `PlaceError` for a URL without a usable bucket's name or prefix.
        """
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        if not _BUCKET.fullmatch(bucket):
            raise PlaceError(
                f"{url.rpartition('@')[2]!r} names no bucket: write s3://bucket/prefix, "
                "credentials come from the environment"
            )
        if strange := _STRANGE.search(prefix):
            raise PlaceError(
                f"{url!r} has {strange.group()!r} in its prefix, which not every reader of tables "
                "can write in an address: use letters, digits and -_.!~*'() only"
            )
        return cls(bucket, "/".join(part for part in prefix.split("/") if part))

    @property
    def url(self) -> str:
        """`s3://bucket/prefix`."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    @property
    def table_url(self) -> str:
        """`s3://bucket/prefix`."""
        return self.url

    @property
    def storage_options(self) -> Mapping[str, str]:
        """The session's credentials as they are now: those of an instance change by the hour."""
        with s3_faults(self.url):
            credentials = self._session.get_credentials()
            keys = credentials.get_frozen_credentials() if credentials else None
        client = self._client.meta
        options = {
            "AWS_REGION": client.region_name or REGION,
            "AWS_ENDPOINT_URL": client.endpoint_url,
            "AWS_ALLOW_HTTP": str(client.endpoint_url.startswith("http://")).lower(),
            "AWS_ACCESS_KEY_ID": keys.access_key if keys else None,
            "AWS_SECRET_ACCESS_KEY": keys.secret_key if keys else None,
            "AWS_SESSION_TOKEN": keys.token if keys else None,
            "aws_conditional_put": "etag",
            **self._patience.of_tables,
        }
        return {name: value for name, value in options.items() if value}

    def hurry(self) -> None:
        """Wait for the store no more, whatever is asked, in every thread."""
        self._patience.end()

    def read(self, name: str) -> bytes:
        """The bytes of an object; FileNotFoundError when there is none."""
        return self._patience.ask(lambda: self._read(name))

    def _read(self, name: str) -> bytes:
        with s3_faults(self.url, name):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._key(name))
            return answer["Body"].read()

    def open(self, name: str) -> BinaryIO:
        """A seekable reader of an object, by ranges."""
        size, etag = self._patience.ask(lambda: self._head(name))
        return cast("BinaryIO", io.BufferedReader(Ranges(self, name, size, etag), _BUFFER))

    def _head(self, name: str) -> tuple[int, str]:
        with s3_faults(self.url, name):
            head = self._client.head_object(Bucket=self._bucket, Key=self._key(name))
            return head["ContentLength"], head["ETag"]

    def range(self, name: str, start: int, end: int, etag: str) -> bytes:
        """Bytes `start` to `end`, the last not included, of an object that is still the same."""
        return self._patience.ask(lambda: self._range(name, start, end, etag))

    def _range(self, name: str, start: int, end: int, etag: str) -> bytes:
        with s3_faults(self.url, name):
            answer = self._client.get_object(
                Bucket=self._bucket,
                Key=self._key(name),
                Range=f"bytes={start}-{end - 1}",
                IfMatch=etag,
            )
            return answer["Body"].read()

    def write(self, name: str, data: bytes) -> None:
        """Write an object whole, replacing what was there."""
        self._patience.ask(lambda: self._put(name, data))

    def _put(self, name: str, data: bytes, **condition: str) -> None:
        one = sent(data)
        with s3_faults(self.url, name):
            answer = self._client.put_object(
                Bucket=self._bucket,
                Key=self._key(name),
                Body=data,
                ChecksumSHA256=one.checksum,
                **condition,  # type: ignore[arg-type]  # names of put_object's own
            )
        self._confirm(name, one, answer.get("ETag", ""))

    def write_new(self, name: str, data: bytes) -> bool:
        """Write an object unless it is there; whether this call wrote it.

        An answer that is lost after the store has written is told apart by what is there then.
        """
        tries = iter((False, True))

        def put() -> bool:
            again = next(tries, True)
            try:
                self._put_new(name, data)
            except FileExistsError as error:
                cause = error.__cause__
                again = again or (isinstance(cause, ClientError) and _retries(cause) > 0)
                return again and self._read(name) == data
            return True

        return self._patience.ask(put)

    def _put_new(self, name: str, data: bytes, attempts: int = 4) -> None:
        try:
            self._put(name, data, IfNoneMatch="*")
        except StorageError as error:
            # The store asks to try again where two writers came at the same instant.
            cause = error.__cause__
            conflict = isinstance(cause, ClientError) and code_of(cause) == _CONFLICT
            if not conflict or attempts < 2:
                raise
            self._put_new(name, data, attempts - 1)

    def upload(self, name: str, path: str) -> None:
        """Write a local file as an object, in parts where it is big, whole or not at all."""
        file = sent_file(Path(path))
        self._patience.ask(lambda: self._upload(name, path, file))

    def _upload(self, name: str, path: str, file: Sent) -> None:
        with s3_faults(self.url, name):
            self._client.upload_file(
                path,
                self._bucket,
                self._key(name),
                ExtraArgs={"ChecksumAlgorithm": "SHA256"},
                Config=_TRANSFER,
            )
        self._confirm(name, file, self._head(name)[1])

    def _confirm(self, name: str, one: Sent, etag: str) -> None:
        """Raise `StorageError` where other bytes are there than were sent, and take them away.

        A store that encrypts gives tags of its own: then the bytes themselves are compared.
        """
        if etag.strip('"') == one.etag or self._digest(name) == one.sha256:
            return
        self._delete(name)
        raise StorageError(f"{self.url}/{name} did not arrive whole: run again")

    def _digest(self, name: str) -> bytes:
        digest = hashlib.sha256()
        with s3_faults(self.url, name):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._key(name))
            for chunk in answer["Body"].iter_chunks(_BUFFER):
                digest.update(chunk)
        return digest.digest()

    def names(self, prefix: str = "") -> Iterator[str]:
        """Names of all objects below a prefix, sorted."""
        yield from self._patience.ask(lambda: self._names(prefix))

    def _names(self, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2")
        with s3_faults(self.url):
            return [
                found["Key"].removeprefix(self._prefix)
                for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix)
                for found in page.get("Contents", ())
            ]

    def delete(self, name: str) -> None:
        """Remove an object; no error when it is not there."""
        self._patience.ask(lambda: self._delete(name))

    def _delete(self, name: str) -> None:
        with s3_faults(self.url, name):
            self._client.delete_object(Bucket=self._bucket, Key=self._key(name))

    def drop_versions(self, prefix: str = "") -> int:
        """Remove what the bucket keeps of objects that were replaced or deleted; how many."""
        return self._patience.ask(lambda: self._drop_versions(prefix))

    def _drop_versions(self, prefix: str) -> int:
        with s3_faults(self.url):
            return drop_versions(self._client, self._bucket, self._prefix + prefix)

    def _key(self, name: str) -> str:
        if not name or name.startswith("/") or ".." in name.split("/"):
            raise ValueError(f"{name!r} is not a relative name of an object")
        return self._prefix + name

    @cached_property
    def _session(self) -> boto3.session.Session:
        return boto3.session.Session()

    @cached_property
    def _client(self) -> S3Client:
        with s3_faults(self.url):
            region = self._session.region_name or REGION
            return self._session.client("s3", region_name=region, config=_CONFIG)


def _retries(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0))
