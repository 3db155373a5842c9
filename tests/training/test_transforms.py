"""Transforms: learned from train, the same on all, and the same again from JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scraper.errors import InputFileError, UsageError
from scraper.place.open import open_place
from scraper.training.columns import DateParts, DropSparse, LogScale, PoolRare
from scraper.training.recipe import Recipe, keep, kept
from scraper.training.side import Split
from scraper.training.split import SIDES
from scraper.training.transform import Transform
from scraper.training.words import PAD, UNKNOWN, Words

STEPS: list[Transform] = [
    DropSparse(0.5),
    LogScale(),
    PoolRare(["city"], min_count=2),
    DateParts(),
    Words(length=6),
]


def houses() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "city": ["Alder", "Alder", "Brush", None, "Creek"],
            "sold_price": [100_000.0, 400_000.0, 200_000.0, np.nan, 9e9],
            "living_area_sqft": [1000.0, 2000.0, 0.0, 1500.0, 4000.0],
            "hoa_monthly": [np.nan, np.nan, np.nan, 10.0, 20.0],
            "sold_on": pd.to_datetime(
                ["2026-01-05", "2024-02-29", None, "1969-12-31", "2026-03-01"]
            ),
            "description": ["Sunny garden", "A sunny yard", None, "", "garden GARDEN pool"],
            "split": ["train", "train", "train", "train", "test"],
        }
    ).astype({"city": "str", "description": "str"})


def test_columns_over_a_null_share() -> None:
    rows = houses()
    step = DropSparse(0.5).fit(rows)
    assert set(rows.columns) - set(step.transform(rows).columns) == {"hoa_monthly"}
    assert "hoa_monthly" in DropSparse(0.5, keep=["hoa_monthly"]).fit_transform(rows)
    assert "hoa_monthly" in DropSparse(0.75).fit_transform(rows), "just the share is kept"
    assert "hoa_monthly" not in step.transform(rows[["city"]].assign(hoa_monthly=1))
    assert "split" in step.transform(rows)


def test_amounts() -> None:
    rows = houses()
    step = LogScale()
    done = step.fit_transform(rows)
    train = done["sold_price"][:4].dropna()
    assert train.mean() == pytest.approx(0)
    assert train.std(ddof=0) == pytest.approx(1)
    assert done["sold_price"][4] > 5, "the test house is measured by train"
    assert np.isnan(done["sold_price"][3])
    assert np.isnan(done["living_area_sqft"][2]), "no house has no area"
    back = step.inverse_transform(done)
    pd.testing.assert_series_equal(back["sold_price"], rows["sold_price"])
    assert LogScale(["sold_price"]).fit(rows.assign(sold_price=5.0)).fitted["columns"] == {
        "sold_price": [pytest.approx(np.log(5)), 1.0]
    }
    assert rows.equals(houses()), "the rows are left as they are"


def test_rare_categories() -> None:
    rows = houses()
    step = PoolRare(["city"], min_count=2).fit(rows)
    done = step.transform(rows)["city"]
    assert done.astype("object").fillna("-").tolist() == ["Alder", "Alder", "other", "-", "other"]
    assert done.cat.categories.tolist() == ["Alder", "other"]
    new = step.transform(rows[:1].assign(city="Nowhere"))["city"]
    assert new.tolist() == ["other"]
    assert new.cat.categories.tolist() == ["Alder", "other"], "the same codes whatever comes"


def test_dates() -> None:
    done = DateParts().fit_transform(houses())
    assert "sold_on" not in done
    assert done["sold_on_year"].fillna(0).tolist() == [2026, 2024, 0, 1969, 2026]
    assert done["sold_on_weekday"][0] == 0
    assert done["sold_on_days"][3] == -1
    assert str(done["sold_on_month"].dtype) == "float64"
    with pytest.raises(UsageError, match="'hour'"):
        DateParts(parts=["hour"]).fit(houses())


def test_words() -> None:
    step = Words(length=4)
    done = step.fit_transform(houses())["description_tokens"]
    assert step.fitted["words"] == ["sunny"], "what only test says is not learned"
    assert done.tolist() == [
        [2, UNKNOWN, PAD, PAD],
        [UNKNOWN, 2, UNKNOWN, PAD],
        [PAD] * 4,
        [PAD] * 4,
        [UNKNOWN] * 3 + [PAD],
    ]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind)
def test_nothing_is_learned_from_what_is_not_train(step: Transform) -> None:
    rows = houses()
    fitted = step.fit(rows).fitted
    other = rows.copy()
    other.loc[4, ["city", "sold_price", "description"]] = ["Dell", 1.0, "sunny shed shed"]
    assert step.fit(other).fitted == fitted
    assert step.fit(rows[rows["split"] == "train"].drop(columns="split")).fitted == fitted
    leaky = step.fit(pd.concat([other.drop(columns="split")] * 9)).fitted
    assert leaky != fitted or step.kind in ("drop_sparse", "date_parts"), "the control"
    with pytest.raises(UsageError, match="no row of train"):
        step.fit(rows.assign(split="test"))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind)
def test_as_scikit_learn_wants_it(step: Transform) -> None:
    params = step.get_params()
    again = type(step)(**params)
    assert all(again.get_params()[name] is value for name, value in params.items())
    assert again.fit(houses()) is again
    out = again.transform(houses())
    assert again.get_feature_names_out().tolist() == out.columns.tolist()
    with pytest.raises(UsageError, match="'nothing'"):
        again.set_params(nothing=1)
    with pytest.raises(UsageError, match="not fitted"):
        type(step)(**params).transform(houses())


def test_a_recipe_is_the_same_from_json(tmp_path: Path) -> None:
    rows = houses()
    recipe = Recipe(STEPS, version=7)
    done = recipe.fit_transform(rows)
    assert recipe.rows == 4
    place = open_place(str(tmp_path / "homes"))
    assert keep(recipe, place, "prices") == "training/000007/prices.json"
    again = kept(place, 7, "prices")
    pd.testing.assert_frame_equal(again.transform(rows), done)
    assert (again.version, again.rows) == (7, 4)
    assert again.to_json() == recipe.to_json()
    assert all(step is not other for step, other in zip(again.steps, recipe.steps, strict=True))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1, "steps": [{"kind": "eval"}]}'])
def test_another_text_is_no_recipe(text: str) -> None:
    with pytest.raises(InputFileError, match="no recipe"):
        Recipe.from_json(text)
    with pytest.raises(InputFileError, match="format 9"):
        Recipe.from_json(json.dumps({"format": 9}))


def test_wrong_use(tmp_path: Path) -> None:
    place = open_place(str(tmp_path / "homes"))
    with pytest.raises(UsageError, match="version"):
        keep(Recipe(STEPS), place, "prices")
    with pytest.raises(UsageError, match="name"):
        keep(Recipe(STEPS, 1), place, "../prices")
    with pytest.raises(UsageError, match="no training/"):
        kept(place, 3, "prices")
    with pytest.raises(UsageError, match="no column 'town'"):
        PoolRare(["town"]).fit(houses())


def many() -> pd.DataFrame:
    """300 houses with an address each, sold on 300 days."""
    n = np.arange(300)
    rows = pd.DataFrame({"site": "homefind", "house_id": [f"h{i:03d}" for i in n]})
    rows = rows.assign(address=[f"{i} Oak St" for i in n], zip="07001", city="Alder")
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(n, "D")
    return rows.assign(sold_on=days, sold_price=1000.0 * (n + 1))


@pytest.mark.parametrize("by", ["house", "time"])
def test_a_recipe_that_begins_with_its_split(by: str) -> None:
    rows = many()
    recipe = Recipe([Split(by), LogScale()], version=1)
    done = recipe.fit_transform(rows)
    train = done[done["split"] == "train"]
    assert set(done["split"]) == set(SIDES)
    assert recipe.rows == len(train)
    assert train["sold_price"].mean() == pytest.approx(0), "what follows learned from train"
    assert abs(done["sold_price"].mean()) > 0.001, "and from nothing else"
    again = Recipe.from_json(recipe.to_json())
    pd.testing.assert_frame_equal(again.transform(rows), done)
    pd.testing.assert_series_equal(again.transform(rows[:50])["split"], done["split"][:50])
    grouped = Split(by).fit_transform(rows.assign(group="one"))
    assert grouped["split"].nunique() == 1
    assert Split(by).fit(rows).get_feature_names_out().tolist()[-1] == "split"
    with pytest.raises(UsageError, match="'luck'"):
        Split("luck").fit(rows)  # type: ignore[arg-type]
