"""Every case of `tests/sites/<site>/<case>/`: its page is read into the row that it expects.

A case is made by `housecrawl check PAGE --site S --save tests/sites/<site>/<case>`, looked at, and
kept. The pages are the project's own, made up.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from scraper.cli import check
from scraper.cli.case import Case, read_case
from scraper.errors import InputFileError, UsageError
from scraper.sites.load import load_site

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/expected.json"))


def read(case: Case) -> list[str]:
    site = load_site(case.site) if case.site else None
    return case.differences(check.check(case.page, site).row)


@pytest.mark.parametrize("folder", CASES, ids=lambda one: f"{one.parent.name}/{one.name}")
def test_replay(folder: Path) -> None:
    found = read(read_case(folder))
    assert not found, "\n".join(found)


def test_there_are_cases_of_several_sites() -> None:
    assert len({folder.parent for folder in CASES}) >= 3


def save(*words: object) -> None:
    parser = argparse.ArgumentParser()
    check.arguments(parser)
    check.run(parser.parse_args([str(word) for word in words]))


def test_a_case_that_is_saved_again_is_the_same(tmp_path, capsys) -> None:
    folder = CASES[0]
    case = read_case(folder)
    site = ("--site", case.site) if case.site else ()
    made = tmp_path / "site" / "case"
    save(folder / "page.html", "--url", case.page.url, *site, "--save", made)
    assert (made / "expected.json").read_bytes() == (folder / "expected.json").read_bytes()
    assert read(read_case(made)) == []


def test_a_page_that_says_something_else_is_told_by_column(tmp_path) -> None:
    """The control: what a redesign would do."""
    case = read_case(HERE / "wohnkontor" / "haus")
    page = case.page
    changed = page.body.replace(b"Schlafzimmer", b"Ruhezimmer").replace(b'"bedrooms"', b'"x"')
    assert changed != page.body
    (tmp_path / "case").mkdir()
    for name in ("page.json", "expected.json"):
        (tmp_path / "case" / name).write_bytes((HERE / "wohnkontor" / "haus" / name).read_bytes())
    (tmp_path / "case" / "page.html").write_bytes(changed)
    (found,) = [line for line in read(read_case(tmp_path / "case")) if "bedrooms" in line]
    assert found.startswith("bedrooms: expected")
    assert found.endswith("found None")


def test_no_personal_data_is_expected() -> None:
    for folder in CASES:
        wanted = (folder / "expected.json").read_text()
        assert "Jana Roth" not in wanted
        assert "María Ruiz" not in wanted
        assert "realty.example" not in wanted


def test_what_is_no_case_and_what_cannot_become_one(tmp_path) -> None:
    with pytest.raises(InputFileError):
        read_case(tmp_path)
    (tmp_path / "list.html").write_text("<p>About us and our company, nothing to see.</p>" * 40)
    with pytest.raises(UsageError, match="is no house"):
        save(tmp_path / "list.html", "--save", tmp_path / "case")
    assert not (tmp_path / "case").exists()
