"""`housecrawl plan`: hours, machines and dollars, before anything is spent."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, Final

import orjson
from rich import box
from rich.console import Console
from rich.table import Table

from scraper.errors import ExitCode, UsageError
from scraper.fleet.plan import plan
from scraper.fleet.prices import Machine, prices
from scraper.fleet.ways import Way, measured, ways
from scraper.place.open import open_place

_NOTE: Final = (
    "Prices of {date}, scraper/fleet/prices.toml. `course`: a browser for every page, one at a"
    " time, at the course's own price. What a way takes is measured: docs/performance.md, or a run"
    " of yours with --measured PLACE. As soon as the site's pace is slower than this, it decides"
    " the hours: say it with --delay."
)
HELP = "hours, machines and dollars of a crawl, before anything is spent"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--houses", type=_positive, required=True, metavar="N", help="houses")
    parser.add_argument("--photos", type=float, default=0, help="photos a house (usual: 20)")
    parser.add_argument("--machine", default="t3-small", help=", ".join(prices().machines))
    parser.add_argument("--machines", type=_positive, default=1, metavar="N", help="how many")
    parser.add_argument("--delay", type=float, help="seconds between two requests to the site")
    parser.add_argument("--refreshes", type=float, default=0, help="refreshes a month")
    parser.add_argument("--changed", type=float, default=0.1, help="share that one visits (0.1)")
    parser.add_argument("--measured", metavar="PLACE", help="take what the last run there took")


def run(args: argparse.Namespace) -> ExitCode:
    """Print what it comes to by each way, with the arithmetic."""
    machine = prices().machines.get(args.machine)
    if machine is None:
        known = ", ".join(prices().machines)
        raise UsageError(f"there is no machine {args.machine!r}; known: {known}")
    found = dict(ways())
    if args.measured:
        name, way = measured(_run_of(args.measured))
        found[name] = way
    console = Console(highlight=False)
    console.print(_table(args, machine, found))
    console.print(_NOTE.format(date=prices().dated), soft_wrap=True)
    return ExitCode.COMPLETE


def _run_of(place: str) -> Mapping[str, object]:
    try:
        found = orjson.loads(open_place(place, create=False).read("run.json"))
    except FileNotFoundError as error:
        raise UsageError(f"{place} has no run.json: nothing was crawled there yet") from error
    except ValueError as error:
        raise UsageError(f"run.json of {place} cannot be read: crawl again") from error
    return _together(found) if isinstance(found, dict) else {}


def _together(run: dict[str, Any]) -> Mapping[str, object]:
    """A run with what the runs of parts took that it put together."""
    fleet = run.get("fleet")
    if not fleet:
        return run
    stats: dict[str, float] = dict(fleet["stats"])
    for name, value in run.get("stats", {}).items():
        stats[name] = stats.get(name, 0) + value
    cpu = fleet["cpu_seconds"] + run.get("cpu_seconds", 0.0)
    return {**run, "stats": stats, "cpu_seconds": cpu}


def _table(args: argparse.Namespace, machine: Machine, found: Mapping[str, Way]) -> Table:
    title = (
        f"{args.houses:,} houses on {args.machines} x {machine.title}, ${machine.hour:g} an hour"
    )
    table = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left")
    table.add_column("")
    for name in found:
        table.add_column(name, justify="right")
    columns = [_column(args, machine, name, way) for name, way in found.items()]
    for label in columns[0]:
        table.add_row(label, *(column[label] for column in columns))
    return table


def _column(args: argparse.Namespace, machine: Machine, name: str, way: Way) -> dict[str, str]:
    """What one way comes to: label to cell, in the order in which it is worked out."""
    hired = prices().machines["course"] if name == "course" else machine
    work = way.work(args.houses, args.photos)
    made = plan(work, hired, args.machines, prices(), 1 / args.delay if args.delay else None)
    busy = work.cpu_hours / hired.vcpu * hired.hour
    cells = {
        "processor seconds a page": f"{way.cpu_seconds:.3g}",
        "+ photos, each": f"{args.photos:g} x {work.photo_cpu_seconds:g}",
        "= processor hours": f"{work.cpu_hours:,.1f}",
        "seconds a page, pages at once": f"{way.wait_seconds:g}, {work.under_way(hired.vcpu)}",
        "hours from start to end": f"{made.hours:,.1f}",
        "  decided by": made.bound_by,
        "machine-hours": f"{made.machine_hours:,.1f}",
        "machines": _money(made.compute),
        "  if no machine ever waited": _money(busy),
        "  more, with burst credits used up": _money(made.surplus),
        "addresses, one a machine": _money(made.addresses),
        "writes to S3": _money(made.puts),
        "kept in S3, a month": _money(made.storage),
    }
    if args.refreshes:
        monthly = made.once * args.refreshes * args.changed
        cells[f"{args.refreshes:g} refreshes a month of {args.changed:.0%}"] = _money(monthly)
    return cells


def _money(dollars: float) -> str:
    return f"${dollars:,.2f}"


def _positive(text: str) -> int:
    try:
        value = int(text.replace(",", "").replace("_", ""))
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected a whole number above 0")
    return value
