"""The files of an archive: WARC files, each with an index that makes it exist.

`archive/<site>/<run_id>-<token>-<seq>.warc.gz` and `.parquet` beside it. Neither changes; a file
that a page has to leave is written anew under a new name.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from scraper.archive.page import ArchivedPage, Entry
from scraper.archive.warc import members, read_page
from scraper.errors import PlaceError
from scraper.place.place import Place

logger = logging.getLogger(__name__)

FOLDER: Final = "archive/"
WARC: Final = ".warc.gz"
INDEX: Final = ".parquet"
_SCHEMA: Final = pa.schema(
    [
        ("site", pa.string()),
        ("house_id", pa.string()),
        ("url", pa.string()),
        ("fetched_at", pa.timestamp("us", "UTC")),
        ("run_id", pa.string()),
        ("fetch_mode", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
    ]
)


def folder_of(site: str) -> str:
    """The folder of a site's pages.

    >>> folder_of("a/b")
    'archive/a%2Fb/'
    """
    return f"{FOLDER}{quote(site, safe='')}/"


def warc_names(place: Place, site: str | None = None) -> list[str]:
    """The WARC files of a site or of all, in the order in which they were named."""
    prefix = FOLDER if site is None else folder_of(site)
    return [name for name in place.names(prefix) if name.endswith(WARC)]


def index_of(name: str) -> str:
    """The name of a WARC file's index."""
    return name.removesuffix(WARC) + INDEX


def put_file(place: Place, name: str, path: Path, entries: Sequence[Entry]) -> None:
    """Put a local WARC file into the archive, its index last: only then it is there."""
    place.upload(name, str(path))
    _put_index(place, name, entries)


def read_index(place: Place, name: str) -> list[Entry]:
    """The pages of a WARC file; an index that is missing or torn is made anew from the file."""
    try:
        with place.open(index_of(name)) as source:
            rows = pq.read_table(source, schema=_SCHEMA).to_pylist()
    except (FileNotFoundError, pa.ArrowInvalid):
        entries = scan(place, name)
        logger.warning("%s/%s had no index: %d pages found in it", place.url, name, len(entries))
        _put_index(place, name, entries)
        return entries
    return [Entry(name=name, **row) for row in rows]


def scan(place: Place, name: str) -> list[Entry]:
    """The pages of a WARC file, read from the file itself; damaged records are left out."""
    with place.open(name) as source:
        return [entry for entry, _ in entries_of(members(source), name)]


def entries_of(
    found: Iterable[tuple[int, bytes]], name: str
) -> Iterator[tuple[Entry, ArchivedPage]]:
    """The pages among records, and where each lies."""
    for offset, record in found:
        try:
            page = read_page(record)
        except ValueError as error:
            logger.warning("%s: the record at %d is damaged: %s", name, offset, error)
            continue
        if page is not None:
            yield entry_of(page, name, offset, len(record)), page


def entry_of(page: ArchivedPage, name: str, offset: int, length: int) -> Entry:
    """The entry of a page."""
    return Entry(
        page.site,
        page.house_id,
        page.url,
        page.fetched_at,
        page.run_id,
        page.fetch_mode,
        name,
        offset,
        length,
    )


def read_entry(place: Place, entry: Entry) -> ArchivedPage:
    """A page; `PlaceError` where its record is gone or damaged."""
    try:
        with place.open(entry.name) as source:
            source.seek(entry.offset)
            page = read_page(source.read(entry.length))
    except (FileNotFoundError, ValueError) as error:
        raise PlaceError(
            f"{place.url}/{entry.name}: the page at {entry.offset} cannot be read ({error}): "
            "remove the file, its pages are fetched again when they are due"
        ) from error
    if page is None or page.house_id != entry.house_id:
        raise PlaceError(f"{place.url}/{entry.name} is not what its index says: remove the index")
    return page


def latest(place: Place, site: str) -> list[Entry]:
    """The latest page of each house, in the order in which they lie in the files."""
    found: dict[str, Entry] = {}
    for name in warc_names(place, site):
        for entry in read_index(place, name):
            known = found.get(entry.house_id)
            if known is None or entry.fetched_at >= known.fetched_at:
                found[entry.house_id] = entry
    return sorted(found.values(), key=lambda one: (one.name, one.offset))


def _put_index(place: Place, name: str, entries: Sequence[Entry]) -> None:
    rows = [{field: getattr(entry, field) for field in _SCHEMA.names} for entry in entries]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index.parquet"
        pq.write_table(pa.Table.from_pylist(rows, _SCHEMA), path, compression="zstd")
        place.upload(index_of(name), str(path))
