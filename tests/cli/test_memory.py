"""Arrow takes its memory from the system, which has it back: chosen before pyarrow is imported."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

POOL = "ARROW_DEFAULT_MEMORY_POOL"
SAY = "; import pyarrow; print(pyarrow.default_memory_pool().backend_name)"
COMMAND = "import scraper.cli.main as m, scraper.cli.scrapy; m.guard_project()"


@pytest.mark.parametrize(
    ("code", "named", "pool"),
    [
        (COMMAND, {}, "system"),
        ("import settings", {}, "system"),
        (COMMAND, {POOL: "mimalloc"}, "mimalloc"),
    ],
)
def test_the_pool_of_arrow(code: str, named: dict[str, str], pool: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != POOL}
    said = subprocess.run(
        [sys.executable, "-c", code + SAY],
        env={**environment, **named},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == pool
