"""Photos as a folder: what lies in it, that it is whole, and how little is held meanwhile."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

from scraper.cli.main import main
from scraper.dataset.photo_export import DESCRIBED, INDEX, export_photos
from scraper.dataset.publish import publish
from scraper.dataset.whole_folder import whole_folder
from scraper.errors import StorageError
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.schema import arrow_schema

STRANGE = "../../1"


def jpeg(number: int) -> bytes:
    """A picture of its own."""
    out = io.BytesIO()
    Image.effect_noise((60, 40), 20 + number).convert("RGB").save(out, "JPEG")
    return out.getvalue()


IMAGES = {("000000001", 0): jpeg(1), ("000000001", 1): jpeg(2), (STRANGE, 0): jpeg(3)}


@pytest.fixture
def homes(tmp_path_factory: pytest.TempPathFactory, crawl: Callable[[Place, int], Any]) -> Place:
    """Two houses with three photos, and one photo that was gone."""
    place = open_place(str(tmp_path_factory.mktemp("place") / "homes"))
    run = crawl(place, 1)
    photos = [{**run.photo(1, p, i), "house_id": h} for (h, p), i in IMAGES.items()]
    gone = {**run.photo(1, 2), "image": None, "outcome": "gone", "reason": "=404"}
    run.seal([run.house(1), {**run.house(2), "house_id": STRANGE}], [*photos, gone])
    publish(place)
    return place


def test_files(homes: Place, tmp_path: Path) -> None:
    done = export_photos(homes, str(tmp_path / "out"), "files")
    assert (done.photos, done.rows) == (3, 4)
    index = pq.read_table(tmp_path / "out" / INDEX).to_pandas()
    table = pd.read_csv(tmp_path / "out" / "photos.csv", dtype={"house_id": str})
    assert list(table["file"].fillna("")) == list(index["file"].fillna(""))
    assert "'=404" in set(table["reason"]), "no formula for a spreadsheet"
    there = index.dropna(subset="file")
    found = {
        (row.house_id, row.position): (tmp_path / "out" / row.file).read_bytes()
        for row in there.itertuples()
    }
    assert found == IMAGES
    names = {p.relative_to(tmp_path / "out").as_posix() for p in tmp_path.rglob("*.jpg")}
    assert names == set(there["file"])
    assert "homefind/000000001/0.jpg" in names
    assert not [name for name in names if ".." in name]


def test_webdataset(homes: Place, tmp_path: Path) -> None:
    export_photos(homes, str(tmp_path / "out"), "webdataset")
    index = pq.read_table(tmp_path / "out" / INDEX).to_pandas().dropna(subset="shard")
    for row in index.itertuples():
        with (tmp_path / "out" / row.shard).open("rb") as file:
            file.seek(int(row.offset))
            assert file.read(int(row.size)) == IMAGES[row.house_id, row.position]
    with tarfile.open(tmp_path / "out" / "photos-000000.tar") as tar:
        names = tar.getnames()
        assert [name.rpartition(".")[2] for name in names] == ["jpg", "json"] * 3
        assert len({name.rpartition(".")[0] for name in names}) == 3
        sample = json.loads(tar.extractfile(names[1]).read())  # type: ignore[union-attr]
    assert sample["site"] == "homefind"
    assert set(sample) == set(arrow_schema("photos").names) - {"image"}


def test_parquet(homes: Place, tmp_path: Path) -> None:
    export_photos(homes, str(tmp_path / "out"), "parquet")
    schema = pq.read_schema(tmp_path / "out" / "photos-000000.parquet")
    assert schema.equals(arrow_schema("photos"), check_metadata=False)
    rows = pd.read_parquet(tmp_path / "out").to_dict("records")
    found = {(r["house_id"], r["position"]): r["image"] for r in rows if r["image"]}
    assert found == IMAGES
    assert len(rows) == 4


@pytest.mark.parametrize("form", ["webdataset", "parquet"])
def test_shards_are_bounded_and_described(
    folder: Place, crawl: Callable[[Place, int], Any], tmp_path: Path, form: Any
) -> None:
    run = crawl(folder, 1)
    images = {n: os.urandom(10_000) for n in range(600)}
    run.seal([run.house(n) for n in images], [run.photo(n, 0, i) for n, i in images.items()])
    publish(folder)
    export_photos(folder, str(tmp_path / "out"), form, shard_bytes=2_000_000)
    said = json.loads((tmp_path / "out" / DESCRIBED).read_text())
    assert said["version"] == 1
    assert said["photos"] == 600 == sum(shard["photos"] for shard in said["shards"])
    assert len(said["shards"]) >= 3
    for shard in said["shards"]:
        data = (tmp_path / "out" / shard["name"]).read_bytes()
        assert sha256(data).hexdigest() == shard["sha256"]
        assert len(data) == shard["bytes"] < 4_000_000
    on_disk = {path.name for path in (tmp_path / "out").iterdir()} - {DESCRIBED, INDEX}
    assert on_disk == {shard["name"] for shard in said["shards"]}


def test_on_s3(homes: Place, s3_place: str, tmp_path: Path) -> None:
    out = f"{s3_place}/photos"
    export_photos(homes, out, "webdataset")
    bucket, _, prefix = out.removeprefix("s3://").partition("/")
    client = boto3.client("s3")
    found = client.list_objects_v2(Bucket=bucket, Prefix=prefix + "/")["Contents"]
    names = {one["Key"].removeprefix(prefix + "/") for one in found}
    assert names == {DESCRIBED, INDEX, "photos-000000.tar"}
    assert main(["export", homes.url, out, "--table", "photos", "--as", "files"]) == 2


def test_as_a_user_types_it(
    homes: Place, crawl: Callable[[Place, int], Any], tmp_path: Path, capsys: Any
) -> None:
    later = crawl(homes, 2)
    later.seal([later.house(9)], [later.photo(9, 0, jpeg(4))])
    publish(homes)
    for version, photos in (("1", 3), ("2", 4)):
        out = str(tmp_path / version)
        words = ["--table", "photos", "--as", "webdataset", "--shard-mb", "1"]
        assert main(["export", homes.url, out, *words, "--version", version]) == 0
        assert f"{out}: {photos} photos, {photos + 1} rows" in capsys.readouterr().out
    assert main(["export", homes.url, str(tmp_path / "3"), *words, "--version", "3"]) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"1", "2"}


def test_a_full_disk_leaves_nothing_and_can_be_tried_again(homes: Place, tmp_path: Path) -> None:
    """The kernel's own refusal, at a limit of a file's size."""
    limited = (
        "import resource, signal, sys; from scraper.cli.main import main;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
        "sys.exit(main(sys.argv[1:]))"
    )
    words = ["export", homes.url, str(tmp_path / "out"), "--table", "photos", "--as", "parquet"]
    command = [sys.executable, "-c", limited, *words]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 3, said.stderr
    assert "Traceback" not in said.stderr
    assert not [*tmp_path.iterdir()]
    assert main(words) == 0


@pytest.mark.parametrize("words", [["--as", "files"], ["--table", "photos", "--shard-mb", "3"]])
def test_wrong_use(homes: Place, tmp_path: Path, words: list[str]) -> None:
    assert main(["export", homes.url, str(tmp_path / "out"), *words]) == 2
    assert not [*tmp_path.iterdir()]


def test_what_is_there_is_kept(homes: Place, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    command = ["export", homes.url, str(tmp_path), "--table", "photos", "--as", "files"]
    assert main(command) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


KILLED = """
import os, signal, sys
from scraper.dataset import photo_export
from scraper.place.open import open_place
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
photo_export._describe = die
photo_export.export_photos(open_place(sys.argv[1], create=False), sys.argv[2], "files")
"""


def test_a_killed_export_leaves_nothing_under_its_name(homes: Place, tmp_path: Path) -> None:
    out = tmp_path / "out"
    killed = subprocess.run([sys.executable, "-c", KILLED, homes.url, str(out)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not out.exists()
    assert [*tmp_path.iterdir()], "it was killed while it wrote"
    export_photos(homes, str(out), "files")
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "and what it left is removed"


def test_of_two_exports_to_one_name_the_first_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def both() -> None:
        with whole_folder(str(out)) as slow:
            with whole_folder(str(out)) as fast, fast.file("x") as path:
                path.write_text("fast")
            with slow.file("x") as path:
                path.write_text("slow")

    with pytest.raises(StorageError, match="not empty"):
        both()
    assert (out / "x").read_text() == "fast"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
