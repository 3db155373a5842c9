"""Ways to write a site file and to read the one line that a wrong one gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scraper.errors import SiteFileError
from scraper.sites.load import load_site

WHOLE = """\
name = "homes"

[search]
urls  = ["https://homes.example/sold/{where}"]
where = ["north"]
id    = '/h/([0-9]+)'

[house]
url = "https://homes.example/h/{id}"
"""


@pytest.fixture
def whole() -> str:
    """The smallest site file that is right."""
    return WHOLE


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    """Write a site file and return its path."""

    def written(text: str, name: str = "homes.toml") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return written


@pytest.fixture
def error_of(write: Callable[[str], str]) -> Callable[[str], str]:
    """The one line that a site file is refused with, without the folder."""

    def error(text: str) -> str:
        path = write(text)
        with pytest.raises(SiteFileError) as caught:
            load_site(path)
        message = str(caught.value)
        assert "\n" not in message
        return message.replace(path, "homes.toml")

    return error
