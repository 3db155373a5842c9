"""What a crawl with an archive does to old pages when it ends."""

import json
from datetime import timedelta

import pytest
from scrapy.utils.test import get_crawler

from scraper.archive import middleware
from scraper.archive.files import latest
from scraper.archive.middleware import ArchiveExtension
from scraper.archive.writer import Writer
from scraper.place.place import Place
from tests.archive.conftest import START, kept


@pytest.mark.parametrize(
    ("reason", "days", "after", "left"),
    [
        ("finished", 30, 31, ["2"]),
        ("finished", 30, 29, ["1", "2"]),
        ("finished", 10, 31, []),
        ("shutdown", 30, 31, ["1", "2"]),
    ],
    ids=["its days are over", "a day before", "fewer days", "a crawl that is stopped"],
)
async def test_a_crawls_end_removes_what_is_old(
    archive: Place, monkeypatch, reason: str, days: int, after: int, left: list[str]
) -> None:
    writer = Writer(archive, "homes", "R")
    for page in (kept(1), kept(2, START + timedelta(days=20))):
        writer.add(page)
    writer.seal()
    monkeypatch.setattr(middleware, "utc_now", lambda: START + timedelta(days=after))
    crawler = get_crawler(settings_dict={"ARCHIVE": archive.url, "ARCHIVE_DAYS": days})
    extension = ArchiveExtension.from_crawler(crawler)
    extension.open()
    await extension.close(reason)
    assert [entry.house_id for entry in latest(archive, "homes")] == left
    said = json.loads(json.dumps(extension.as_json()))
    assert said["days"] == days
    assert extension.removed.pages == 2 - len(left)
