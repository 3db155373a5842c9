"""How often the gate is wrong: false alarms over harmless weeks, and faults that it misses.

    python benchmarks/gate.py PLACE [--weeks 200] [--seed 1]

PLACE is a dataset of real houses (`benchmarks/real_houses.py --place`). Weeks are drawn from it:
what is published, and what a week brings on top. A harmless week changes prices and states as
markets do; each fault is put on top of such a week. Prints two markdown tables.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from random import Random

from scraper.dataset.quality import SEEN
from scraper.dataset.rows import rows
from scraper.place.open import open_place
from scraper.quality.compare import compare
from scraper.quality.frame import frame_of
from scraper.quality.judge import judge
from scraper.quality.limits import Limits
from scraper.quality.profile import Profile
from scraper.quality.seen import PRICES
from scraper.schema import Row

Week = tuple[list[Row], list[Row]]
"""What is published, and what comes."""
MONEY = ("sold_price", "listed_price", "last_sold_price")


def judged(week: Week, limits: Limits) -> set[str]:
    """The checks that fail, with their column."""
    published, new = week
    past = Profile.of(published)
    found = [(one.check, one.column) for one in judge(Profile.of(new, past), past, limits)]
    odd = compare(frame_of(new), frame_of(published), limits)
    found += [(one.check, one.column) for one in odd.suspicions]
    return {f"{check} {column}" for check, column in found}


def halves(all_: list[Row], dice: Random) -> Week:
    """Half is published, the other half comes."""
    some = dice.sample(all_, len(all_))
    return some[: len(some) // 2], deepcopy(some[len(some) // 2 :])


def drawn(all_: list[Row], dice: Random) -> Week:
    """Both drawn with replacement, the new ones few or many."""
    published = [{**row, "house_id": f"p{n}", "address": f"{n} {row['address']}"}
                 for n, row in enumerate(dice.choices(all_, k=len(all_)))]  # fmt: skip
    count = dice.choice((20, 60, 150, 400))
    new = [{**row, "house_id": f"n{n}", "address": f"{9000 + n} {row['address']}"}
           for n, row in enumerate(dice.choices(all_, k=count))]  # fmt: skip
    return published, deepcopy(new)


def weekly(all_: list[Row], dice: Random) -> Week:
    """A tenth is new, a fifth is read again with other prices and states."""
    some = dice.sample(all_, len(all_))
    published, fresh = some[: len(some) * 9 // 10], some[len(some) * 9 // 10 :]
    again = [_lived(row, dice) for row in deepcopy(dice.sample(published, len(published) // 5))]
    return published, [*deepcopy(fresh), *again]


def regions(all_: list[Row], dice: Random) -> Week:
    """What comes is from a third of the states only, of which some houses were known."""
    states = sorted({str(row["state"]) for row in all_})
    chosen = set(dice.sample(states, len(states) // 3))
    inside = [row for row in all_ if row["state"] in chosen]
    known = {id(row) for row in dice.sample(inside, len(inside) // 3)}
    published = [row for row in all_ if row["state"] not in chosen or id(row) in known]
    return published, deepcopy([row for row in inside if id(row) not in known])


def _lived(row: Row, dice: Random) -> Row:
    """A house a week later: its price changed, or it was sold, or is for sale."""
    price = next((row[name] for name in PRICES if row.get(name)), None)
    if dice.random() < 0.5:
        row |= {name: row[name] * dice.uniform(0.85, 1.1) for name in MONEY if row.get(name)}
    elif row["status"] == "sold":
        row |= {"status": "for_sale", "last_sold_price": price, "sold_price": None,
                "listed_price": price and price * dice.uniform(1, 1.5)}  # fmt: skip
    else:
        row |= {"status": "sold", "sold_price": price}
    return row


WEEKS: dict[str, Callable[[list[Row], Random], Week]] = {
    "random halves": halves,
    "drawn with replacement, 20 to 400 new": drawn,
    "a tenth new, a fifth changed": weekly,
    "only a third of the states": regions,
}


def some(share: float, change: Callable[[Row], Row]) -> Callable[[list[Row], Random], None]:
    """A fault of a share of the new rows."""

    def put(new: list[Row], dice: Random) -> None:
        for row in new:
            if dice.random() < share:
                row.update(change(row))

    return put


def times(factor: float, *columns: str) -> Callable[[Row], Row]:
    return lambda row: {name: row[name] * factor for name in columns if row.get(name)}


def without(*columns: str) -> Callable[[Row], Row]:
    return lambda _: dict.fromkeys(columns)


def shuffled(new: list[Row], dice: Random) -> None:
    """Each house has the price of another."""
    prices = [{name: row.get(name) for name in MONEY} for row in new]
    dice.shuffle(prices)
    for row, price in zip(new, prices, strict=True):
        row.update(price)


def _older(row: Row) -> Row:
    days = ("sold_on", "listed_on", "last_sold_on")
    return {name: row[name] - timedelta(days=400) for name in days if row.get(name)}


FAULTS: dict[str, Callable[[list[Row], Random], None]] = {
    "prices x 100": some(1, times(100, *MONEY)),
    "prices x 100 of a quarter": some(0.25, times(100, *MONEY)),
    "prices in thousands": some(1, times(0.001, *MONEY)),
    "prices in rupees, marked as dollars": some(1, times(83, *MONEY)),
    "another currency": some(1, lambda _: {"currency": "EUR"}),
    "another currency for a quarter": some(0.25, lambda _: {"currency": "EUR"}),
    "price hidden": some(1, without(*MONEY)),
    "price hidden for 60 %": some(0.6, without(*MONEY)),
    "one price for all": some(1, lambda row: {n: 350_000.0 for n in MONEY if row.get(n)}),
    "prices of other houses": shuffled,
    "square metres for square feet": some(1, times(1 / 10.7639, "living_area_sqft")),
    "acres for square feet, of lots": some(1, times(1 / 43560, "lot_size_sqft")),
    "year of construction hidden": some(1, without("year_built")),
    "one year of construction": some(1, lambda _: {"year_built": 2024}),
    "bathrooms x 10": some(1, times(10, "bathrooms")),
    "bedrooms are rooms": some(1, lambda r: {"bedrooms": (r.get("bedrooms") or 0) * 2 + 3}),
    "one address for all": some(1, lambda _: {"address": "1 Main St"}),
    "type of home hidden": some(1, without("home_type")),
    "places outside of the globe, 5 %": some(0.05, lambda _: {"latitude": 123.0}),
    "old pages out of a cache": some(1, _older),
}


AGAIN = {"old pages out of a cache"}
"""What can be seen of houses that are read again only."""


def renumbered(week: Week, dice: Random) -> Week:
    """The houses that were known come again under other IDs."""
    published, _ = week
    return published, [{**row, "house_id": f"x{n}"}
                       for n, row in enumerate(dice.sample(published, 60))]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("place")
    parser.add_argument("--weeks", type=int, default=200)
    parser.add_argument("--faulty", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    reader = rows(open_place(args.place, create=False), columns=SEEN)
    all_, limits, dice = reader.read_all().to_pylist(), Limits(), Random(args.seed)
    started = time.process_time()
    print("| harmless weeks | drawn | refused | by |\n| --- | ---: | ---: | --- |")
    for name, draw in WEEKS.items():
        hits: Counter[str] = Counter()
        refused = 0
        for _ in range(args.weeks // len(WEEKS)):
            found = judged(draw(all_, dice), limits)
            refused += bool(found)
            hits.update(found)
        by = ", ".join(f"{check} {n}" for check, n in hits.most_common(4)) or "-"
        print(f"| {name} | {args.weeks // len(WEEKS)} | {refused} | {by} |", flush=True)
    print("\n| fault | put in | refused | by |\n| --- | ---: | ---: | --- |")
    for name, fault in FAULTS.items():
        caught: Counter[str] = Counter()
        refused = 0
        for number in range(args.faulty):
            week = (halves, weekly)[number % 2 or name in AGAIN](all_, dice)
            fault(week[1], dice)
            found = judged(week, limits)
            refused += bool(found)
            caught.update(found)
        _tell(name, args.faulty, refused, caught)
    found_twins = Counter(
        check for _ in range(args.faulty)
        for check in judged(renumbered(halves(all_, dice), dice), limits)
    )  # fmt: skip
    _tell(
        "other IDs for known houses", args.faulty, max(found_twins.values(), default=0), found_twins
    )
    print(f"\n{time.process_time() - started:.0f} s of processor time")


def _tell(name: str, of: int, refused: int, caught: Counter[str]) -> None:
    by = ", ".join(check for check, _ in caught.most_common(3)) or "-"
    print(f"| {name} | {of} | {refused} | {by} |", flush=True)


if __name__ == "__main__":
    main()
