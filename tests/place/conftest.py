from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(params=["folder", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty place, once of each kind."""
    if request.param == "folder":
        return str(tmp_path / "a place" / "2026")
    return str(request.getfixturevalue("s3_place"))
