"""Houses that were read again: what they say is compared with what they said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from scraper.quality.finding import Check
from scraper.quality.frame import DAYS, Flags, Frame, is_known
from scraper.quality.limits import Limits
from scraper.quality.profile import STRAY
from scraper.quality.seen import PRICES
from scraper.quality.share import LUCK, low_share, luck
from scraper.quality.suspicion import Suspect, Suspicion

FEWEST: Final = 10
"""Houses read again from which on what became of a column is looked at."""
_JUMPS: Final = 3
"""Houses with a jump: one or two are mended typing errors."""
_JUMPING: Final = (*PRICES, "living_area_sqft", "lot_size_sqft", "annual_tax_amount")
_LASTING: Final = (
    "address", "zip", "year_built", "living_area_sqft", "lot_size_sqft", "bedrooms", "bathrooms",
    "latitude", "longitude",
)  # fmt: skip
"""What a house keeps for years."""
_LOSING: Final = (
    "address", "zip", "city", "state", "home_type", "status", "currency", "year_built",
    "living_area_sqft", "lot_size_sqft", "bedrooms", "bathrooms", "full_bathrooms", "stories",
    "parking_spaces", "garage_spaces", "parcel_number", "latitude", "longitude", "price",
    "annual_tax_amount", "tax_assessed_value",
)  # fmt: skip
_CLOSE: Final = 0.02
"""A part of a value that rounding changes."""
_NEAR: Final = 0.001
"""Degrees, about a hundred metres, that a point on a map may move."""
_LIFE: Final = 0.05
"""Share of houses for which what lasts changes from one visit to the next, at most."""
Pairs = Frame
"""One row a house that is in both: each column twice, the published one with `_before`."""


def paired(new: Frame, old: Frame) -> Pairs:
    """The houses that are in both."""
    return new.merge(old, on="house_id", suffixes=("", "_before"))


def turns(pairs: Pairs, limits: Limits) -> Iterator[Suspicion]:
    """What became of many houses at once that becomes of few."""
    if len(pairs) < FEWEST:
        return
    yield from _jumps(pairs, limits)
    for column in _LASTING:
        if limits.churn and (found := _churn(pairs, column, limits)):
            yield found
    for column in _LOSING:
        if limits.lost and (found := _lost(pairs, column, limits)):
            yield found
    if limits.stale and (found := _stale(pairs, limits)):
        yield found
    if limits.currency and (found := _other_currency(pairs, limits)):
        yield found


def jump_suspects(pairs: Pairs) -> Iterator[Suspect]:
    """Houses with a price or an area that is many times what it was, or a part of it."""
    for column in _JUMPING:
        for row in pairs[_jumped(pairs, column)].to_dict("records"):
            yield Suspect(
                str(row["site"]), str(row["house_id"]), str(row["url"]), "jump", column,
                f"{row[column]:,.6g}", f"about {row[f'{column}_before']:,.6g}, as before",
            )  # fmt: skip


def _jumped(pairs: Pairs, column: str) -> Flags:
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.asarray(pairs[column] / pairs[f"{column}_before"], dtype="float64")
    far = (times > STRAY) | (times < 1 / STRAY)
    return np.asarray(np.isfinite(times) & (times > 0) & far, dtype=bool)


def _jumps(pairs: Pairs, limits: Limits) -> Iterator[Suspicion]:
    for column in _JUMPING:
        both = is_known(pairs[column]) & is_known(pairs[f"{column}_before"])
        which = _jumped(pairs, column)
        hits, of = int(which.sum()), int(both.sum())
        if limits.jumps and hits >= _JUMPS and low_share(hits, of) > limits.jumps:
            usual = float(np.median((pairs[column] / pairs[f"{column}_before"])[which]))
            found = f"about {usual:,.3g} times what it was in {hits} of {of} houses read again"
            expected = f"less than {STRAY:g} times more or less"
            yield _of(("jump", column, found, expected), pairs, which)


def _churn(pairs: Pairs, column: str, limits: Limits) -> Suspicion | None:
    now, then = pairs[column], pairs[f"{column}_before"]
    both = is_known(now) & is_known(then)
    which = both & _differs(now, then, column)
    hits, of = int(which.sum()), int(both.sum())
    if of < FEWEST or low_share(hits, of) <= limits.churn or luck(of - hits, of, 1 - _LIFE) > LUCK:
        return None
    found = f"another than before in {hits} of {of} houses read again"
    return _of(("churn", column, found, "what a house has does not change"), pairs, which)


def _differs(now: Frame, then: Frame, column: str) -> Flags:
    if now.dtype != np.float64:
        folded = (side.astype(str).str.casefold() for side in (now, then))
        return np.asarray(next(folded) != next(folded), dtype=bool)
    reach = _NEAR if column in ("latitude", "longitude") else _CLOSE * then.abs()
    return np.asarray((now - then).abs() > reach, dtype=bool)


def _lost(pairs: Pairs, column: str, limits: Limits) -> Suspicion | None:
    """A house for sale has no sale price, so only houses of one kind are compared."""
    alike = np.asarray(pairs["kind"] == pairs["kind_before"], dtype=bool)
    if column in ("status", "home_type"):
        alike = np.ones(len(pairs), dtype=bool)
    had = alike & is_known(pairs[f"{column}_before"])
    which = had & ~is_known(pairs[column])
    hits, of = int(which.sum()), int(had.sum())
    if of < FEWEST or low_share(hits, of) <= limits.lost or luck(of - hits, of, 1 - _LIFE) > LUCK:
        return None
    found = f"missing in {hits} of {of} houses read again that had it"
    return _of(("lost", column, found, "a value, as before"), pairs, which)


def newest(frame: Frame, ending: str = "") -> Frame:
    """The latest day that each row names."""
    return pd.concat([frame[f"{name}{ending}"] for name in DAYS], axis=1).max(axis=1)


def _stale(pairs: Pairs, limits: Limits) -> Suspicion | None:
    now, then = newest(pairs), newest(pairs, "_before")
    # Who is no longer for sale has no day of the listing any more.
    alike = np.asarray(pairs["status"] == pairs["status_before"], dtype=bool)
    both = alike & is_known(now) & is_known(then)
    which = both & np.asarray(now < then, dtype=bool)
    hits, of = int(which.sum()), int(both.sum())
    if of < FEWEST or low_share(hits, of) <= limits.stale:
        return None
    found = f"older than before in {hits} of {of} houses read again"
    return _of(("stale", ", ".join(DAYS), found, "days that stay or go on"), pairs, which)


def _of(said: tuple[Check, str, str, str], pairs: Pairs, which: Flags) -> Suspicion:
    """A suspicion (check, column, found, expected) that some of the houses speak for."""
    houses = frozenset(pairs["house_id"][which])
    return Suspicion(*said, lambda row: row.get("house_id") in houses)


def _other_currency(pairs: Pairs, limits: Limits) -> Suspicion | None:
    now, then = pairs["currency"], pairs["currency_before"]
    both = is_known(now) & is_known(then)
    which = both & np.asarray(now != then, dtype=bool)
    hits, of = int(which.sum()), int(both.sum())
    if hits < _JUMPS or low_share(hits, of) <= limits.currency:
        return None
    others = ", ".join(sorted({str(one) for one in now[which]}))
    before = ", ".join(sorted({str(one) for one in then[which]}))
    found = f"{others} in {hits} of {of} houses read again"
    return _of(("currency", "currency", found, f"{before}, as before"), pairs, which)
