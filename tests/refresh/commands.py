"""How a refresh is told that a week is over, and what a redesign does to a site file."""

from __future__ import annotations

ALL_DUE = ("-s", "REFRESH_ACTIVE_DAYS=0", "-s", "REFRESH_REST_DAYS=0")
KEPT = ("-s", "ARCHIVE=pages")
BEFORE = "\n[house.fields]\nliving_area_sqft = \"//ul[@class='glance']/li[3]\"\n"
"""Goes by the place in the page's head, which the redesign moves."""
MENDED = (
    "\n[house.fields]\nliving_area_sqft = "
    "\"//ul[@class='glance']/li[contains(., 'sqft') and not(contains(., 'lot'))]\"\n"
)
