"""Parts as the tasks of a Slurm array: the command for a login node."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from scraper.fleet.attempt import command
from scraper.fleet.engine import Counts, Handed
from scraper.fleet.order import Order
from scraper.ledger.array import PARTS


class Slurm:
    """Prints the command; `sbatch` is yours to call, with the options that your cluster wants."""

    def submit(self, order: Order, place: str, parts: Sequence[int]) -> Handed:
        """Print the command, for the parts that are left."""
        return Handed("", sbatch(order, place, parts))

    def counts(self, job: str) -> Counts | None:
        """The cluster is not asked."""
        del job
        return None


def sbatch(order: Order, place: str, parts: Sequence[int]) -> str:
    """The command for some of the parts; a task that ends with exit 3 queues itself again."""
    crawl = shlex.join(["srun", "--ntasks=1", "scrapy", *command(order, place, ())])
    again = "scontrol requeue ${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
    ends = f'[ $code = 3 ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt {order.attempts} ] && {again}'
    script = f"export SCRAPY_SETTINGS_MODULE=settings; {crawl}; code=$?; {ends}; exit $code"
    options = ["--job-name=housecrawl", f"--array={_ranges(parts)}%{order.workers}", "--requeue",
               "--signal=TERM@90", f"--export=ALL,{PARTS}={order.parts}"]  # fmt: skip
    return shlex.join(["sbatch", *options, "--wrap", script])


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
