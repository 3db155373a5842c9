"""Houses and photos in one sample, read from a real export."""

from __future__ import annotations

import io
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from scraper.dataset import read
from scraper.dataset.photo_export import Form, export_photos
from scraper.dataset.publish import publish
from scraper.errors import InputFileError, UsageError
from scraper.ledger.manifests import Manifest
from scraper.place.open import open_place
from scraper.training.columns import PoolRare
from scraper.training.photo_folder import PhotoFolder, decode
from scraper.training.samples import BLOCK, Samples
from scraper.training.split import split_by_house
from scraper.training.words import Words

Seal = Callable[..., Manifest]


def jpeg(grey: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (48, 32), (grey, grey, grey)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory, seal: Seal) -> dict[str, Any]:
    """40 houses with 0 to 4 photos whose grey tells house and position."""
    top = tmp_path_factory.mktemp("training")
    place = open_place(str(top / "homes"))
    houses = [
        {
            "house_id": f"h{n:02d}",
            "sold_price": 1e5 * (n + 1),
            "city": "Alder",
            "address": f"{n} Oak St",
        }
        | {"zip": "07001", "description": "sunny yard", "bedrooms": None if n == 3 else float(n)}
        for n in range(40)
    ]
    photos = [
        {"house_id": f"h{n:02d}", "position": p, "image": jpeg(n * 5 + p), "outcome": "ok"}
        for n in range(40)
        for p in reversed(range(n % 5))
    ]
    seal(place, houses=houses, photos=photos)
    publish(place)
    forms: tuple[Form, ...] = ("files", "webdataset", "parquet")
    for form in forms:
        export_photos(place, str(top / form), form, shard_bytes=20_000)
    frame = read(place)
    return {"top": top, "houses": frame.assign(split=split_by_house(frame))}


@pytest.mark.parametrize("form", ["files", "webdataset"])
def test_a_house_has_its_own_photos_in_their_order(exports: dict[str, Any], form: str) -> None:
    folder = PhotoFolder(exports["top"] / form)
    assert folder.version == 1
    assert len(folder.photos) == 80
    samples = Samples(folder, exports["houses"], features=["bedrooms"], photos=3, size=16)
    assert len(samples) == 32, "a fifth has no photo"
    for at in range(len(samples)):
        sample = samples[at]
        number = int(sample["key"].rpartition("h")[2])
        assert sample["images"].shape == (3, 16, 16, 3)
        assert sample["count"] == min(3, number % 5)
        for place in range(3):
            grey = number * 5 + place if place < number % 5 else 0
            assert abs(int(sample["images"][place].mean()) - grey) <= 1
        bedrooms = sample["features"][0]
        assert np.isnan(bedrooms) if number == 3 else bedrooms == number


def test_all_of_a_house_in_one_sample(exports: dict[str, Any]) -> None:
    folder = PhotoFolder(exports["top"] / "webdataset")
    rows = Words(length=5, min_count=1).fit_transform(
        PoolRare(["city"]).fit_transform(exports["houses"])
    )
    samples = Samples(
        folder,
        rows,
        per="photo",
        split="train",
        features=["bedrooms", "city"],
        target="sold_price",
        text="description",
        tokens="description_tokens",
        size=8,
    )
    train = set(rows["house_id"][rows["split"] == "train"])
    keys = [samples[at]["key"] for at in range(len(samples))]
    assert {key.split("/")[1] for key in keys} < train
    assert len(set(keys)) == len(keys)
    one = samples[-1]
    assert one["images"].shape == (8, 8, 3)
    assert one["features"].tolist()[1] == 0.0
    assert one["text"] == "sunny yard"
    assert one["tokens"].tolist()[2:] == [0, 0, 0]
    assert one["target"].dtype == np.float32
    with pytest.raises(IndexError):
        samples[len(samples)]


def test_some_photos_only(exports: dict[str, Any]) -> None:
    folder = PhotoFolder(exports["top"] / "files")
    first = folder.photos[folder.photos["position"] == 0]
    samples = Samples(folder, exports["houses"], photo_rows=first, photos=2, size=8)
    assert {samples[at]["count"] for at in range(len(samples))} == {1}
    assert len(samples) == 32


def test_readers_share_the_samples(exports: dict[str, Any]) -> None:
    folder = PhotoFolder(exports["top"] / "webdataset")
    houses = exports["houses"]
    many = pd.concat([folder.photos] * 50).reset_index(drop=True)
    samples = Samples(folder, houses, per="photo", photo_rows=many.assign(n=1))
    assert len(samples) == 4000 > 3 * BLOCK
    parts = [[*samples.order(part=part, parts=3)] for part in range(3)]
    assert sorted(at for part in parts for at in part) == [*range(4000)]
    assert [*samples.order()] != [*samples.order(epoch=1)]
    assert [*samples.order()] == [*samples.order()]
    assert [*samples.order(shuffle=False)] == [*range(4000)]


def test_workers_get_a_small_copy(exports: dict[str, Any]) -> None:
    samples = Samples(PhotoFolder(exports["top"] / "webdataset"), exports["houses"], size=8)
    again = pickle.loads(pickle.dumps(samples))
    assert (again[3]["images"] == samples[3]["images"]).all()
    assert len(pickle.dumps(samples)) < 60_000


def test_wrong_use(exports: dict[str, Any], tmp_path: Path) -> None:
    houses, top = exports["houses"], exports["top"]
    with pytest.raises(UsageError, match="no export"):
        PhotoFolder(tmp_path)
    with pytest.raises(UsageError, match="in tables"):
        PhotoFolder(top / "parquet")
    folder = PhotoFolder(top / "files")
    with pytest.raises(UsageError, match="'town'"):
        Samples(folder, houses, features=["town"])
    with pytest.raises(UsageError, match="no number"):
        Samples(folder, houses, features=["address"])
    with pytest.raises(UsageError, match="'split'"):
        Samples(folder, houses.drop(columns="split"), split="train")
    assert len(Samples(folder, houses, split="nowhere")) == 0
    shutil.copytree(top / "webdataset", tmp_path / "cut")
    for shard in (tmp_path / "cut").glob("*.tar"):
        shard.write_bytes(shard.read_bytes()[:600])
    cut = Samples(PhotoFolder(tmp_path / "cut"), houses)
    with pytest.raises(InputFileError, match="export again"):
        cut[len(cut) - 1]
    with pytest.raises(InputFileError, match="damaged"):
        decode(b"\xff\xd8nothing")


def test_without_pytorch_it_says_so(
    exports: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from scraper.training import pytorch

    monkeypatch.setattr(pytorch, "_DATA", None)
    samples = Samples(PhotoFolder(exports["top"] / "files"), exports["houses"])
    for kind in (pytorch.HouseDataset, pytorch.HouseStream):
        with pytest.raises(UsageError, match="pip install torch"):
            kind(samples)
