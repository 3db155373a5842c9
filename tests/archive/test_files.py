"""Pages come back as they went in, whatever happened to who wrote them."""

import gzip
import io
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from scraper.archive.files import index_of, latest, read_entry, read_index, warc_names
from scraper.archive.removal import expire
from scraper.archive.writer import Writer, salvage, writing_folder
from scraper.errors import PlaceError
from scraper.place.open import open_place
from scraper.place.place import Place
from tests.archive.conftest import START, kept


def fill(place: Place, *pages, size: int = 64 << 20) -> None:
    writer = Writer(place, "homes", "R", size)
    for page in pages:
        writer.add(page)
    writer.seal()


def house_ids(place: Place) -> list[str]:
    return [entry.house_id for entry in latest(place, "homes")]


def test_a_page_comes_back_as_it_went_in(archive: Place) -> None:
    page = kept(1)
    fill(archive, page, kept(2, fetch_mode="browser"))
    first, second = (read_entry(archive, entry) for entry in latest(archive, "homes"))
    assert first.body == page.body
    assert first.text == page.text
    assert (first.url, first.final_url, first.status) == (page.url, page.final_url, 200)
    assert first.fetched_at == START
    assert first.sha256 == page.original_sha256
    assert first.given == page.given
    assert "set-cookie" not in first.headers
    assert second.fetch_mode == "browser"


def test_any_warc_reader_reads_the_file(archive: Place) -> None:
    fill(archive, kept(1), kept(2))
    (name,) = warc_names(archive)
    data = archive.read(name)
    kinds = []
    for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        kinds.append(record.rec_type)
        if record.rec_type == "response":
            assert record.rec_headers.get_header("WARC-Payload-Digest").startswith("sha1:")
            assert record.rec_headers.get_header("WARC-Date") == "2026-03-02T09:30:15.123456Z"
            assert record.http_headers.get_statuscode() == "200"
    assert kinds == ["warcinfo", "response", "response"]
    assert b"secret=1" not in gzip.decompress(data)


def test_the_latest_page_of_a_house_is_found(archive: Place) -> None:
    fill(archive, kept(1), kept(2))
    fill(archive, kept(1, START + timedelta(days=7), body=b"<html>later</html>"))
    entries = {entry.house_id: entry for entry in latest(archive, "homes")}
    assert len(warc_names(archive)) == 2
    assert read_entry(archive, entries["1"]).body == b"<html>later</html>"
    assert entries["2"].fetched_at == START


def test_full_files_are_sealed_on_the_way(archive: Place) -> None:
    fill(archive, *(kept(n, body=os.urandom(3000)) for n in range(9)), size=8000)
    assert len(warc_names(archive)) >= 3
    assert sorted(house_ids(archive)) == [str(n) for n in range(9)]


KILLED = """
import os, signal, sys
from scraper.archive.writer import Writer
from scraper.place.open import open_place
from tests.archive.conftest import kept
writer = Writer(open_place(sys.argv[1]), "homes", "R")
for n in range(5):
    writer.add(kept(n))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_loses_no_whole_page(archive: Place) -> None:
    root = Path(__file__).parents[2]
    said = subprocess.run(
        [sys.executable, "-c", KILLED, archive.url], cwd=root, check=False, timeout=60
    )
    assert said.returncode == -signal.SIGKILL
    assert house_ids(archive) == []
    (torn,) = writing_folder(archive).iterdir()
    torn.write_bytes(torn.read_bytes()[:-40])
    (sentence,) = salvage(archive)
    assert "4 pages kept" in sentence
    assert "torn record" in sentence
    assert house_ids(archive) == ["0", "1", "2", "3"]
    assert len(read_entry(archive, latest(archive, "homes")[3]).body) > 100
    assert list(writing_folder(archive).iterdir()) == []
    assert salvage(archive) == []


def test_a_file_that_is_being_written_is_left_alone(archive: Place) -> None:
    writer = Writer(archive, "homes", "R")
    writer.add(kept(1))
    assert salvage(archive) == []
    writer.seal()
    assert house_ids(archive) == ["1"]


def test_a_lost_index_is_made_anew(archive: Place) -> None:
    fill(archive, kept(1), kept(2))
    (name,) = warc_names(archive)
    before = read_index(archive, name)
    archive.delete(index_of(name))
    assert read_index(archive, name) == before
    archive.write(index_of(name), b"PAR1 torn")
    assert read_index(archive, name) == before


def test_changed_bytes_are_noticed(archive: Place) -> None:
    fill(archive, kept(1))
    (name,) = warc_names(archive)
    (entry,) = latest(archive, "homes")
    data = bytearray(archive.read(name))
    data[entry.offset + entry.length // 2] ^= 0xFF
    archive.write(name, bytes(data))
    with pytest.raises(PlaceError, match="cannot be read"):
        read_entry(archive, entry)


def test_after_31_days_the_archive_is_empty(archive: Place) -> None:
    fill(archive, kept(1), kept(2))
    assert expire(archive, 30, START + timedelta(days=29)).pages == 0
    assert len(house_ids(archive)) == 2
    removed = expire(archive, 30, START + timedelta(days=31))
    assert removed.pages == 2
    assert len(removed.files) == 1
    assert [name for name in archive.names() if name != "housecrawl.json"] == []


def test_of_a_file_only_what_is_old_goes(archive: Place) -> None:
    fill(archive, kept(1), kept(2, START + timedelta(days=20)), kept(3))
    assert expire(archive, 30, START + timedelta(days=31)).pages == 2
    (entry,) = latest(archive, "homes")
    assert entry.house_id == "2"
    assert read_entry(archive, entry).body == kept(2).body


def test_a_bucket_with_versions_keeps_none(s3_place: str, s3_endpoint: str) -> None:
    import boto3

    client = boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1")
    bucket = s3_place.split("/")[2]
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    place = open_place(s3_place)
    fill(place, kept(1), kept(2, START + timedelta(days=20)))
    expire(place, 30, START + timedelta(days=31))
    found = client.list_object_versions(Bucket=bucket, Prefix="crawls/2026/archive/")
    assert len(found["Versions"]) == 2  # the file with the younger page, and its index
    assert "DeleteMarkers" not in found
    assert house_ids(place) == ["2"]
    client.close()
