"""The code of docs/training.md runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from scraper.dataset.publish import publish
from scraper.place.open import open_place

DOC = Path(__file__).parents[2] / "docs" / "training.md"


def test_the_code_that_needs_nothing_else(tmp_path: Path, seal: Any) -> None:
    place = open_place(str(tmp_path / "homes"))
    houses = [
        {"house_id": f"h{n}", "address": f"{n} Oak St", "zip": "07001", "city": "Alder"}
        | {"home_type": "Condo", "sold_price": 1e5 + n, "living_area_sqft": 900.0 + n}
        | {"sold_on": None, "description": "sunny yard"}
        for n in range(60)
    ]
    photos = [{"house_id": "h1", "position": 0, "image": b"\xff\xd8", "phash": "0" * 16}]
    seal(place, houses=houses, photos=photos)
    publish(place)
    blocks = re.findall(r"```python\n(.*?)```", DOC.read_text(), re.DOTALL)
    ran = [block.replace('"PLACE"', repr(place.url)) for block in blocks if "torch" not in block]
    assert len(ran) == 2
    found: dict[str, Any] = {}
    for block in ran:
        exec(block, found)
    assert set(found["houses"]["split"]) <= {"train", "validation", "test"}
    assert found["rows"].equals(found["same"])
    assert "description_tokens" in found["rows"]
    assert (tmp_path / "homes/training/000001/prices.json").is_file()
