"""May these rows be published? They are compared with what was published before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import exp, log
from statistics import median
from typing import Final

from scraper.quality.limits import Limits
from scraper.quality.profile import AMOUNTS, EVERYWHERE, RATE, Profile, amounts, town_of
from scraper.quality.seen import ALL, CORE, see
from scraper.quality.share import LUCK, RARE_LUCK, high_share, is_far_below, low_share
from scraper.quality.suspicion import Suspect, Suspicion
from scraper.quality.tables import rough_rates
from scraper.schema import Row

ELSEWHERE: Final = 2.0
"""Times that the median may move more where the new houses are in other towns."""
IN_TOWNS: Final = 20
"""New houses in towns that were known, from which on these are compared and not the whole."""
FEWEST: Final = 8
"""New houses that a median is looked at from."""
RATES: Final = (4.0, 6000.0)
"""Plausible median price per square foot of a whole dataset, in US dollars. Poor villages stand
at 10 and Monaco at 5,000."""
HOMES: Final = (250.0, 15_000.0)
"""Plausible median living area in square feet. Flats of Hong Kong have about 450."""
_MEDIANS: Final = (RATE, "living_area_sqft")
"""Amounts whose median says something where the towns are not the same."""


def judge(new: Profile, past: Profile | None, limits: Limits | None = None) -> list[Suspicion]:
    """What speaks against publishing; nothing where all is as it was.

    `past` is None before the first version: then only what can be nowhere is suspicious.
    """
    allowed = limits or Limits()
    found = list(_implausible(new))
    if past is not None:
        found += [*_gaps(new, past), *_currency(new, past, allowed)]
        found += [*_medians(new, past, allowed), *_strays(new, past, allowed)]
    return found


def _implausible(new: Profile) -> Iterator[Suspicion]:
    currency, _ = (new.currencies.most_common(1) or [("", 0)])[0]
    dollars = rough_rates().get(currency)
    if dollars:
        low, high = (edge * dollars for edge in RATES)
        yield from _out_of(new, RATE, low, high, currency)
    yield from _out_of(new, "living_area_sqft", *HOMES, "sqft")


def _out_of(new: Profile, name: str, low: float, high: float, unit: str) -> Iterator[Suspicion]:
    usual = new.amounts.get(name, {}).get(EVERYWHERE)
    if usual is not None and usual.houses >= FEWEST and not low <= usual.middle <= high:
        yield Suspicion(
            "range",
            name,
            f"median {usual.middle:,.0f} {unit} over {usual.houses} houses",
            f"{low:,.0f} to {high:,.0f} {unit}",
            lambda row: not low <= amounts(row).get(name, low) <= high,
        )


def _gaps(new: Profile, past: Profile) -> Iterator[Suspicion]:
    told: set[str] = set()
    for group in sorted(past.fill.groups, key=lambda name: (name != ALL, name)):
        for column in sorted(past.fill.of(group).filled):
            if column.partition(" from ")[0] in told:
                continue
            if found := _gap(new, past, group, column):
                told.add(column)
                yield found


def _gap(new: Profile, past: Profile, group: str, column: str) -> Suspicion | None:
    one, before = new.fill.of(group), past.fill.of(group)
    if shared := new.fill.places(group) & past.fill.places(group):
        one, before = new.fill.within(group, shared), past.fill.within(group, shared)
    rows, hits = one.rows, one.filled[column]
    past_rows, past_hits = before.rows, before.filled[column]
    rare = LUCK if column in CORE else RARE_LUCK
    if not is_far_below(hits, rows, past_hits, past_rows, rare):
        return None
    kind = "" if group == ALL else f" that are {group.replace('/', ', ')}"
    return Suspicion(
        "layer" if " from " in column else "fill",
        column,
        f"in {hits} of {rows} new houses{kind}",
        f"in {past_hits} of {past_rows} of the published version",
        lambda row: column not in (seen := see(row)).filled and group in seen.groups,
    )


def _currency(new: Profile, past: Profile, limits: Limits) -> Iterator[Suspicion]:
    if not past.currencies:
        return
    usual, before = past.currencies.most_common(1)[0]
    hits, rows = new.currencies[usual], new.currencies.total()
    allowed = high_share(past.currencies.total() - before, past.currencies.total())
    if limits.currency and low_share(rows - hits, rows) > allowed + limits.currency:
        others = ", ".join(f"{n} {name}" for name, n in new.currencies.most_common(3))
        yield Suspicion(
            "currency",
            "currency",
            f"{others} of {rows} new houses",
            f"{usual}, as in {before} of {past.currencies.total()} before",
            lambda row: row.get("currency") not in (None, usual),
        )


def _medians(new: Profile, past: Profile, limits: Limits) -> Iterator[Suspicion]:
    for name in AMOUNTS if limits.median else ():
        now, before = new.amounts.get(name, {}), past.amounts.get(name, {})
        if EVERYWHERE not in now or EVERYWHERE not in before:
            continue
        towns = now.keys() & before.keys() - {EVERYWHERE}
        if sum(now[town].houses for town in towns) < IN_TOWNS:
            towns = set()
        if not towns and name not in _MEDIANS:
            continue
        at = towns or {EVERYWHERE}
        times = exp(median(log(now[town].middle / before[town].middle) for town in at))
        allowed = limits.median * (1 if towns else ELSEWHERE)
        if now[EVERYWHERE].houses >= FEWEST and not 1 / allowed < times < allowed:
            yield _moved(name, now[EVERYWHERE].middle, past, times, allowed)


def _moved(name: str, now: float, past: Profile, times: float, allowed: float) -> Suspicion:
    before = past.amounts[name][EVERYWHERE].middle

    def speaks(row: Row) -> bool:
        value, usual = amounts(row).get(name), past.usual(name, town_of(row))
        if value is None or usual is None:
            return False
        return (value / usual.middle > 1) == (times > 1) and not (
            1 / allowed < value / usual.middle < allowed
        )

    return Suspicion(
        "median",
        name,
        f"median {now:,.0f}, {times:,.3g} times that of the same towns before",
        f"about {before:,.0f}, less than {allowed:g} times more or less",
        speaks,
    )


def _strays(new: Profile, past: Profile, limits: Limits) -> Iterator[Suspicion]:
    rows, hits = new.rated, new.strays
    allowed = limits.strays + (past.strays / past.rated if past.rated else 0.0)
    if limits.strays and low_share(hits, rows) > allowed:
        yield Suspicion(
            "outliers",
            RATE,
            f"far off the town's usual price in {hits} of {rows} new houses",
            f"in {past.strays} of {past.rated}, as before",
            past.strays_from,
        )


def stray_suspects(rows: Iterable[Row], profile: Profile) -> Iterator[Suspect]:
    """Houses far off what a square foot costs in their town."""
    for row in rows:
        usual, town = profile.usual(RATE, town_of(row)), town_of(row)
        if usual is not None and profile.strays_from(row):
            expected = f"about {usual.middle:,.0f} {profile.where(RATE, town)}"
            yield Suspect(
                str(row.get("site")), str(row.get("house_id")), str(row.get("url")), "outliers",
                RATE, f"{amounts(row)[RATE]:,.0f}", expected,
            )  # fmt: skip
