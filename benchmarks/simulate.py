"""A big fleet, simulated: hours, dollars, repeated pages, by workers, parts and interruptions.

    python -m benchmarks.simulate [--houses 10000000] [--way http] [--seeds 5] [--plot fleet.png]

What a page and a photo take comes from scraper/fleet/measured.toml and what a machine costs from
prices.toml, so that the figures are those of `housecrawl plan` with the world's accidents added.
What else is assumed stands in `World` (benchmarks/fleet.py), each with its source. Prints a
markdown table for each question.

Not in it: the list before, and the last step, which takes over what the parts sealed and publishes.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks.fleet import Told, World, simulate
from scraper.fleet.ways import ways


def row(label: str, runs: Sequence[Told]) -> str:
    """A line of a table: medians of hours and dollars with the range of the hours, else means."""
    hours = sorted(run.hours for run in runs)
    dollars = statistics.median(run.dollars for run in runs)
    counts = {
        name: statistics.fmean(getattr(run, name) for run in runs)
        for name in ("busy", "interruptions", "bans", "repeated")
    }
    return (
        f"| {label} | {statistics.median(hours):.2f} ({hours[0]:.2f}-{hours[-1]:.2f}) | "
        f"{dollars:.2f} | {counts['busy']:.0%} | {counts['interruptions']:.1f} | "
        f"{counts['bans']:,.0f} | {counts['repeated']:,.0f} |"
    )


def table(title: str, first: str, worlds: Mapping[str, World], seeds: range) -> list[list[Told]]:
    """Print a question's table; the runs behind each line."""
    print(f"\n{title}\n")
    print(f"| {first} | hours (from-to) | dollars | busy | taken away | refused | asked again |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    found = []
    for label, world in worlds.items():
        found.append(simulate(world, seeds))
        print(row(label, found[-1]), flush=True)
    return found


PARTS: Final = (1, 2, 3, 5, 10, 20, 30, 100)
NEAR: Final = 1.05
"""Hours times dollars within 5 % of the best count as as good."""


def recommended(parts: Sequence[int], runs: Sequence[Sequence[Told]]) -> int:
    """The fewest parts a worker that are as good as the best: the least hours times dollars."""
    hours = [statistics.median(run.hours for run in some) for some in runs]
    dollars = [statistics.median(run.dollars for run in some) for some in runs]
    products = [h * d for h, d in zip(hours, dollars, strict=True)]
    return next(n for n, one in zip(parts, products, strict=True) if one <= NEAR * min(products))


def _plot(path: Path, runs: Mapping[str, Sequence[Sequence[Told]]]) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for label, some in runs.items():
        axes.plot(
            PARTS,
            [statistics.median(one.hours for one in each) for each in some],
            "o-",
            label=label,
        )
    axes.set(xscale="log", xlabel="parts a worker", ylabel="hours", xticks=PARTS)
    axes.set_xticklabels([str(n) for n in PARTS])
    axes.set_ylim(bottom=0)
    axes.legend(title="a machine is taken away")
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--houses", type=int, default=10_000_000)
    parser.add_argument("--photos", type=float, default=20)
    parser.add_argument("--way", default="http", choices=list(ways()))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--plot", type=Path)
    args = parser.parse_args()
    seeds = range(args.seeds)
    base = World(ways()[args.way].work(args.houses, args.photos))
    often = {"none": 0.0, "5 % a month": 0.05 / 720, "20 % a month": 0.2 / 720}
    often |= {"5 % an hour": 0.05, "20 % an hour": 0.2}

    first = {str(n): replace(base, parts_each=n) for n in PARTS}
    runs = table("Parts a worker", "parts a worker", first, seeds)
    best = recommended(PARTS, runs)
    print(f"\nfewest parts a worker within 5 % of the least hours times dollars: {best}")
    base = replace(base, parts_each=best)
    table(
        "Interruptions",
        "taken away",
        {name: replace(base, hazard=share) for name, share in often.items()},
        seeds,
    )
    table(
        "Workers",
        "workers",
        {f"{n:,}": replace(base, workers=n) for n in (30, 100, 300, 1000, 3000)},
        seeds,
    )
    table(
        "The site's pace",
        "requests a second, of all together",
        {f"{n:,}": replace(base, per_second=n) for n in (50_000, 10_000, 2_000)},
        seeds,
    )
    table(
        "Refusals",
        "requests until an address is refused",
        {f"{n:,}": replace(base, ban_pages=n) for n in (1_000_000, 200_000, 50_000, 20_000)},
        seeds,
    )
    hard = replace(base, hazard=often["20 % an hour"])
    harder = {str(n): replace(hard, parts_each=n) for n in PARTS}
    worst = table("Parts a worker, 20 % an hour taken away", "parts a worker", harder, seeds)
    print(f"\nthe same where 20 % an hour are taken away: {recommended(PARTS, worst)}")
    if args.plot:
        _plot(args.plot, {"5 % a month": runs, "20 % an hour": worst})


if __name__ == "__main__":
    main()
