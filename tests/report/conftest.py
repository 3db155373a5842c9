"""Seeded tables of made-up houses, with drawn photos, in the types that readers give."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image, ImageDraw

from scraper.schema import arrow_schema

Rows = list[dict[str, object]]
TOWNS = [("Alder Point", "CA", "90001", 37.1, -121.9), ("Brush Creek", "CA", "90002", 37.4, -121.5)]
TYPES = {"SingleFamily": 1.2e6, "Condo": 6e5, "Townhouse": 8e5, "VacantLand": 2e5}


@dataclass
class Tables:
    houses: pd.DataFrame
    photos: pd.DataFrame
    visits: pd.DataFrame


def drawn_photo(seed: int, side: int = 320) -> bytes:
    picture = Image.new("RGB", (side, side * 3 // 4), (120 + seed % 100, 170, 210))
    draw = ImageDraw.Draw(picture)
    wall = (90 + seed * 37 % 120, 80 + seed * 53 % 100, 60 + seed * 71 % 90)
    draw.polygon(
        [(side * 0.2, side * 0.4), (side * 0.5, side * 0.15), (side * 0.8, side * 0.4)], wall
    )
    draw.rectangle([side * 0.25, side * 0.4, side * 0.75, side * 0.65], wall)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def house(index: int, rng: random.Random) -> dict[str, object]:
    town, state, code, latitude, longitude = TOWNS[index % len(TOWNS)]
    kind = rng.choices(list(TYPES), [6, 2, 2, 1])[0]
    price = round(rng.lognormvariate(0, 0.4) * TYPES[kind], -3)
    area = None if kind == "VacantLand" else round(price / rng.uniform(400, 800))
    row: dict[str, object] = {
        "site": "made-up",
        "house_id": f"h{index}",
        "url": f"https://homes.example/h/{index}",
        "status": "sold",
        "address": f"{index + 1} Elm St",
        "city": town,
        "state": state,
        "zip": code,
        "country": "US",
        "latitude": latitude + rng.uniform(-0.1, 0.1),
        "longitude": longitude + rng.uniform(-0.1, 0.1),
        "home_type": kind,
        "currency": "USD",
        "sold_price": price,
        "listed_price": price * 1.02,
        "sold_on": date(2022, 1, 1) + timedelta(days=rng.randrange(700)),
        "bedrooms": rng.randint(1, 6) if area else None,
        "bathrooms": rng.choice([1, 1.5, 2, 3]) if area else None,
        "living_area_sqft": area,
        "lot_size_sqft": rng.uniform(2_000, 90_000),
        "year_built": rng.randint(1920, 2015) if area else None,
        "description": "A bright house near the park.",
        "fetch_mode": rng.choice(["http", "http", "data", "browser"]),
        "fetched_at": datetime(2026, 1, 2, tzinfo=UTC),
        "final_url": f"https://homes.example/h/{index}",
        "run_id": "r1",
    }
    keep = {"site", "house_id", "currency", "home_type", "sold_price", "city", "living_area_sqft"}
    return {k: None if k not in keep and rng.random() < 0.1 else v for k, v in row.items()}


def house_rows(count: int, seed: int = 7) -> Rows:
    rng = random.Random(seed)
    return [house(index, rng) for index in range(count)]


@cache
def photo_rows(houses: int) -> Rows:
    return [
        {
            "site": "made-up", "house_id": f"h{index}", "position": position,
            "image": drawn_photo(index * 3 + position), "width": 320, "height": 240,
            "original_bytes": 90_000, "outcome": "ok",
        }
        for index in range(houses)
        for position in range(index % 4)
    ]  # fmt: skip


def visit_rows(count: int) -> Rows:
    ends = [
        ("ok", None),
        ("ok", None),
        ("gone", "404"),
        ("denied", "Disallow: /p/"),
        ("failed", "timeout"),
    ]
    return [
        {
            "site": "made-up", "house_id": f"h{index}", "outcome": ends[index % 5][0],
            "reason": ends[index % 5][1], "bytes": 50_000, "seconds": 1.5, "run_id": "r1",
        }
        for index in range(count)
    ]  # fmt: skip


def frame(table: str, rows: Rows, *, arrow: bool = False) -> pd.DataFrame:
    data = pa.Table.from_pylist(rows, schema=arrow_schema(table))
    return data.to_pandas(types_mapper=pd.ArrowDtype if arrow else None)


def make_tables(count: int, *, arrow: bool = False) -> Tables:
    return Tables(
        frame("houses", house_rows(count), arrow=arrow),
        frame("photos", photo_rows(min(count, 60)), arrow=arrow),
        frame("visits", visit_rows(count), arrow=arrow),
    )


@pytest.fixture
def tables() -> Callable[..., Tables]:
    return make_tables


@pytest.fixture
def from_rows() -> Callable[..., pd.DataFrame]:
    return frame


@pytest.fixture
def made_up() -> Callable[..., Rows]:
    return house_rows


@pytest.fixture
def drawn() -> Callable[..., bytes]:
    return drawn_photo
