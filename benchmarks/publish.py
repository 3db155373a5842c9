"""What publishing costs, beside a bare MERGE of the same rows by deltalake.

    python benchmarks/publish.py [--houses 200000] [--changed 0.05] [--rounds 3] [--no-bare]

Houses with all columns are written as sealed parts and published as a first version; then some of
them are read again and a few come new, and that is published too. Every step runs in a process of
its own, on a fresh copy; CPU is user and system time of the call alone, without imports, the
median of the rounds; the peak is the resident memory of the whole process. A bare MERGE gets the
same rows, already in memory, and a table with the same settings.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scraper.ledger.manifests import Manifest, PartFile
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.schema import KEYS, Row, arrow_schema

PART_ROWS: Final = 20_000
"""Rows of a sealed part, and different houses of which all are made: their texts repeat too far
apart for a compression to see it."""
START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_WORDS: Final = 4_000
_CHANCE: Final = random.Random(7)  # made-up houses


def main() -> None:
    """Make the houses, measure, and print a table."""
    args = _arguments()
    if args.step:
        STEPS[args.step](Path(args.folder))
        return
    with tempfile.TemporaryDirectory(dir=args.folder, prefix="publish-") as name:
        _measure(Path(name), args)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--houses", type=int, default=200_000)
    parser.add_argument("--changed", type=float, default=0.05, help="share that is read again")
    parser.add_argument("--new", type=float, default=0.005, help="share that comes new")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-bare", action="store_true", help="leave out the bare MERGE")
    parser.add_argument("--folder", help="where the houses are made; default: the system's")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(folder: Path, args: argparse.Namespace) -> None:
    place = open_place(str(folder / "data"))
    changed, new = int(args.houses * args.changed), int(args.houses * args.new)
    seal(place, 1, np.arange(args.houses))
    rows = [("first publish", [_step("publish", folder / "data")])]
    again = np.random.default_rng(1).choice(args.houses, changed, replace=False)
    seal(place, 2, np.concatenate([again, np.arange(args.houses, args.houses + new)]))
    names = ["publish"] if args.no_bare else ["bare", "publish"]
    told: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for left in reversed(range(args.rounds)):
        for name in names:
            told[name].append(_on_a_copy(name, folder, last=not left and name == names[-1]))
    rows += [(f"{name}, {changed:,} changed, {new:,} new", told[name]) for name in names]
    print(f"| {args.houses:,} houses | CPU, s | wall, s | peak, MB |\n| --- | ---: | ---: | ---: |")
    for name, found in rows:
        print(f"| {name} | {_of(found, 'cpu')} | {_of(found, 'wall')} | {_of(found, 'peak')} |")
    if "bare" in told:
        ratio = median(x["cpu"] for x in told["publish"]) / median(x["cpu"] for x in told["bare"])
        print(f"\npublish / bare MERGE: {ratio:.2f} times the CPU")


def _of(found: list[dict[str, float]], what: str) -> str:
    value = median(one[what] for one in found)
    return f"{value:,.0f}" if what == "peak" else f"{value:.2f}"


def _on_a_copy(name: str, folder: Path, *, last: bool) -> dict[str, float]:
    """A step on a copy of the place; the last one has the place itself, which saves the disk."""
    if last:
        return _step(name, folder / "data")
    shutil.copytree(folder / "data", folder / "copy")
    try:
        return _step(name, folder / "copy")
    finally:
        shutil.rmtree(folder / "copy")


def _step(name: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--step", name, "--folder", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _told(work: Callable[[], object]) -> None:
    before, begun = os.times(), time.monotonic()
    work()
    after = os.times()
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    cpu = after.user + after.system - before.user - before.system
    print(json.dumps({"cpu": cpu, "wall": time.monotonic() - begun, "peak": peak}))


def _publish(folder: Path) -> None:
    from scraper.dataset.publish import publish

    place = open_place(str(folder))
    _told(lambda: publish(place))


def _bare(folder: Path) -> None:
    from deltalake import DeltaTable, WriterProperties

    files = sorted((folder / "parts/houses").glob("run-2-*.parquet"))
    rows = pa.concat_tables([pq.read_table(file) for file in files])
    at = rows.schema.get_field_index("home_type")
    rows = rows.set_column(at, "home_type", rows["home_type"].cast(pa.string()))
    table = DeltaTable(folder / "tables/houses")
    _told(
        lambda: (
            table.merge(
                rows,
                predicate=" AND ".join(f"s.{name} = t.{name}" for name in KEYS["houses"]),
                source_alias="s",
                target_alias="t",
                writer_properties=WriterProperties(compression="ZSTD", compression_level=3),
            )
            .when_matched_update_all()
            .when_not_matched_insert_all()
            .execute()
        )
    )


STEPS: Final[dict[str, Callable[[Path], None]]] = {"publish": _publish, "bare": _bare}


def seal(place: Place, day: int, numbers: np.ndarray[Any, np.dtype[np.int64]]) -> None:
    """Seal a visit of the houses of these numbers, as a crawl does."""
    template = _template()
    for seq, start in enumerate(range(0, len(numbers), PART_ROWS), start=1):
        some = numbers[start : start + PART_ROWS]
        houses = _houses(template, some, day, seq)
        tables = {"houses": houses, "visits": _visits(houses)}
        files = {name: _write(place, f"run-{day}-{seq:06d}", name, t) for name, t in tables.items()}
        manifest = Manifest(f"run-{day}", seq, START + timedelta(days=day, seconds=seq), files)
        place.write(manifest.name, manifest.encode())


def _write(place: Place, part: str, name: str, table: pa.Table) -> PartFile:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", row_group_size=5_000)
    data = buffer.getvalue()
    path = f"parts/{name}/{part}.parquet"
    place.write(path, data)
    return PartFile(path, table.num_rows, len(data), sha256(data).hexdigest())


def _houses(template: pa.Table, numbers: Any, day: int, seq: int) -> pa.Table:
    """The template's houses with IDs, prices and hashes of their own."""
    chance = np.random.default_rng(1000 * day + seq)
    ids = pa.array([f"{int(n) * 2654435761 % 2**32:08x}" for n in numbers])
    rows = template.take(pa.array(chance.permutation(len(template))[: len(numbers)]))
    url = pc.binary_join_element_wise("https://homefind.example/h/", ids, "")
    hashes = pa.array([chance.bytes(32).hex() for _ in numbers])
    moment = START + timedelta(days=day, seconds=seq)
    own = {
        "house_id": ids,
        "url": url,
        "final_url": url,
        "body_sha256": hashes,
        "sold_price": pa.array(np.round(chance.lognormal(13, 0.5, len(numbers)), -2)),
        "description": pc.binary_join_element_wise(ids, rows["description"].combine_chunks(), " "),
        "fetched_at": pa.array([moment] * len(numbers), pa.timestamp("us", tz="UTC")),
        "run_id": pa.array([f"run-{day}"] * len(numbers)),
    }
    for name, values in own.items():
        rows = rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), values)
    return rows


def _visits(houses: pa.Table) -> pa.Table:
    known = {name: houses[name] for name in ("site", "house_id", "url", "fetched_at", "run_id")}
    known["outcome"] = pa.array(["ok"] * len(houses))
    schema = arrow_schema("visits")
    columns = [known.get(f.name, pa.nulls(len(houses), f.type)) for f in schema]
    return pa.table(columns, schema=schema)


def _template() -> pa.Table:
    words = ["".join(_CHANCE.choices("aeioulnrst", k=_CHANCE.randint(2, 9))) for _ in range(_WORDS)]
    rows = [{**_texts(words), **_numbers()} for _ in range(PART_ROWS)]
    return pa.Table.from_pylist(rows, arrow_schema("houses")).combine_chunks()


def _texts(words: list[str]) -> Row:
    """Texts of about the length that real pages have."""

    def say(count: int) -> str:
        return " ".join(_CHANCE.choices(words, k=count))

    city = f"City of {words[_CHANCE.randrange(300)]}"
    columns = [name for name in arrow_schema("houses").names if not name.endswith("_raw")]
    return {
        "site": "homefind",
        "status": "sold",
        "address": f"{_CHANCE.randrange(9999)} {say(2)} St",
        "city": city,
        "state": _CHANCE.choice(["CA", "OR", "WA"]),
        "zip": f"{_CHANCE.randrange(90000, 99999)}",
        "country": "US",
        "currency": "USD",
        "home_type": _CHANCE.choice(["SingleFamily", "Condo", "Townhouse"]),
        **{name: say(3) for name in ("heating", "cooling", "parking", "flooring", "appliances")},
        "elementary_school": say(2),
        "middle_school": say(2),
        "high_school": say(2),
        "description": say(65),
        "photo_urls": [f"https://homefind.example/ph/{say(1)}/{n}.jpg" for n in range(8)],
        "facts": [(say(2), say(3)) for _ in range(15)],
        "sources": [(name, "labels") for name in columns[:25]],
        "confidence": [(name, 0.9) for name in columns[:25]],
        "fetch_mode": "http",
        "usage_signals": "{}",
        "extractor_version": "1",
    }


def _numbers() -> Row:
    price = float(_CHANCE.randrange(100, 2000) * 1000)
    area, day = float(_CHANCE.randrange(500, 6000)), date(2026, 1, _CHANCE.randint(1, 31))
    moneys = {
        name: price * _CHANCE.uniform(0.3, 1.1)
        for name in ("listed_price", "last_sold_price", "tax_assessed_value")
    }
    return {
        **moneys,
        **{f"{name}_raw": f"${value:,.0f}" for name, value in moneys.items()},
        "sold_price_raw": f"${price:,.0f}",
        "annual_tax_amount": price / 90,
        "sold_on": day,
        "listed_on": day - timedelta(days=40),
        "latitude": _CHANCE.uniform(32, 48),
        "longitude": _CHANCE.uniform(-124, -115),
        "bedrooms": float(_CHANCE.randint(1, 6)),
        "bathrooms": float(_CHANCE.randint(1, 4)),
        "living_area_sqft": area,
        "living_area_sqft_raw": f"{area:,.0f} sqft",
        "lot_size_sqft": area * 4,
        "year_built": _CHANCE.randint(1900, 2025),
        "photo_count": 8,
        "price_history": [
            {"date": day - timedelta(days=400 * n), "event": "Sold", "price": price / (1 + n)}
            for n in range(4)
        ],
        "first_seen": START,
        "last_seen": START,
        "http_status": 200,
    }


if __name__ == "__main__":
    main()
