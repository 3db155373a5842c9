"""Plain files: every reader of Parquet and Feather gets the newest version."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from scraper.dataset.publish import publish
from scraper.dataset.release import write_releases
from scraper.place.place import Place
from scraper.schema import arrow_schema


def test_releases(place: Place, crawl: Callable[[Place, int], Any]) -> None:
    assert write_releases(place) == []
    for day in (1, 2):
        run = crawl(place, day)
        run.seal([run.house(1, day, facts=[("Roof", "Slate")]), run.house(day + 1, day)])
        publish(place)
        names = write_releases(place)
    assert names == ["releases/houses.parquet", "releases/houses.feather"]
    parquet = pd.read_parquet(io.BytesIO(place.read(names[0])))
    feather = pd.read_feather(io.BytesIO(place.read(names[1])))
    pd.testing.assert_frame_equal(parquet, feather)
    assert sorted(parquet["sold_price"]) == [1, 2, 2]
    assert parquet["home_type"].dtype == "category"
    schema = pq.read_schema(io.BytesIO(place.read(names[0])))
    assert schema.equals(arrow_schema("houses"), check_metadata=False)
    assert schema.field("lot_size_sqft").metadata[b"unit"] == b"square feet"
