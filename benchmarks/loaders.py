"""Every line of docs/training.md that loads a dataset, run where its library is installed.

    python benchmarks/loaders.py PLACE [--out NEW_FOLDER] [--spark]

Needs a dataset with photos. What is not installed is named and left out; nothing is downloaded.
Spark runs in an environment of its own, with Java: `--spark` runs it alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

PLACE, OUT = Path(), Path()
NUMBERS = ["bedrooms", "bathrooms", "living_area_sqft", "lot_size_sqft", "year_built"]
FORMS = ("files", "webdataset", "parquet")


def pandas() -> str:
    import pandas as pd

    from scraper.dataset import read

    houses = read(str(PLACE))
    plain = pd.read_parquet(PLACE / "releases/houses.parquet")
    assert len(houses) == len(plain)
    photos = pd.read_parquet(OUT / "parquet", columns=["house_id", "image"])
    return f"{len(houses)} houses, {photos['image'].notna().sum()} photos"


def polars() -> str:
    import polars as pl

    houses = pl.read_parquet(PLACE / "releases/houses.parquet")
    photos = pl.scan_parquet(OUT / "parquet/*.parquet").select("house_id", "image").collect()
    delta = pl.scan_delta(str(PLACE / "tables/houses"), version=delta_version()).collect()
    assert len(delta) == len(houses)
    return f"{len(houses)} houses, {len(photos) - photos['image'].null_count()} photos"


def duckdb() -> str:
    import duckdb

    def count(what: str) -> Any:
        return duckdb.sql(f"SELECT count(*) FROM {what}").fetchall()[0][0]

    houses = count(f"'{PLACE}/releases/houses.parquet'")
    photos = count(f"'{OUT}/parquet/*.parquet' WHERE image IS NOT NULL")
    return f"{houses} houses, {photos} photos"


def datasets() -> str:
    from datasets import Image, load_dataset

    cache = str(OUT / "cache")
    photos = load_dataset(
        "parquet", data_files=f"{OUT}/parquet/*.parquet", split="train", cache_dir=cache
    ).cast_column("image", Image())
    seen = load_dataset(
        "webdataset", data_files=f"{OUT}/webdataset/*.tar", split="train", streaming=True
    )
    first = next(iter(seen))
    with_picture = photos.filter(lambda image: image is not None, input_columns="image")
    return (
        f"{len(photos)} rows, {len(with_picture)} photos, first {photos[0]['image'].size}; "
        f"streamed {first['__key__']} {first['jpg'].size}, {sorted(first)[:3]}"
    )


def webdataset() -> str:
    import webdataset as wds

    shards = sorted(str(shard) for shard in (OUT / "webdataset").glob("*.tar"))
    samples = [*wds.WebDataset(shards, shardshuffle=False).decode("pil").to_tuple("jpg", "json")]
    return f"{len(samples)} photos, first {samples[0][0].size}"


def sklearn() -> str:
    from sklearn.base import clone
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.pipeline import make_pipeline

    from scraper.dataset import read
    from scraper.training.columns import DateParts, DropSparse, LogScale, PoolRare
    from scraper.training.split import split_by_house

    houses = read(str(PLACE)).dropna(subset="sold_price")
    split = split_by_house(houses)
    columns = [*NUMBERS, "home_type", "city", "sold_on"]
    steps = (
        DropSparse(0.9, keep=["city", "sold_on", "living_area_sqft"]),
        LogScale(["living_area_sqft"]),
        PoolRare(["city", "home_type"], min_count=5),
        DateParts(["sold_on"]),
    )
    model = make_pipeline(*steps, HistGradientBoostingRegressor(categorical_features="from_dtype"))
    train, test = houses[split == "train"], houses[split != "train"]
    model = clone(model).fit(train[columns], train["sold_price"])
    score = model.score(test[columns], test["sold_price"])
    return f"pipeline of {len(steps)} transforms, cloned and fitted; R2 {score:.2f}"


def torch() -> str:
    from torch.utils.data import DataLoader

    from scraper.dataset import read
    from scraper.training.duplicates import house_groups, mark_duplicates
    from scraper.training.photo_folder import PhotoFolder
    from scraper.training.pytorch import HouseDataset, HouseStream
    from scraper.training.samples import Samples
    from scraper.training.split import split_by_house

    folder = PhotoFolder(OUT / "webdataset")
    houses = read(str(PLACE))
    marked = mark_duplicates(folder.photos)
    houses["split"] = split_by_house(houses, house_groups(houses, marked))
    samples = Samples(
        folder, houses, split="train", features=NUMBERS, target="sold_price", text="description"
    )
    said = []
    for context in ("fork", "spawn"):
        loaders: dict[str, DataLoader[Any]] = {
            "map": DataLoader(
                HouseDataset(samples),
                batch_size=16,
                shuffle=True,
                num_workers=2,
                multiprocessing_context=context,
            ),
            "stream": DataLoader(
                HouseStream(samples), batch_size=16, num_workers=2, multiprocessing_context=context
            ),
        }
        for name, loader in loaders.items():
            start = time.perf_counter()
            keys: list[str] = []
            for batch in loader:
                assert batch["images"].shape[1:] == (4, 3, 224, 224)
                assert batch["features"].shape[1] == len(NUMBERS)
                keys += batch["key"]
            assert len(keys) == len(set(keys)) == len(samples), name
            rate = sum(min(4, samples[at]["count"]) for at in range(len(samples)))
            said.append(f"{name}/{context} {rate / (time.perf_counter() - start):.0f} photos/s")
    return f"{len(samples)} houses each once; " + ", ".join(said)


def spark() -> str:
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = spark.getOrCreate()
    houses = session.read.parquet(f"{PLACE}/releases/houses.parquet").count()
    photos = session.read.parquet(f"{OUT}/parquet").where("image IS NOT NULL").count()
    session.stop()
    return f"{houses} houses, {photos} photos"


def delta_version() -> int:
    import json

    newest = max((PLACE / "versions").glob("*.json"))
    return int(json.loads(newest.read_text())["tables"]["houses"])


LOADERS: dict[str, tuple[str, Callable[[], str]]] = {
    "pandas": ("pandas", pandas),
    "polars": ("polars", polars),
    "DuckDB": ("duckdb", duckdb),
    "Hugging Face datasets": ("datasets", datasets),
    "webdataset": ("webdataset", webdataset),
    "scikit-learn": ("scikit-learn", sklearn),
    "PyTorch": ("torch", torch),
}


def main() -> None:
    global PLACE, OUT
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("place", type=Path)
    parser.add_argument("--out", type=Path, help="where the exports are made, or are already")
    parser.add_argument(
        "--spark", action="store_true", help="only Spark, of exports that are there"
    )
    args = parser.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    with tempfile.TemporaryDirectory() as folder:
        PLACE, OUT = args.place.absolute(), (args.out or Path(folder)).absolute()
        if args.spark:
            print(f"Spark {version('pyspark')}: {spark()}")
            return
        make_exports()
        for name, (package, load) in LOADERS.items():
            try:
                said = f"{version(package)}: {load()}"
            except ImportError as error:
                said = f"not run ({error})"
            print(f"{name} {said}", flush=True)


def make_exports() -> None:
    from scraper.dataset.photo_export import export_photos
    from scraper.place.open import open_place

    OUT.mkdir(exist_ok=True)
    for form in FORMS:
        if not (OUT / form).exists():
            export_photos(open_place(str(PLACE), create=False), str(OUT / form), form)


if __name__ == "__main__":
    main()
