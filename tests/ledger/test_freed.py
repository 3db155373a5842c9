"""What a seal took is given back, and not kept for the next one."""

from __future__ import annotations

import subprocess
import sys

import pytest

HELD = """
import sys
from pathlib import Path
from scraper.ledger.freed import give_back
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
pieces = [bytes(2_000) for _ in range(60_000)]
kept = pieces[::500]
full = held()
del pieces
if sys.argv[1] == "back":
    give_back()
print(full - held())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, asks glibc")
@pytest.mark.parametrize(("how", "back"), [("back", True), ("kept", False)])
def test_free_memory_goes_back_to_the_system(how: str, back: bool) -> None:
    """Between pieces that are still used the C library keeps what is free: the control."""
    command = [sys.executable, "-c", HELD, how]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert (float(done.stdout) > 60) is back
