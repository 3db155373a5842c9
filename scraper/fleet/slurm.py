"""Parts as the tasks of a Slurm array: a script for `sbatch`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from scraper.fleet.attempt import command
from scraper.fleet.engine import Counts, Handed
from scraper.fleet.order import Order

_TEMPLATE: Final = "slurm.sh"


class Slurm:
    """Prints the script; `sbatch` is yours to call, with the options that your cluster wants."""

    def submit(self, order: Order, place: str, parts: Sequence[int]) -> Handed:
        """Print the script, for the parts that are left."""
        return Handed("", script(order, place, parts))

    def counts(self, job: str) -> Counts | None:
        """The cluster is not asked."""
        del job
        return None


def script(order: Order, place: str, parts: Sequence[int]) -> str:
    """The script for some of the parts; a task that ends with exit 3 queues itself again."""
    words = {
        "@ARRAY@": f"{_ranges(parts)}%{order.workers}",
        "@PARTS@": str(order.parts),
        "@AGAIN@": str(order.attempts - 1),
        "@COMMAND@": shlex.join(["scrapy", *command(order, place, ())]),
    }
    text = files("scraper.fleet").joinpath(_TEMPLATE).read_text("utf-8")
    for name, value in words.items():
        text = text.replace(name, value)
    return text


def _ranges(parts: Sequence[int]) -> str:
    """Parts as Slurm writes them.

    >>> _ranges([0, 1, 2, 5, 7, 8])
    '0-2,5,7-8'
    """
    found: list[list[int]] = []
    for part in sorted(parts):
        if found and part == found[-1][1] + 1:
            found[-1][1] = part
        else:
            found.append([part, part])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in found)
