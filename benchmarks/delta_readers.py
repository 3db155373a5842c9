"""Do readers of Delta that are not delta-rs see each version as `read` does?

    python benchmarks/delta_readers.py PLACE [--venv FOLDER]

Publishing writes commits of its own (`scraper/dataset/deltalog.py`). This reads the table `houses`
at every version of PLACE by delta-arrow-reader (delta-kernel, the protocol's own library) and by
delta-lake-reader (Python over pyarrow), each in an environment of its own, made from the package
index where FOLDER has none, and compares every price and status.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scraper.dataset import read
from scraper.dataset.vacuumed import vacuumed
from scraper.dataset.version import versions
from scraper.place.open import open_place

COLUMNS: Final = ["site", "house_id", "sold_price", "listed_price", "status"]
_SAY: Final = r"""
import json, sys
tables, wanted = json.loads(open(sys.argv[1]).read())
for number, at in tables.items():
    rows = {f"{r['site']}/{r['house_id']}": [r["sold_price"], r["listed_price"], r["status"]]
            for r in table(sys.argv[2], at).to_pylist()}
    assert rows == wanted[number], f"version {number}: {len(rows)} rows differ"
print(f"{len(tables)} versions equal, {len(rows)} houses in the last")
"""
READERS: Final = {
    "delta-arrow-reader": (
        ["delta-arrow-reader==0.7.0", "pyarrow"],
        "from delta_arrow_reader import DeltaTable\n"
        "def table(folder, at):\n"
        "    with DeltaTable(folder, version=at).to_reader() as reader:\n"
        "        return reader.read_all()\n",
    ),
    "delta-lake-reader": (
        ["delta-lake-reader==0.2.16", "pandas", "pyarrow", "fsspec"],
        "from deltalake import DeltaTable\n"
        "def table(folder, at):\n"
        "    return DeltaTable(folder).as_version(at).to_table()\n",
    ),
}
"""What is installed, itself first, and how a table at a version is read."""


def main() -> None:
    """Read every version by each of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("place", type=Path)
    parser.add_argument("--venv", type=Path, default=Path(tempfile.gettempdir()) / "delta-readers")
    args = parser.parse_args()
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(_expected(str(args.place)), file)
        file.flush()
        for name, (packages, code) in READERS.items():
            python = _environment(args.venv / name, packages)
            houses = str(args.place.resolve() / "tables/houses")
            command = [str(python), "-c", code + _SAY, file.name, houses]
            alone = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
            said = subprocess.run(command, capture_output=True, text=True, check=False, env=alone)
            print(f"{name}: {said.stdout.strip() or said.stderr.strip()[-300:]}")


def _expected(place: str) -> tuple[dict[int, int], dict[int, dict[str, list[object]]]]:
    """Number of each version to that of its Delta table, and to what `read` says of its houses."""
    opened = open_place(place, create=False)
    gone = vacuumed(opened)
    kept = [one for one in versions(opened) if one.number not in gone]
    rows = {one.number: _rows(place, one.number) for one in kept}
    return {one.number: one.tables["houses"] for one in kept}, rows


def _rows(place: str, number: int) -> dict[str, list[object]]:
    houses = read(place, columns=COLUMNS, version=number).astype("object")
    plain = houses.where(houses.notna(), None)
    return {f"{site}/{house}": list(values) for site, house, *values in plain.itertuples(False)}


def _environment(folder: Path, packages: list[str]) -> Path:
    """The Python of an environment, made where there is none."""
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        # The reader alone: delta-lake-reader asks for a pyarrow that is no longer built.
        reader, *others = packages
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", reader], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *others], check=True)
    return python


if __name__ == "__main__":
    main()
