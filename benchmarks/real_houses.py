"""How well a crawl gives back a CSV of real houses that the embedded site served as pages.

    python benchmarks/real_houses.py FILE.csv[.gz] [--photos DIR] [--place DIR] [--show]

Serves the file, crawls it, compares each column with the CSV, and prints a markdown table. The
comparison reads the CSV by itself: it does not trust what the site says its truth is. `--show`
lists the cells that differ.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from scraper.dataset import read
from scraper.demo.csv_source import CsvSource
from scraper.demo.site import DemoSite

HOME_TYPES = {
    "SINGLE_FAMILY": "SingleFamily",
    "CONDO": "Condo",
    "TOWNHOUSE": "Townhouse",
    "MULTI_FAMILY": "MultiFamily",
    "MANUFACTURED": "Manufactured",
    "APARTMENT": "Apartment",
    "LOT": "VacantLand",
}
SQFT = {"Square Feet": 1.0, "sqft": 1.0, "Acres": 43_560.0}


def expected(csv: pd.DataFrame) -> dict[str, pd.Series]:
    """Column to what the CSV says of it."""
    factor = csv["lotAreaUnits"].map(SQFT)
    return {
        "sold_price/last_sold_price": csv["lastSoldPrice"],
        "sold_on": pd.to_datetime(csv["dateSoldString"]).dt.date,
        "bedrooms": csv["bedrooms"],
        "bathrooms": csv["bathrooms"],
        "year_built": csv["yearBuilt"],
        "living_area_sqft": csv["livingArea"],
        "lot_size_sqft": csv["lotAreaValue"] * factor,
        "tax_assessed_value": csv["taxAssessedValue"],
        "home_type": csv["homeType"].map(HOME_TYPES),
        "city": csv["city"],
        "state": csv["state"],
        "zip": csv["zipcode"].map("{:05d}".format),
    }


def crawled(houses: pd.DataFrame) -> dict[str, pd.Series]:
    """The same columns as the dataset has them."""
    named = {column: houses[column] for column in houses.columns}
    named["sold_price/last_sold_price"] = houses["sold_price"].fillna(houses["last_sold_price"])
    sold = houses["sold_on"].where(houses["sold_on"].notna(), houses["last_sold_on"])
    named["sold_on"] = pd.to_datetime(sold).dt.date
    return named


def _close(tolerance: float) -> Callable[[object, object], bool]:
    return lambda ours, theirs: abs(float(ours) - float(theirs)) <= tolerance * abs(float(theirs))


def right(column: str) -> Callable[[object, object], bool]:
    """How two values of a column are compared: lots may be rounded to two decimals of an acre."""
    if column == "lot_size_sqft":
        return _close(0.005)
    text = column in ("city", "state", "zip", "home_type", "sold_on")
    return (lambda ours, theirs: str(ours) == str(theirs)) if text else _close(1e-6)


def table(csv: pd.DataFrame, houses: pd.DataFrame, show: bool) -> str:
    """The comparison as markdown, and the cells that differ where they are asked for."""
    csv = csv.set_index(csv["zpid"].astype(str))
    houses = houses.set_index("house_id").reindex(csv.index)
    ours, theirs = crawled(houses), expected(csv)
    differ: list[str] = []
    lines = ["| column | rows with a value | equal | share |", "| --- | ---: | ---: | ---: |"]
    for column, values in theirs.items():
        same = right(column)
        have = values.dropna().index
        cells = {i: (ours[column][i], values[i]) for i in have}
        wrong = [i for i, (o, t) in cells.items() if pd.isna(o) or not same(o, t)]
        differ += [f"- {column} of {i}: {cells[i][0]} for {cells[i][1]}" for i in wrong]
        equal = len(have) - len(wrong)
        lines.append(f"| {column} | {len(have)} | {equal} | {100 * equal / len(have):.1f} % |")
    offered = houses["sold_on"].isna() & houses["last_sold_on"].notna()
    lines += [
        "",
        f"{offered.sum()} of the sales stand in last_sold_*: the house is for sale again.",
    ]
    return "\n".join([*lines, *(differ if show else ())])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("csv", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--place", type=Path)
    parser.add_argument("--show", action="store_true", help="also list the cells that differ")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = args.place or Path(folder) / "data"
        with DemoSite(source=CsvSource(args.csv, args.photos)) as site:
            file = site.site_file(Path(folder))
            command = [sys.executable, "-m", "scraper.cli.main", "run"]
            command += ["--site", str(file), "--dataset", str(place)]
            code = subprocess.run(command, check=False).returncode
        houses = read(str(place))
        print(f"{len(houses)} houses\n\n{table(pd.read_csv(args.csv), houses, args.show)}")
    return code


if __name__ == "__main__":
    sys.exit(main())
