"""The pages of an alarm: three of them, for nobody else, and not for ever."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scraper.quality.kept import LATEST, KeptPages, drop_old


def whole(url: str, text: str) -> bytes:
    """In place of what takes out the personal data."""
    return text.encode()


def test_those_wanted_come_first_then_the_latest(tmp_path) -> None:
    pages = KeptPages()
    for n in range(20):
        pages.add(f"http://h/{n}", f"<html>house {n}</html>")
    saved = pages.save(tmp_path / "a" / "run", ["http://h/12", "http://h/2"], whole)
    texts = [Path(path).read_text() for path in saved]
    assert [text.split("house ")[1].split("<")[0] for text in texts] == ["12", "19", "18"]
    assert texts[0].startswith("<!-- saved from url=(0011)http://h/12 -->")


def test_a_page_that_may_not_be_written_makes_room_for_another(tmp_path) -> None:
    pages = KeptPages()
    for n in range(5):
        pages.add(f"http://h/{n}", f"<html>house {n}</html>")
    some = lambda url, text: None if url.endswith("4") else whole(url, text)  # noqa: E731
    saved = pages.save(tmp_path / "run", ["http://h/4"], some)
    assert [Path(one).read_text().split("house ")[1][0] for one in saved] == ["3", "2", "1"]


def test_only_a_few_are_held_and_large_ones_compressed() -> None:
    pages = KeptPages()
    for n in range(500):
        pages.add(str(n), "x" * 1_000_000)
    assert len(pages._pages) == LATEST
    assert sum(map(len, pages._pages.values())) < 100_000


def test_a_large_page_is_written_like_a_small_one(tmp_path) -> None:
    pages = KeptPages()
    for n, text in enumerate(["\ud800é" * 300_000, "\ud800é"]):
        pages.add(str(n), text)
    large, small = sorted(Path(p).read_text() for p in pages.save(tmp_path / "run", [], whole))[
        ::-1
    ]
    assert sorted({*large.split("-->\n")[1]}) == sorted({*small.split("-->\n")[1]}) == ["?", "é"]


def test_nobody_else_may_read_them(tmp_path) -> None:
    pages = KeptPages()
    pages.add("u", "x")
    (path,) = pages.save(tmp_path / "a" / "run", [], whole)
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a" / "run").stat().st_mode) == 0o700


def test_they_go_after_some_days(tmp_path) -> None:
    pages = KeptPages()
    pages.add("u", "x")
    pages.save(tmp_path / "place" / "run", [], whole)
    drop_old(tmp_path, 14)
    assert (tmp_path / "place" / "run").is_dir()
    drop_old(tmp_path, 14, datetime.now(UTC) + timedelta(days=15))
    assert not (tmp_path / "place" / "run").exists()
    drop_old(tmp_path / "nowhere", 14)


def test_nothing_was_kept(tmp_path) -> None:
    assert KeptPages().save(tmp_path / "run", ["u"], whole) == ()
    assert not (tmp_path / "run").exists()
