"""Bad input: one clear line and exit code 2, before anything is asked for."""

import os
from pathlib import Path

import pytest

GOOD = """
name = "mine"
[search]
urls = ["http://127.0.0.1:9/sold"]
id = '/h/([0-9a-f]+)'
[house]
url = "http://127.0.0.1:9/h/{id}"
"""


def crawl(scrapy, site: str, place: Path | str):
    return scrapy("crawl", "ids", "-a", f"site={site}", "-s", f"DATASET={place}")


def one_line(said, *words: str) -> None:
    assert said.returncode == 2, said.stderr
    assert len(said.stderr.strip().splitlines()) == 1, said.stderr
    assert "Traceback" not in said.stderr
    for word in words:
        assert word in said.stderr


def test_a_missing_site_file(scrapy, tmp_path: Path) -> None:
    one_line(crawl(scrapy, "nowhere.toml", tmp_path / "d"), "nowhere.toml")


def test_an_unknown_site_name(scrapy, tmp_path: Path) -> None:
    one_line(crawl(scrapy, "homefnd", tmp_path / "d"), "homefnd")


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("id = ", "idd = ", "idd"),
        ("([0-9a-f]+)", "([0-9a-f+)", "[0-9a-f+"),
        ("([0-9a-f]+)", "[0-9a-f]+", "id"),
        ("{id}", "", "{id}"),
        ('name = "mine"', "name = mine", "line"),
    ],
)
def test_a_wrong_site_file(scrapy, tmp_path: Path, was: str, becomes: str, named: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD.replace(was, becomes))
    one_line(crawl(scrapy, str(file), tmp_path / "d"), "mine.toml", named)


def test_a_place_that_holds_something_else(scrapy, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").write_text("\\section{}")
    one_line(crawl(scrapy, "mine.toml", tmp_path / "thesis"), "thesis", "chapter1.tex")
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter1.tex"]


def test_a_place_that_cannot_be_written(scrapy, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    (tmp_path / "file").write_text("")
    one_line(crawl(scrapy, "mine.toml", tmp_path / "file" / "d"), "file")


def test_no_place_at_all(scrapy, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    one_line(crawl(scrapy, "mine.toml", ""), "DATASET")


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("PHOTO_SIZE=big", "PHOTO_SIZE"),
        ("PHOTO_QUALITY=0", "PHOTO_QUALITY"),
        ("ATTEMPTS=none", "ATTEMPTS"),
        ("LIST_PAGES=0", "LIST_PAGES"),
        ("BROWSER=/nowhere/chromium", "BROWSER"),
        ("BROWSER_SANDBOX=maybe", "BROWSER_SANDBOX"),
    ],
)
def test_a_wrong_setting(scrapy, tmp_path: Path, setting: str, named: str) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    place = f"DATASET={tmp_path / 'd'}"
    args = ("crawl", "houses", "-a", "site=mine.toml", "-s", place, "-s", setting)
    one_line(scrapy(*args), named)


def test_a_wrong_argument_and_a_wrong_part(scrapy, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    place = f"DATASET={tmp_path / 'd'}"
    common = ("crawl", "houses", "-a", "site=mine.toml", "-s", place)
    one_line(scrapy(*common, "-a", "town=x"), "town")
    one_line(scrapy(*common, "-a", "part=4/4"), "part=4/4")


@pytest.mark.parametrize("stage", ["nothing", "page"])
def test_a_stage_that_is_none(scrapy, tmp_path: Path, stage: str) -> None:
    said = scrapy("crawl", stage, "-a", "site=mine.toml", "-s", f"DATASET={tmp_path / 'd'}")
    one_line(said, f"crawl {stage}", "ids and houses")
    assert not (tmp_path / "d").exists()


def test_a_browser_that_root_may_not_start_is_refused_before_the_crawl(
    scrapy, tmp_path: Path
) -> None:
    if os.geteuid():
        pytest.skip("only root lacks the sandbox")
    public = GOOD.replace("127.0.0.1:9", "homefind.example") + '[render]\nmode = "always"\n'
    (tmp_path / "mine.toml").write_text(public)
    common = ("crawl", "houses", "-a", "site=mine.toml", "-s", f"DATASET={tmp_path / 'd'}")
    contact = ("-s", "CONTACT=https://me.example")
    one_line(scrapy(*common, *contact), "as root", "BROWSER_SANDBOX=off")
    # The control: who accepts the risk comes as far as to the list, which is empty.
    said = scrapy(*common, *contact, "-s", "BROWSER_SANDBOX=off")
    assert said.returncode == 4, said.stderr
    assert "the ID list is empty" in said.stderr


def test_a_public_site_without_a_contact(scrapy, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD.replace("127.0.0.1:9", "homefind.example"))
    one_line(crawl(scrapy, "mine.toml", tmp_path / "d"), "CONTACT")


@pytest.mark.parametrize(
    "args",
    [
        ("export", "nowhere", "out.feather"),
        ("status", "nowhere"),
        ("report", "nowhere"),
        ("versions", "nowhere"),
        ("check", "nowhere.html"),
        ("demo", "--serve", "nowhere.csv"),
    ],
    ids=lambda args: args[0],
)
def test_commands_that_read(housecrawl, args: tuple[str, ...]) -> None:
    one_line(housecrawl(*args), "nowhere")
