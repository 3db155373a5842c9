"""Pages as WARC records: one a page, each a gzip member of its own (ISO 28500, WARC 1.1)."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, BinaryIO, Final

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scraper.archive.page import ArchivedPage, kept_headers

_OURS: Final = "WARC-JSON-Metadata"
_CHUNK: Final = 1 << 16
_ABOUT: Final = {
    "software": "housecrawl",
    "format": "WARC File Format 1.1",
    "description": (
        "House pages without personal data (U+FDD1 stands where some was taken out), their "
        "transfer and content encodings undone; WARC-JSON-Metadata says how each was fetched"
    ),
}


def write_about(file: BinaryIO) -> None:
    """Begin a file: what it is."""
    writer = WARCWriter(file, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record(None, _ABOUT))


def write_page(file: BinaryIO, page: ArchivedPage) -> None:
    """Add a page."""
    writer = WARCWriter(file, gzip=True, warc_version="1.1")
    record = writer.create_warc_record(
        page.url,
        "response",
        payload=io.BytesIO(page.body),
        length=len(page.body),
        http_headers=StatusAndHeaders(_status(page.status), _headers(page), protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": _date(page.fetched_at), _OURS: _said(page)},
    )
    writer.write_record(record)


def read_page(record: bytes) -> ArchivedPage | None:
    """The page of one record's bytes, None for a record that holds none.

    Raises ValueError for one whose bytes are not as they were written.
    """
    try:
        for found in ArchiveIterator(io.BytesIO(record), check_digests=True):
            if found.rec_type != "response":
                return None
            body = found.content_stream().read()
            if found.digest_checker.passed is False:
                raise ValueError("; ".join(found.digest_checker.problems))
            return _page(found, body)
    except (ArchiveLoadFailed, KeyError, TypeError, zlib.error) as error:
        raise ValueError(f"no whole record ({error})") from error
    return None


def members(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes of every whole record of a file; a torn one at its end is left out."""
    rest, offset = b"", 0
    while True:
        unpacker, taken = zlib.decompressobj(31), bytearray()
        while not unpacker.eof:
            chunk = rest or file.read(_CHUNK)
            rest = b""
            if not chunk:
                return
            try:
                unpacker.decompress(chunk)
            except zlib.error:
                return
            taken += chunk
        rest = unpacker.unused_data
        member = bytes(taken[: len(taken) - len(rest)])
        yield offset, member
        offset += len(member)


def _status(status: int) -> str:
    known = {one.value: one.phrase for one in HTTPStatus}
    return f"{status} {known.get(status, 'Unknown')}"


def _headers(page: ArchivedPage) -> list[tuple[str, str]]:
    return [(n, " ".join(v.split())) for n, v in kept_headers(page.headers).items()]


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _said(page: ArchivedPage) -> str:
    said = {
        "site": page.site,
        "house_id": page.house_id,
        "run_id": page.run_id,
        "fetch_mode": page.fetch_mode,
        "final_url": page.final_url,
        "body_sha256": page.original_sha256,
        "given": dict(page.given),
    }
    return json.dumps(said, sort_keys=True)


def _page(record: Any, body: bytes) -> ArchivedPage:
    said = json.loads(record.rec_headers.get_header(_OURS))
    date = record.rec_headers.get_header("WARC-Date")
    return ArchivedPage(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        final_url=said["final_url"],
        status=int(record.http_headers.get_statuscode()),
        headers={name.lower(): value for name, value in record.http_headers.headers},
        body=body,
        fetch_mode=said["fetch_mode"],
        fetched_at=datetime.fromisoformat(date).astimezone(UTC),
        site=said["site"],
        house_id=said["house_id"],
        run_id=said["run_id"],
        original_sha256=said["body_sha256"],
        given=said["given"],
    )
