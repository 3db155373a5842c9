"""How the matcher of robots.txt does on published cases, with Protego's own count beside it.

    python benchmarks/robots.py FILE [--show]

FILE: a JSON list of {"test", "robots", "agent", "url", "allowed"}, such as the cases of Google's
robots.txt parser written down so. Exit code 1 where a case fails.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from protego import Protego

from scraper.gate.robots import Rules


def ours(case: Mapping[str, Any]) -> bool:
    """What the gate says; the cases name the product token itself."""
    rules = Rules.parse(case["robots"].encode())
    return rules.verdict(case["agent"], case["url"]).allowed


def protegos(case: Mapping[str, Any]) -> bool:
    """What the parser that comes with Scrapy says; a case that breaks it is a wrong one."""
    try:
        return bool(Protego.parse(case["robots"]).can_fetch(case["url"], case["agent"]))
    except Exception:  # noqa: BLE001  # whatever goes wrong in it, there is no answer
        return not case["allowed"]


def main() -> int:
    """Count the cases that each gets right; 0 where all of ours are."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", type=Path)
    options.add_argument("--show", action="store_true", help="name the cases that fail")
    asked = options.parse_args()
    cases = json.loads(asked.file.read_text())
    wrong = {}
    for name, answer in (("the gate", ours), ("Protego", protegos)):
        wrong[name] = [case for case in cases if answer(case) != case["allowed"]]
        print(f"{name}: {len(cases) - len(wrong[name])} of {len(cases)}")
        for case in wrong[name] if asked.show else ():
            print("  ", json.dumps(case))
    return 1 if wrong["the gate"] else 0


if __name__ == "__main__":
    sys.exit(main())
