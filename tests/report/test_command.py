"""`housecrawl report`: where the file goes, what it compares, and what is said when it cannot."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scraper.cli import report
from scraper.dataset.publish import publish
from scraper.dataset.quality import SUSPECTS
from scraper.dataset.terms import write_terms
from scraper.errors import ExitCode, UsageError
from scraper.ledger.manifests import Manifest, PartFile
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.schema import arrow_schema

RUN = b'{"run_id": "20260102T030405-abcd", "stage": "houses"}'


def published(place: Place, tables, day: int, prices: float = 1.0, accepted=None) -> None:
    """Seal made-up tables as the run of a day, and publish them."""
    when, files = datetime(2026, 1, day, tzinfo=UTC), {}
    for name in ("houses", "photos", "visits"):
        rows = getattr(tables, name).assign(run_id=f"run-{day}", fetched_at=when)
        if name == "houses":
            rows["sold_price"] *= prices
        out = BytesIO()
        pq.write_table(pa.Table.from_pandas(rows, arrow_schema(name), preserve_index=False), out)
        data, file = out.getvalue(), f"parts/{name}/run-{day}-000001.parquet"
        place.write(file, data)
        files[name] = PartFile(file, len(rows), len(data), sha256(data).hexdigest())
    manifest = Manifest(f"run-{day}", 1, when, files)
    assert place.write_new(manifest.name, manifest.encode())
    assert publish(place, accepted)


@pytest.fixture
def place(request, tables, tmp_path: Path) -> Place:
    """A dataset of one version, with the record of its run; in a folder, or where it is told."""
    in_s3 = getattr(request, "param", "") == "s3"
    where = request.getfixturevalue("s3_place") if in_s3 else tmp_path / "homes"
    opened = open_place(str(where))
    published(opened, tables(5), 1)
    opened.write("run.json", RUN)
    return opened


def run(*words: str) -> ExitCode:
    parser = argparse.ArgumentParser()
    report.arguments(parser)
    return report.run(parser.parse_args(words))


@pytest.mark.parametrize("place", ["folder", "s3"], indirect=True)
def test_it_goes_into_the_place(place: Place, capsys) -> None:
    assert run(place.url) == ExitCode.COMPLETE
    text = place.read("report.html").decode()
    assert "<h1>Houses from made-up</h1>" in text
    assert "20260102T030405-abcd" in text
    assert capsys.readouterr().out == f"report: {place.url.rstrip('/')}/report.html\n"
    assert 'id="changes"' not in text, "there is nothing to compare with"


def test_what_changed_since_a_version(place: Place, tables, tmp_path: Path) -> None:
    out = tmp_path / "mine.html"
    published(place, tables(6), 2, prices=1.1)
    published(place, tables(6), 3, prices=1.1)
    assert run(place.url, str(out)) == ExitCode.COMPLETE
    assert "Compared with version 2, " in out.read_text("utf-8")
    assert "+10.0 %" not in out.read_text("utf-8")
    assert run(place.url, str(out), "--since", "1") == ExitCode.COMPLETE
    assert "Compared with version 1, " in out.read_text("utf-8")
    assert "+10.0 %" in out.read_text("utf-8")
    with pytest.raises(UsageError, match="has no version 9: it has 1 to 3"):
        run(place.url, str(out), "--since", "9")


def test_what_is_on_record_of_the_newest_version_is_told(
    place: Place, tables, tmp_path: Path
) -> None:
    out, odd = tmp_path / "mine.html", {"site": "made-up", "house_id": "h1", "check": "jump"}
    odd |= {"column": "bedrooms", "found": "40", "expected": "about 4, as before"}
    write_terms(place, "made-up", {"licence": "CC0-1.0"})
    published(place, tables(6), 2, accepted={"reason": "cents now", "findings": []})
    for judged, listed in ((1, False), (2, True)):
        place.write(SUSPECTS, orjson.dumps({"version": judged, "suspects": [odd], "left_out": []}))
        assert run(place.url, str(out)) == ExitCode.COMPLETE
        said = out.read_text("utf-8")
        assert ("bedrooms is 40" in said) is listed
        assert "cents now" in said
        assert "CC0-1.0" in said


def test_it_goes_into_a_file_of_the_user(place: Place, tmp_path: Path, capsys) -> None:
    out = tmp_path / "mine.html"
    assert run(place.url, str(out)) == ExitCode.COMPLETE
    assert out.read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(FileNotFoundError):
        place.read("report.html")
    assert capsys.readouterr().out == f"report: {out}\n"


@pytest.mark.parametrize("record", [b"{broken", b"[1]"])
def test_a_broken_record_of_the_run_is_no_reason_to_fail(place: Place, record: bytes) -> None:
    place.write("run.json", record)
    assert run(place.url) == ExitCode.COMPLETE
    assert "Last run" not in place.read("report.html").decode()


@pytest.mark.parametrize("name", ["no/such/folder.html", "."])
def test_a_file_that_cannot_be_written_is_one_clear_line(
    place: Place, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageError, match="name another file") as caught:
        run(place.url, str(tmp_path / name))
    assert str(Path(tmp_path / name)) in str(caught.value)
    assert "\n" not in str(caught.value)
