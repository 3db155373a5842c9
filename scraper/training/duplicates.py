"""Photos that are the same or nearly, and houses that must stay on one side of a split."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from scraper.errors import UsageError
from scraper.training.near import NEAR, Numbers, joined, near_pairs, parse_hash

KEY: Final = ("site", "house_id")
COMMON: Final = 20
"""Houses from which on a picture says nothing of a house: a logo, a map, "no photo yet"."""
_WORD: Final = re.compile(r"[^\W_]+")


def mark_duplicates(
    photos: pd.DataFrame, *, bits: int = NEAR, common: int = COMMON
) -> pd.DataFrame:
    """The photos with the columns `group`, `duplicate` and `common`.

    `photos`: columns site, house_id, sha256, phash; others pass. `group`: the same number for
    pictures that are alike, over any chain of near ones; -1 without a hash. `duplicate`: `exact`
    for one whose bytes stand in an earlier row, `near` for one that only looks like one, else "".
    `common`: whether it, or one near it, shows at least `common` houses; such a picture is in a
    group with its exact copies only.
    Raises `UsageError` where a column is missing.
    """
    _need(photos, (*KEY, "sha256", "phash"))
    parsed = [parse_hash(text) for text in photos["phash"]]
    known = np.array([value is not None for value in parsed], dtype=bool)
    group, shared = np.full(len(photos), -1, np.int64), np.zeros(len(photos), bool)
    if known.any():
        values = np.array([value for value in parsed if value is not None], dtype=np.uint64)
        houses = pd.factorize(house_keys(photos))[0][known]
        group[known], shared[known] = _groups(values, houses, bits, common)
    out = photos.assign(group=group, common=shared)
    exact = out["sha256"].notna() & out.duplicated("sha256")
    near = (out["group"] >= 0) & out.duplicated("group")
    out["duplicate"] = np.where(exact, "exact", np.where(near, "near", ""))
    return out


def house_groups(houses: pd.DataFrame, photos: pd.DataFrame | None = None) -> pd.Series:
    """For each house the key of its group, `site/house_id`: the smallest of the group.

    Houses are one group that have a street address with its postal code, or else its town, in
    common, or a picture that is not common. `houses`: columns site, house_id, address, zip, city.
    `photos`: what `mark_duplicates` made; None to go by addresses alone.
    Raises `UsageError` where a column is missing.
    """
    _need(houses, (*KEY, "address", "zip", "city"))
    keys = house_keys(houses)
    order = np.argsort(keys.to_numpy(dtype=object), kind="stable")
    names = keys.to_numpy(dtype=object)[order]
    links = [_linked(_places(houses).to_numpy(dtype=object)[order])]
    if photos is not None:
        links.append(_by_photos(names, photos))
    first, second = (np.concatenate(side) for side in zip(*links, strict=True))
    group = joined(len(names), first, second)
    out = np.empty(len(names), dtype=object)
    out[order] = names[group]
    return pd.Series(out, index=houses.index, dtype="str", name="group")


def house_keys(rows: pd.DataFrame) -> pd.Series:
    """`site/house_id` of each row."""
    return rows["site"].astype("str") + "/" + rows["house_id"].astype("str")


def _groups(
    values: np.ndarray, houses: Numbers, bits: int, common: int
) -> tuple[Numbers, np.ndarray]:
    distinct, which = np.unique(values, return_inverse=True)
    first, second = near_pairs(distinct, bits)
    shown = _houses_of(len(distinct), which, houses, first, second)
    everywhere = shown >= common
    kept = ~(everywhere[first] | everywhere[second])
    return joined(len(distinct), first[kept], second[kept])[which], everywhere[which]


def _houses_of(
    count: int, which: Numbers, houses: Numbers, first: Numbers, second: Numbers
) -> Numbers:
    """How many houses each hash shows, together with the hashes near it."""
    shows = pd.DataFrame({"hash": which, "house": houses}).drop_duplicates()
    near = pd.DataFrame({"hash": np.r_[first, second], "other": np.r_[second, first]})
    more = near.merge(shows.rename(columns={"hash": "other"}), on="other")[["hash", "house"]]
    counted = pd.concat([shows, more]).drop_duplicates().groupby("hash").size()
    return counted.reindex(range(count), fill_value=0).to_numpy().astype(np.int64)


def _places(houses: pd.DataFrame) -> pd.Series:
    """Street line with postal code or town, in plain small words; missing without a number.

    A line without a house number is a street, or words like "address withheld".
    """
    where = houses["zip"].where(houses["zip"].notna(), houses["city"])
    said = [_place(a, z) for a, z in zip(houses["address"], where, strict=True)]
    return pd.Series(said, index=houses.index, dtype="object")


def _place(address: object, where: object) -> str | None:
    if not isinstance(address, str) or not isinstance(where, str):
        return None
    words = _WORD.findall(address.casefold())
    if not any(word[0].isdigit() for word in words):
        return None
    return " ".join([*words, "/", *_WORD.findall(where.casefold())])


def _linked(labels: np.ndarray) -> tuple[Numbers, Numbers]:
    """Pairs that join the positions with the same label; None joins nothing."""
    codes, _ = pd.factorize(labels)
    order: Numbers = np.argsort(codes, kind="stable").astype(np.int64)
    order = order[codes[order] >= 0]
    same = codes[order[1:]] == codes[order[:-1]]
    return order[:-1][same], order[1:][same]


def _by_photos(names: np.ndarray, photos: pd.DataFrame) -> tuple[Numbers, Numbers]:
    _need(photos, (*KEY, "group", "common"))
    some = photos[(photos["group"] >= 0) & ~photos["common"]]
    shows = pd.DataFrame({"house": house_keys(some), "group": some["group"]}).drop_duplicates()
    at = pd.Index(names).get_indexer(shows["house"])
    known = at >= 0
    at, group = at[known], shows["group"].to_numpy()[known]
    first, second = _linked(group)
    return at[first], at[second]


def _need(rows: pd.DataFrame, columns: tuple[str, ...]) -> None:
    if missing := [name for name in columns if name not in rows.columns]:
        raise UsageError(f"the rows have no column {missing[0]!r}: read it too")
