"""Every setting, meta key, stat and exit code is documented, and nothing else is."""

import re
from pathlib import Path

import settings as project_settings
from scraper import names
from scraper.errors import ExitCode

DOCS = Path(__file__).parents[2] / "docs"
SCRAPYS = Path(__import__("scrapy").__file__).parent / "settings" / "default_settings.py"


KNOWN = set(re.findall(r"^([A-Z][A-Z0-9_]+)(?::.*)? =", SCRAPYS.read_text(), re.MULTILINE))
FOUND = {name for name in vars(project_settings) if name.isupper()}


def ours() -> set[str]:
    return {name for name in FOUND - KNOWN if not name.startswith(("PLAYWRIGHT", "DEPTH"))}


def test_every_setting_of_scrapys_is_listed_with_its_reason() -> None:
    rows = re.findall(r"^\| (`[A-Z].*?) \|", (DOCS / "settings.md").read_text(), re.MULTILINE)
    assert set(re.findall(r"`([A-Z_]+)`", " ".join(rows))) == FOUND & KNOWN


def test_every_setting_has_its_heading() -> None:
    documented = set(
        re.findall(r"^## ([A-Z_]+)$", (DOCS / "settings.md").read_text(), re.MULTILINE)
    )
    assert documented == ours()


def test_every_meta_key_and_stat_is_listed() -> None:
    values = {v for k, v in vars(names).items() if k.isupper() and isinstance(v, str)}
    keys = {value for value in values if value.startswith("housecrawl_")}
    for file, expected in (("meta-keys.md", keys), ("stats.md", values - keys)):
        rows = re.findall(r"^\| `([^`]+)`", (DOCS / file).read_text(), re.MULTILINE)
        assert set(rows) == expected, file


def test_every_exit_code_is_listed() -> None:
    rows = re.findall(r"^\| (\d) \| ([A-Z]+) ", (DOCS / "exit-codes.md").read_text(), re.MULTILINE)
    assert {(int(code), name) for code, name in rows} == {(c.value, c.name) for c in ExitCode}
