"""Memory stays flat over many pages; the full size is `python benchmarks/soak.py`."""

from __future__ import annotations

import pytest

from benchmarks.soak import soak

pytestmark = pytest.mark.full

PAGES = 1_500
STEP = 500
BOUND = 8.0
"""Percent that memory may grow by over 1,000 pages while caches and pools fill."""


def test_memory_stays_flat() -> None:
    done = soak(PAGES, step=STEP)
    assert done.code == 0
    assert done.growth(STEP, PAGES) < BOUND, done.memory


def test_a_crawl_that_keeps_its_pages_is_found_out() -> None:
    done = soak(2 * STEP, step=STEP, leak=True)
    assert done.growth(STEP, 2 * STEP) > BOUND, done.memory
