"""Every comparison in one go: `make bench`, or `make bench ONLY=photos,plain`.

    python -m benchmarks.bench [--only plain,photos,growth,browser] [--minutes 60]

Each part is a script that prints a markdown table; here they run one after the other, within so
many minutes together, and their tables take the place of the last ones in docs/performance.md,
between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. A part that fails leaves its table as it
was. The last part, growth, crawls 100,000 houses and takes half of the time.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parent.parent
_PAGE: Final = _ROOT / "docs" / "performance.md"
PARTS: Final = {
    "photos": ["photos", "--rounds", "5", "--houses", "30"],
    "plain": ["plain", "--rounds", "3", "--pages", "300"],
    "browser": ["browser", "--rounds", "3", "--houses", "60", "--data", "1000"],
    "growth": ["growth"],
}


def run(part: str, seconds: float) -> str:
    """The table of a part; "" where it failed or took too long, which is said on stderr."""
    name, *arguments = PARTS[part]
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    try:
        done = subprocess.run(
            command, cwd=_ROOT, env=environment, timeout=seconds, check=True, stdout=subprocess.PIPE
        )
    except subprocess.SubprocessError as error:
        print(f"{part} is left as it was: {error}", file=sys.stderr)
        return ""
    return done.stdout.decode().strip()


def put(text: str, part: str, table: str) -> str:
    """A page with a part's table in its place; ValueError where the page has no such place."""
    place = re.compile(rf"(<!-- bench:{part} -->\n).*?(<!-- /bench:{part} -->)", re.DOTALL)
    if not place.search(text):
        raise ValueError(f"{_PAGE.name} has no place for {part}: expected <!-- bench:{part} -->")
    day = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {os.getloadavg()[2]:.0f}."
    return place.sub(lambda found: f"{found[1]}{table}\n\n{day}\n{found[2]}", text)


def main() -> None:
    """Run the parts, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--minutes", type=float, default=60)
    args = parser.parse_args()
    end = time.monotonic() + 60 * args.minutes
    for part in args.only.split(",") if args.only else PARTS:
        if part not in PARTS:
            raise SystemExit(f"no part {part!r}: expected some of {', '.join(PARTS)}")
        if table := run(part, max(1.0, end - time.monotonic())):
            print(f"{part}\n{table}\n", flush=True)
            _PAGE.write_text(put(_PAGE.read_text("utf-8"), part, table), "utf-8")


if __name__ == "__main__":
    main()
