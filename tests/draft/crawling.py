"""Commands as a user types them, in a folder of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def call(module: str, *args: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command to its end; a traceback is nobody's answer."""
    command = [sys.executable, "-m", module, *map(str, args)]
    said = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=200
    )
    assert "Traceback" not in said.stderr, said.stderr
    return said


def crawl(stage: str, site: str, *more: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`scrapy crawl STAGE` into the folder `data`."""
    args = ("crawl", stage, "-a", f"site={site}", "-s", "DATASET=data", *more)
    return call("scraper.cli.scrapy", *args, cwd=cwd)


def ran(folder: Path, stage: str) -> dict[str, Any]:
    """What the latest run of a stage said in its file."""
    files = sorted((folder / "data" / "runs").glob(f"*-{stage}.json"))
    return json.loads(files[-1].read_text())
