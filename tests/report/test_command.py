"""`housecrawl report`: where the file goes, and what is said when it cannot."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from scraper.cli import report
from scraper.errors import ExitCode, UsageError

RUN = b'{"run_id": "20260102T030405-abcd", "stage": "houses"}'


class Shelf:
    """A place that keeps what is written to it."""

    url = "s3://bucket/homes/"

    def __init__(self, **objects):
        self.objects = {name.replace("_", "."): data for name, data in objects.items()}

    def read(self, name):
        try:
            return self.objects[name]
        except KeyError:
            raise FileNotFoundError(name) from None

    def write(self, name, data):
        self.objects[name] = data


@pytest.fixture
def shelf(monkeypatch, tables):
    made, place = tables(5), Shelf(run_json=RUN)
    monkeypatch.setattr(report, "open_place", lambda url, create: place)
    monkeypatch.setattr(report, "read", lambda url, table: getattr(made, table))
    return place


def run(*words):
    parser = argparse.ArgumentParser()
    report.arguments(parser)
    return report.run(parser.parse_args(words))


def test_it_goes_into_the_place(shelf, capsys):
    assert run("s3://bucket/homes") == ExitCode.COMPLETE
    text = shelf.objects["report.html"].decode()
    assert "<h1>Houses from made-up</h1>" in text
    assert "20260102T030405-abcd" in text
    assert capsys.readouterr().out == "report: s3://bucket/homes/report.html\n"


def test_it_goes_into_a_file_of_the_user(shelf, tmp_path, capsys):
    out = tmp_path / "mine.html"
    assert run("homes", str(out)) == ExitCode.COMPLETE
    assert out.read_text("utf-8").startswith("<!doctype html>")
    assert "report.html" not in shelf.objects
    assert capsys.readouterr().out == f"report: {out}\n"


@pytest.mark.parametrize("record", [None, b"{broken", b"[1]"])
def test_a_missing_or_broken_record_of_the_run_is_no_reason_to_fail(shelf, record):
    shelf.objects = {} if record is None else {"run.json": record}
    assert run("homes") == ExitCode.COMPLETE
    assert "Last run" not in shelf.objects["report.html"].decode()


@pytest.mark.parametrize("name", ["no/such/folder.html", "."])
def test_a_file_that_cannot_be_written_is_one_clear_line(shelf, tmp_path, name):
    with pytest.raises(UsageError, match="name another file") as caught:
        run("homes", str(tmp_path / name))
    assert str(Path(tmp_path / name)) in str(caught.value)
    assert "\n" not in str(caught.value)
