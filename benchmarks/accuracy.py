"""How much of a folder of saved pages is read right: a table, field by field, in Markdown.

    python benchmarks/accuracy.py --pages DIR

DIR holds `expected.json`, a list of {"file", "url", "expected": {field: value}}, and the pages
that it names. Nothing of the pages is kept. Fields that are no column of the dataset are listed
under the table and not judged, the house's reference among them: a crawl has it from its ID list.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scraper.extract.house import extract
from scraper.extract.photos import identity
from scraper.page import Page
from scraper.parse.country import parse_country
from scraper.parse.home_type import parse_home_type
from scraper.parse.regions import parse_state
from scraper.parse.row import clean_row

SQFT_PER_M2 = 10.7639
COLUMNS = {
    "currency": "currency",
    "country": "country",
    "price_float": "price",
    "price_string": "price_raw",
    "count_bedrooms": "bedrooms",
    "count_bathrooms": "bathrooms",
    "count_rooms": "rooms",
    "count_parking": "parking",
    "constructed_area": "living_area_sqft",
    "plot_area": "lot_size_sqft",
    "year_construction": "year_built",
    "latitude": "latitude",
    "longitude": "longitude",
    "postal_code": "zip",
    "city": "city",
    "region": "state",
    "address_string": "address",
    "property_type": "home_type",
    "description": "description",
    "main_image_url": "photo_urls",
    "for_sale": "status",
    "last_sold_on": "last_sold_on",
    "last_sold_price": "last_sold_price",
    "photos": "photo_count",
}
FACTS = [name for name in COLUMNS if name not in ("description", "main_image_url", "price_string")]
"""What a buyer would call facts."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=Path, required=True, help="folder with expected.json")
    parser.add_argument("--show", action="store_true", help="also list what was wrong or missing")
    args = parser.parse_args()
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    problems, seconds, no_column = [], [], set()
    for case in json.loads((args.pages / "expected.json").read_text("utf-8")):
        page = load(args.pages / case["file"], case["url"] or "")
        start = time.perf_counter()
        row = read(page)
        seconds.append((case["file"], time.perf_counter() - start))
        for field, expected in case["expected"].items():
            if field not in COLUMNS:
                no_column.add(field)
            else:
                verdict, found = judge(field, expected, row, case["expected"])
                counts[field][verdict] += 1
                if verdict != "right":
                    problems.append((case["file"], field, expected, verdict, found))
    print(table(counts))
    print(f"\nNot judged, no column: {', '.join(sorted(no_column))}")
    if args.show:
        for problem in problems:
            print("-", *problem, sep=" | ")
        for name, spent in seconds:
            print(f"- {name}: {spent * 1000:.0f} ms")


def load(path: Path, url: str) -> Page:
    return Page(url, url, 200, {}, path.read_bytes(), "http", datetime.now(tz=UTC))


def read(page: Page) -> dict[str, object]:
    extraction = extract(page)
    row = clean_row(extraction.best)
    row["photo_urls"] = extraction.photo_urls
    row["photo_count"] = len(extraction.photo_urls)
    return row


def judge(
    field: str, expected: object, row: dict[str, object], case: dict[str, object]
) -> tuple[str, object]:
    column = COLUMNS[field]
    found = row.get(column)
    if column in ("price", "price_raw"):
        suffix = "_raw" if column == "price_raw" else ""
        found = row.get(f"listed_price{suffix}") or row.get(f"sold_price{suffix}")
    if column == "parking":
        found = row.get("parking_spaces") or row.get("garage_spaces")
    if column == "address" and found:
        found = " ".join(str(row.get(part) or "") for part in ("address", "city", "state", "zip"))
    if column == "status":
        return (
            "right" if found in ("for_sale", "pending") else "wrong" if found else "missing"
        ), found
    if column == "photo_urls":
        urls = photos(row)
        known = {identity(url) for url in urls} | {_stem(url) for url in urls}
        right = identity(str(expected)) in known or _stem(str(expected)) in known
        verdict = "right" if right else "wrong" if known else "missing"
        return verdict, found
    if found in (None, ""):
        return "missing", None
    return ("right" if same(field, expected, found, case) else "wrong"), found


def same(field: str, expected: object, found: object, case: dict[str, object]) -> bool:
    if field in ("constructed_area", "plot_area"):
        factor = (
            1 if case.get("area_unit") == "sqft" or case.get("currency") == "USD" else SQFT_PER_M2
        )
        return abs(float(str(expected)) * factor / float(str(found)) - 1) < 0.005
    if field == "region":
        country = parse_country(str(case.get("country")))
        return plain(parse_state(str(expected), country=country)) == plain(found)
    if field == "country":
        return parse_country(str(expected)) == found
    if field == "property_type":
        return parse_home_type(str(expected).replace("_", " ")) == found
    if field == "price_string":
        digits = re.sub(r"\D", "", str(expected))
        return re.sub(r"\D", "", str(found).split(".0")[0]) == digits
    if field == "description":
        return plain(expected)[:100] in plain(found)
    if field == "address_string":
        words = set(re.findall(r"\w+", str(expected).lower()))
        return len(words & set(re.findall(r"\w+", str(found).lower()))) >= 0.6 * len(words)
    try:
        return abs(float(str(expected)) - float(str(found))) < 1e-3
    except ValueError:
        return plain(expected) == plain(found)


def photos(row: dict[str, object]) -> tuple[str, ...]:
    found = row["photo_urls"]
    return found if isinstance(found, tuple) else ()


def _stem(url: str) -> str:
    """The file's name without its kind: the same in all sizes that differ in a folder."""
    name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return name if len(name) > 6 and any(char.isdigit() for char in name) else url


def plain(value: object) -> str:
    return re.sub(r"[\W_]+", "", str(value).lower())


def table(counts: dict[str, dict[str, int]]) -> str:
    lines = ["| field | right | wrong | missing |", "| --- | --- | --- | --- |"]
    sums = [0, 0, 0]
    for field in COLUMNS:
        if field not in counts:
            continue
        numbers = [counts[field][word] for word in ("right", "wrong", "missing")]
        lines.append(f"| {field} | {numbers[0]} | {numbers[1]} | {numbers[2]} |")
        if field in FACTS:
            sums = [one + more for one, more in zip(sums, numbers, strict=True)]
    share = sums[0] / max(1, sum(sums))
    lines.append(f"| **facts together** | {sums[0]} ({share:.0%}) | {sums[1]} | {sums[2]} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
