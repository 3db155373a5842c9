"""The first page of a crawl reads no tables: they were read before anything was asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

READ = """
import sys
from types import SimpleNamespace
from datetime import UTC, datetime
from pipelines.clean import CleanPipeline, read_row
from scraper.extract.house import extract
from scraper.page import Page
from scraper.refusal.rules import refusal
from scraper.sites.load import load_site
site = load_site(sys.argv[1])
spider = SimpleNamespace(name=sys.argv[2], site=site)
CleanPipeline(SimpleNamespace(spider=spider)).open_spider()
body = b'''<html lang=en><title>9 Oak St, Birch Hill, CA 90001</title><h1>9 Oak St, Birch Hill,
CA 90001</h1><dl><dt>Sold price</dt><dd>$700,000</dd><dt>Living area</dt><dd>900 sqft</dd>
<dt>Sold on</dt><dd>4 June 2025</dd><dt>Bedrooms</dt><dd>2</dd></dl></html>'''
page = Page("http://a/9", "http://a/9", 200, {}, body, "http", datetime.now(UTC))
opened = []
sys.addaudithook(lambda event, given: event == "open" and opened.append(given[0]))
refusal(page)
row = read_row(extract(page, site.hints), site)
assert row["sold_price"] == 700_000, row
print(len(opened))
"""
SITE_FILE = """
name = "made-up"
[search]
urls = ["http://127.0.0.1:9/list"]
id = '/house/([0-9]+)'
[house]
url = "http://127.0.0.1:9/house/{id}"
"""


@pytest.mark.parametrize(("spider", "reads"), [("houses", False), ("list", True)])
def test_the_first_house_waits_for_no_table(tmp_path, spider: str, reads: bool) -> None:
    """The spider of lists reads no house, so it does not read the tables: the control."""
    (tmp_path / "made-up.toml").write_text(SITE_FILE)
    command = [sys.executable, "-c", READ, str(tmp_path / "made-up.toml"), spider]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert (int(done.stdout) > 0) is reads
