from __future__ import annotations

import pytest

from scraper.egress.addresses import can_bind


@pytest.fixture
def loopback_6() -> str:
    """The IPv6 address of this machine's loopback."""
    if not can_bind("::1"):
        pytest.skip("this machine has no IPv6, not even on loopback")
    return "::1"
