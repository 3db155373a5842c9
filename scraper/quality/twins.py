"""One house under two IDs: the same address, the same size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import pandas as pd

from scraper.quality.frame import Frame
from scraper.quality.limits import Limits
from scraper.quality.share import low_share
from scraper.quality.suspicion import Suspect, Suspicion

_FEWEST: Final = 5
"""New IDs of houses that are there already, from which on it is no relisting here and there."""
_SIZES: Final = ("living_area_sqft", "lot_size_sqft")
_SAME: Final = ("address", "zip", "city", *_SIZES, "year_built", "bedrooms")
"""What two IDs of one house have in common. A price may have changed in between."""


def twins(new: Frame, old: Frame) -> Frame:
    """The new IDs that stand for a house with another ID: `house_id`, `url`, `other`, `site`.

    Of two new IDs of one house the second is one.
    """
    fresh = new[~new["house_id"].isin(set(old["house_id"]))]
    both = pd.concat(
        [_named(old).assign(is_new=False), _named(fresh).assign(is_new=True)], ignore_index=True
    )
    both["other"] = both.groupby("name", dropna=True)["house_id"].transform("first")
    found = both[both["is_new"] & (both["other"] != both["house_id"])]
    return found[found["other"].notna()]


def _named(frame: Frame) -> Frame:
    """The houses that have a street address with a number, and a size; with a name made of both."""
    has = frame["address"].str.contains(r"\d", na=False)
    has &= frame[list(_SIZES)].notna().any(axis=1) & (frame["zip"].notna() | frame["city"].notna())
    some = frame[has]
    parts: Sequence[Frame] = [some[name].astype(str).str.casefold() for name in _SAME]
    name = parts[0]
    for part in parts[1:]:
        name = name + "\n" + part
    return some[["site", "house_id", "url", "address"]].assign(name=name)


def many_twins(new: Frame, old: Frame, found: Frame, limits: Limits) -> Iterator[Suspicion]:
    """A finding where so many new IDs are old houses that the site has other IDs now."""
    of = int((~new["house_id"].isin(set(old["house_id"]))).sum())
    if limits.twins and len(found) >= _FEWEST and low_share(len(found), of) > limits.twins:
        houses = frozenset(found["house_id"])
        yield Suspicion(
            "duplicates",
            "house_id",
            f"{len(found)} of {of} new IDs have the address and the size of another",
            "a house has one ID: has the site other addresses for the same pages?",
            lambda row: row.get("house_id") in houses,
        )


def twin_suspects(found: Frame) -> Iterator[Suspect]:
    """Each of them."""
    for row in found.to_dict("records"):
        yield Suspect(
            str(row["site"]), str(row["house_id"]), str(row["url"]), "duplicates", "house_id",
            f"{row['address']} is also {row['other']}", "one ID a house",
        )  # fmt: skip
