"""What every kind of place offers, and what it refuses."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from scraper.place.open import open_place
from scraper.place.s3 import S3Place


def _write_new(url: str, number: int) -> bool:
    return open_place(url).write_new("versions/000001.json", b"%d" % number)


def test_what_is_written_is_read(url: str) -> None:
    place = open_place(url)
    place.write("a/b.json", b"one")
    place.write("a/b.json", b"two")
    assert place.read("a/b.json") == b"two"


def test_a_missing_object_is_a_missing_file(url: str) -> None:
    place = open_place(url)
    for read in (place.read, place.open):
        with pytest.raises(FileNotFoundError):
            read("none")
    place.delete("none")


def test_deleted_is_gone(url: str) -> None:
    place = open_place(url)
    place.write("a", b"1")
    place.delete("a")
    assert [*place.names()] == ["housecrawl.json"]


def test_names_are_sorted_and_below_a_prefix(url: str) -> None:
    place = open_place(url)
    for name in ("parts/b-2.json", "parts/a/1.parquet", "parts/a-1.json", "other"):
        place.write(name, b"")
    assert [*place.names("parts/")] == ["parts/a-1.json", "parts/a/1.parquet", "parts/b-2.json"]
    assert [*place.names("parts/a")] == ["parts/a-1.json", "parts/a/1.parquet"]
    assert [*place.names("nothing/")] == []


@pytest.mark.parametrize("name", ["", "/etc/x", "../x", "a/../../x"])
def test_a_name_cannot_leave_the_place(url: str, name: str) -> None:
    place = open_place(url)
    for call in (place.read, place.open, place.delete, lambda n: place.write(n, b"")):
        with pytest.raises(Exception, match="relative name"):
            call(name)


def test_new_is_written_once(url: str) -> None:
    place = open_place(url)
    assert place.write_new("versions/1", b"first")
    assert not place.write_new("versions/1", b"second")
    assert place.read("versions/1") == b"first"


def test_new_is_written_by_one_of_many_processes(url: str) -> None:
    open_place(url)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        wrote = pool.starmap(_write_new, [(url, number) for number in range(12)])
    assert sum(wrote) == 1
    assert open_place(url).read("versions/000001.json") == b"%d" % wrote.index(True)


def test_an_upload_is_whole(url: str, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(os.urandom(33 << 20))
    place = open_place(url)
    place.upload("parts/big", str(big))
    with place.open("parts/big") as reader:
        assert reader.read() == big.read_bytes()


def test_a_reader_seeks(url: str) -> None:
    place = open_place(url)
    data = os.urandom(3 << 20)
    place.write("x", data)
    with place.open("x") as reader:
        assert reader.seek(-5, os.SEEK_END) == len(data) - 5
        assert reader.read() == data[-5:]
        assert reader.read() == b""
        reader.seek(1 << 20)
        assert reader.read(10) == data[1 << 20 :][:10]
        reader.seek(2, os.SEEK_CUR)
        assert reader.read(10) == data[(1 << 20) + 12 :][:10]


def test_reading_on_takes_few_requests(s3_place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = open_place(s3_place)
    data = os.urandom(5 << 20)
    place.write("x", data)
    asked: list[int] = []
    whole = S3Place.range

    def count(self: S3Place, name: str, start: int, end: int, etag: str) -> bytes:
        asked.append(end - start)
        return whole(self, name, start, end, etag)

    monkeypatch.setattr(S3Place, "range", count)
    with place.open("x") as reader:
        assert reader.read(10) + reader.read() == data
    assert len(asked) == 2
    with place.open("x") as reader:
        assert b"".join(iter(lambda: reader.read(1 << 20), b"")) == data
    assert len(asked) <= 2 + 6


def test_table_url_is_the_url(url: str) -> None:
    place = open_place(url)
    assert place.table_url == place.url
