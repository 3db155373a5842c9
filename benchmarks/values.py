"""How the parsers and the search pages do on a folder of texts and pages of real portals.

    python benchmarks/values.py --folder DIR [--show]

DIR holds what of these there is; nothing of it is kept:
`strings/*_areas.jsonl` ({"raw", "expected_sqft"} a line), `strings/odd_areas.txt` (an area a
line), `strings/prices.json` (the cases of price-parser: {"price_raw", "currency_raw", "currency",
"amount_float"}), `pages/search/**/*.html` with the sites' patterns given by `--pattern`, and
`pages/blocked/*.html`, `pages/detail/*.html`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scraper.extract.house import extract
from scraper.extract.kind import page_kind
from scraper.extract.search import house_links
from scraper.facts import Fact
from scraper.page import Page
from scraper.parse.area import Area, area_or_reason
from scraper.parse.money import parse_money
from scraper.parse.row import clean_row
from scraper.refusal.rules import refusal

TOLERANCE = 222
"""Square feet: acres of two decimals."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--pattern", action="append", default=[], metavar="PART=REGEX",
                        help="ID pattern of the search pages whose path holds PART")  # fmt: skip
    parser.add_argument("--show", action="store_true", help="also list what is left")
    args = parser.parse_args()
    patterns = dict(one.split("=", 1) for one in args.pattern)
    print("| what | cases | result |\n| --- | --- | --- |")
    strings, pages = args.folder / "strings", args.folder / "pages"
    left: list[object] = []
    for path in sorted(strings.glob("*_areas.jsonl")):
        left += areas(path)
    for name, measure in (("odd_areas.txt", odd_areas), ("prices.json", prices)):
        if (strings / name).exists():
            left += measure(strings / name)
    left += searches(sorted((pages / "search").rglob("*.html")), patterns)
    left += kinds(pages)
    row_time()
    if args.show:
        print("\nLeft:", *left, sep="\n- ")


def told(what: str, cases: object, result: object) -> None:
    print(f"| {what} | {cases} | {result} |")


def areas(path: Path) -> list[object]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    known = [row for row in rows if row["expected_sqft"] is not None]
    wrong = [row for row in known if not near(row["raw"], row["expected_sqft"])]
    told("areas with an expected value", len(known), f"{len(known) - len(wrong)} right")
    others = Counter(reason(row["raw"]) for row in rows if row["expected_sqft"] is None)
    told("areas without one", sum(others.values()), counted(others))
    return list(wrong)


def near(raw: str, expected: float) -> bool:
    found = area_or_reason(raw)
    return isinstance(found, Area) and abs(found.sqft - expected) <= TOLERANCE


def reason(raw: str) -> str:
    found = area_or_reason(raw)
    return found if isinstance(found, str) else f"an area in {found.unit}"


def counted(found: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in found.most_common())


def odd_areas(path: Path) -> list[object]:
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    told("odd areas", len(lines), counted(Counter(map(reason, lines))))
    ends = [area_or_reason(line, unit_hint="sqft") for line in lines]
    both = sum(isinstance(area, Area) and area.high is not None for area in ends)
    told("odd areas, ranges with both ends where the unit is given", both, "")
    return [line for line, area in zip(lines, ends, strict=True) if isinstance(area, str)]


def prices(path: Path) -> list[object]:
    cases = json.loads(path.read_text("utf-8"))
    wrong = [case for case in cases if not priced(case, ours)]
    told("prices: amount", len(cases), f"{len(cases) - len(wrong)} right")
    told("prices: amount, price-parser", len(cases), peer(cases))
    return [(case["price_raw"], case["amount_float"], ours(case)) for case in wrong]


def peer(cases: list[dict[str, str]]) -> int | str:
    """How many price-parser has right, where it is installed: it is no dependency of ours."""
    if find_spec("price_parser") is None:
        return "left out: not installed (pip install price-parser)"
    return sum(priced(case, theirs) for case in cases)


def priced(case: dict[str, str], read: Callable[[dict[str, str]], float | None]) -> bool:
    wanted = None if case["amount_float"] is None else float(case["amount_float"])
    found = read(case)
    return found == wanted or (
        found is not None and wanted is not None and abs(found - wanted) < 1e-6
    )


def ours(case: dict[str, str]) -> float | None:
    money = parse_money(case["price_raw"], currency_hint=case["currency_raw"])
    return money.amount if money else None


def theirs(case: dict[str, str]) -> float | None:
    from price_parser import Price

    return Price.fromstring(case["price_raw"], currency_hint=case["currency_raw"]).amount_float


def searches(paths: Iterable[Path], patterns: dict[str, str]) -> list[object]:
    """The IDs of search pages against the IDs that the pattern finds anywhere in the bytes."""
    left: list[object] = []
    for path in paths:
        pattern = next((p for part, p in patterns.items() if part in str(path)), None)
        if pattern is None:
            continue
        page = load(path)
        found = {one.house_id for one in house_links(page, pattern, "", 0, "{id}")}
        anywhere = {match[1] for match in re.finditer(pattern, page.text)}
        told(f"search page {path.name}", len(anywhere), f"{len(found)} IDs")
        left += sorted(found ^ anywhere)
    return left


def kinds(pages: Path) -> list[object]:
    left: list[object] = []
    for folder, wanted in (("blocked", "refusal"), ("detail", "house"), ("search", "search")):
        paths = sorted((pages / folder).rglob("*.html"))
        found = {path.name: kind(path) for path in paths}
        left += [f"{name} is a {one}" for name, one in found.items() if one != wanted]
        told(f"{folder} pages read as {wanted}", len(found), list(found.values()).count(wanted))
    return left


def kind(path: Path) -> str:
    page = load(path)
    return "refusal" if refusal(page) else page_kind(page, extract(page))


def load(path: Path) -> Page:
    url = "https://homes.example/h/1"
    return Page(url, url, 200, {}, path.read_bytes(), "http", datetime.now(tz=UTC))


def row_time() -> None:
    """CPU of the whole cleaning of a row, other values in each."""
    rows = [row(number) for number in range(500)]
    clean_row(rows[0])
    start = time.process_time()
    for facts in rows:
        clean_row(facts)
    spent = (time.process_time() - start) / len(rows)
    told("cleaning of a row of 20 facts", len(rows), f"{spent * 1000:.2f} ms of CPU")


def row(number: int) -> dict[str, Fact]:
    raws = {
        "address": f"{number} Oak St, Town{number}, TX {70000 + number}",
        "sold_price": f"${100_000 + 997 * number:,}",
        "listed_price": f"${101_000 + 997 * number:,}",
        "annual_tax_amount": f"${1_000 + number:,}",
        "tax_assessed_value": f"${90_000 + 997 * number:,}",
        "sold_on": f"Jul {1 + number % 28}, 2022",
        "listed_on": f"05/{1 + number % 28:02}/2022",
        "bedrooms": "3 bds",
        "bathrooms": "2 full, 1 half",
        "living_area_sqft": f"{900 + number:,} sqft",
        "lot_size_sqft": f"0.{10 + number % 80} Acres",
        "year_built": str(1900 + number % 120),
        "home_type": "SINGLE_FAMILY",
        "status": "RECENTLY_SOLD",
        "latitude": "33.68",
        "longitude": "-118.02",
        "heating": "Central",
        "cooling": "Central Air",
        "flooring": "Hardwood, Tile",
        "description": "A house. " * 100,
    }
    return {column: Fact(column, raw, f"label:{column}", 0.9) for column, raw in raws.items()}


if __name__ == "__main__":
    main()
