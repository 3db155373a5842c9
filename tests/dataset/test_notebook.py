"""The course's way through its data, on our export, without a change.

What the notebook of the course does to `house_sales.ftr` step by step: drop what is mostly
missing, clean money and areas by regular expressions, drop odd houses, plot.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns

from scraper.dataset.course import COLUMNS
from scraper.dataset.export import export
from scraper.place.place import Place
from scraper.schema import Row

mpl.use("Agg")

TYPES = ["SingleFamily", "Condo", "MultiFamily", "Townhouse", "VacantLand"]
CURRENCY = ["Sold Price", "Listed Price", "Tax assessed value", "Annual tax amount"]
AREAS = ["Total interior livable area", "Lot size"]


def _houses(run: Any, count: int, without: tuple[str, ...]) -> list[Row]:
    chance = random.Random(4)
    rows = []
    for number in range(count):
        price = float(chance.randint(150, 2500) * 1000)
        acres = chance.random() < 0.2
        row = run.house(
            number,
            price,
            currency="USD",
            home_type=TYPES[number % len(TYPES)],
            zip=f"{90000 + number % 23:05d}",
            listed_price=price * 1.02,
            tax_assessed_value=price / 2,
            annual_tax_amount=price / 90,
            living_area_sqft=price / 400,
            lot_size_sqft=chance.uniform(44_000, 200_000) if acres else chance.uniform(900, 9_000),
            sold_on=date(2025, 1, 1) + timedelta(days=number % 300),
            elementary_school_score=float(chance.randint(1, 10)),
            high_school_score=float(chance.randint(1, 10)),
        )
        rows.append({name: value for name, value in row.items() if name not in without})
    return rows


def _explore(path: Path) -> pd.DataFrame:
    """The notebook, cell after cell; the plots are drawn and thrown away."""
    data = pd.read_feather(path)
    data.head()
    null_sum = data.isnull().sum()
    data.drop(columns=data.columns[null_sum > len(data) * 0.3], inplace=True)
    assert len(data.dtypes)
    for c in CURRENCY:
        data[c] = (
            data[c]
            .replace(r"[$,-]", "", regex=True)
            .replace(r"^\s*$", np.nan, regex=True)
            .astype(float)
        )
    for c in AREAS:
        acres = data[c].str.contains("Acres") == True  # noqa: E712  # as the notebook has it
        col = data[c].replace(r"\b sqft\b|\b Acres\b|\b,\b", "", regex=True).astype(float)
        col[acres] *= 43560
        data[c] = col
    data.describe()
    abnormal = (data[AREAS[1]] < 10) | (data[AREAS[1]] > 1e4)
    data = data[~abnormal]
    _plot(data)
    return data


def _plot(data: pd.DataFrame) -> None:
    plt.figure()
    ax = sns.histplot(np.log10(data["Sold Price"]))
    ax.set_xlim([3, 8])
    data["Type"].value_counts()[0:20]
    types = data["Type"].isin(["SingleFamily", "Condo", "MultiFamily", "Townhouse"])
    shown = pd.DataFrame(
        {"Sold Price": np.log10(data[types]["Sold Price"]), "Type": data[types]["Type"]}
    )
    sns.displot(shown, x="Sold Price", hue="Type", kind="kde")
    data["Price per living sqft"] = data["Sold Price"] / data["Total interior livable area"]
    plt.figure()
    ax = sns.boxplot(x="Type", y="Price per living sqft", data=data[types], fliersize=0)
    ax.set_ylim([0, 2000])
    most = data[data["Zip"].isin(data["Zip"].value_counts()[:20].keys())]
    plt.figure()
    sns.boxplot(x="Zip", y="Price per living sqft", data=most, fliersize=0)
    scores = ["Elementary School Score", "High School Score"]
    numbers = ["Sold Price", "Listed Price", "Annual tax amount", "Listed Price", *scores]
    plt.figure()
    sns.heatmap(data[numbers].corr(), annot=True, cmap="RdYlGn")
    plt.close("all")


@pytest.mark.parametrize(
    "without", [(), ("annual_tax_amount",), ("lot_size_sqft",), ("heating", "sold_on")]
)
def test_the_notebook_runs(
    folder: Place, crawl: Callable[[Place, int], Any], tmp_path: Path, without: tuple[str, ...]
) -> None:
    run = crawl(folder, 1)
    houses = _houses(run, 300, without)
    run.seal(houses)
    path = tmp_path / "house_sales.ftr"
    assert export(folder, str(path), columns="course") == 300
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = _explore(path)
    assert len(data) == sum((row.get("lot_size_sqft") or 0) <= 1e4 for row in houses)
    truth = {row["house_id"]: row for row in houses}
    for _, row in data.iterrows():
        house = truth[row["Id"]]
        assert row["Sold Price"] == house["sold_price"]
        assert row["Total interior livable area"] == pytest.approx(
            house["living_area_sqft"], abs=0.51
        )
        if "lot_size_sqft" in without:
            assert np.isnan(row["Lot size"])
        else:
            assert row["Lot size"] == pytest.approx(house["lot_size_sqft"], abs=0.51)


def test_the_notebook_needs_the_course_form(
    folder: Place, crawl: Callable[[Place, int], Any], tmp_path: Path
) -> None:
    run = crawl(folder, 1)
    run.seal(_houses(run, 20, ()))
    export(folder, str(tmp_path / "plain.ftr"))
    with pytest.raises(KeyError):
        _explore(tmp_path / "plain.ftr")


def test_the_form_of_the_course(
    folder: Place, crawl: Callable[[Place, int], Any], tmp_path: Path
) -> None:
    run = crawl(folder, 1)
    house = run.house(
        1,
        1_250_000,
        sold_price_raw="Sold: 1.25 Mio.",
        currency="USD",
        annual_tax_amount=7476.5,
        living_area_sqft=13_168,
        lot_size_sqft=178_596,
        sold_on=date(2022, 7, 9),
        zip="01234",
    )
    run.seal([house, run.house(2, 300_000, currency="GBP")])
    export(folder, str(tmp_path / "a.feather"), columns="course")
    data = pd.read_feather(tmp_path / "a.feather").set_index("Id")
    assert [data.index.name, *data.columns] == [column.course for column in COLUMNS]
    first = data.loc[f"{1:09x}"]
    assert first["Sold Price"] == "$1,250,000"
    assert first["Annual tax amount"] == "$7,476.50"
    assert first["Total interior livable area"] == "13,168 sqft"
    assert first["Lot size"] == "4.10 Acres"
    assert first["Sold On"] == "2022-07-09"
    assert first["Zip"] == "01234"
    assert data.loc[f"{2:09x}", "Sold Price"] == "300,000", "no dollar sign on pounds"
