"""`make bench` has a place in the guide for each table that it makes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from benchmarks.bench import PARTS, put

GUIDE = Path("docs/performance.md")


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_a_script_and_has_its_place(part):
    assert importlib.util.find_spec(f"benchmarks.{PARTS[part][0]}")
    before = GUIDE.read_text("utf-8")
    after = put(before, part, "| a new table |")

    assert "| a new table |" in after
    assert (
        after.partition(f"<!-- bench:{part} -->")[0]
        == before.partition(f"<!-- bench:{part} -->")[0]
    )
    assert (
        after.rpartition(f"<!-- /bench:{part} -->")[2]
        == before.rpartition(f"<!-- /bench:{part} -->")[2]
    )


def test_a_guide_without_the_place_is_not_written():
    with pytest.raises(ValueError, match="no place for photos"):
        put("# What a house costs", "photos", "| a |")
