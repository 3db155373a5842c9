"""Opening: what becomes a dataset's place, and what is refused with a word that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from scraper.errors import ExitCode, PlaceError
from scraper.place.folder import FolderPlace
from scraper.place.open import open_place
from scraper.place.place import Place


def _line(error: pytest.ExceptionInfo[PlaceError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert error.value.exit_code == ExitCode.USAGE
    return text


def test_an_empty_place_becomes_a_dataset(url: str) -> None:
    open_place(url)
    assert open_place(url, create=False).read("housecrawl.json") == b'{"format":1}\n'
    assert [*open_place(url).names()] == ["housecrawl.json"], "the probe leaves nothing"


def test_reading_makes_no_place(url: str) -> None:
    with pytest.raises(PlaceError) as error:
        open_place(url, create=False)
    assert "holds no dataset" in _line(error)
    assert [*open_place(url).names()] == ["housecrawl.json"]


def test_reading_a_missing_folder_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(PlaceError):
        open_place(str(tmp_path / "none"), create=False)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("create", [True, False])
def test_something_else_is_refused(url: str, create: bool) -> None:
    place = open_place(url)
    place.write("thesis.docx", b"")
    place.delete("housecrawl.json")
    with pytest.raises(PlaceError) as error:
        open_place(url, create=create)
    assert "thesis.docx" in _line(error)
    assert [*place.names()] == ["thesis.docx"]


def test_what_systems_leave_is_not_something_else(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    (tmp_path / ".DS_Store").touch()
    open_place(str(tmp_path))


@pytest.mark.parametrize(
    "marker", [b"", b"{", b"[]", b"{}", b'{"format": "one"}', b'{"format": 2}']
)
def test_a_foreign_marker_is_refused(url: str, marker: bytes) -> None:
    open_place(url).write("housecrawl.json", marker)
    for create in (True, False):
        with pytest.raises(PlaceError) as error:
            open_place(url, create=create)
        assert "format" in _line(error)


@pytest.mark.parametrize(
    "url", ["", " ", "gs://bucket/x", "https://a.example/x", "s3://", "s3:///x", "s3://A_B/x"]
)
def test_what_is_no_place(url: str) -> None:
    with pytest.raises(PlaceError) as error:
        open_place(url)
    assert "s3://bucket/prefix" in _line(error)


@pytest.mark.parametrize("prefix", ["a place", "50%", "a?b", "a#b", "größe", "a+b"])
def test_a_prefix_that_tables_cannot_have(prefix: str) -> None:
    with pytest.raises(PlaceError) as error:
        open_place(f"s3://bucket/{prefix}")
    assert prefix in _line(error)


@pytest.mark.parametrize("name", ["x#1", "what?", "[old]", "a|b", "a^b", "a\\b", "a%20b"])
def test_a_folder_that_tables_cannot_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(PlaceError) as error:
        open_place(str(tmp_path / name))
    assert name in _line(error)
    assert not (tmp_path / name).exists()


def test_credentials_in_a_url_are_not_repeated() -> None:
    with pytest.raises(PlaceError) as error:
        open_place("s3://AKIAEXAMPLE:very-secret@bucket/x")
    assert "secret" not in _line(error)


@pytest.mark.parametrize("create", [True, False])
def test_a_file_is_no_folder(tmp_path: Path, create: bool) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(PlaceError) as error:
            open_place(str(path), create=create)
        assert str(path) in _line(error)


def test_a_folder_that_cannot_be_made() -> None:
    with pytest.raises(PlaceError) as error:
        open_place("/proc/homes")
    assert "/proc/homes" in _line(error)


def test_a_folder_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_place(str(tmp_path))
    # Root may write everywhere, so the system's own answer is stood in for.
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(PlaceError) as error:
        open_place(str(tmp_path))
    assert "written to" in _line(error)
    open_place(str(tmp_path), create=False)


def test_a_store_without_conditional_writes_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = open_place(url)

    def overwrites(self: Place, name: str, data: bytes) -> bool:
        self.write(name, data)
        return True

    monkeypatch.setattr(type(place), "write_new", overwrites)
    with pytest.raises(PlaceError) as error:
        open_place(url)
    assert "If-None-Match" in _line(error)


def test_a_folder_reads_as_what_it_is() -> None:
    assert FolderPlace(Path("/data/homes")).url == "/data/homes"
