"""The part that a child of an array job has by its place in the array."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Final

from scraper.errors import UsageError
from scraper.ledger.part import Part, parse_part

PARTS: Final = "HOUSECRAWL_PARTS"
"""The variable that says how many parts there are."""
INDICES: Final = ("AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID")
"""Variables by which AWS Batch, a Kubernetes Indexed Job and Slurm number the children.

https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html,
https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode,
https://slurm.schedmd.com/job_array.html
"""
_SIZE: Final = "AWS_BATCH_JOB_ARRAY_SIZE"


def chosen_part(part: str, parts: str, environment: Mapping[str, str]) -> Part | None:
    """The part to visit: of `-a part=I/N`, else the one of this child of an array job.

    The total comes from `parts` (`-a parts=N`), `HOUSECRAWL_PARTS`, or from AWS Batch, which
    tells the size of the array. None for the whole list. UsageError where one of index and total
    is missing or they do not fit: a part that nobody visits must not go unseen.

    >>> chosen_part("", "", {"AWS_BATCH_JOB_ARRAY_INDEX": "3", "AWS_BATCH_JOB_ARRAY_SIZE": "8"})
    (3, 8)
    >>> chosen_part("", "8", {"SLURM_ARRAY_TASK_ID": "3"})
    (3, 8)
    >>> chosen_part("1/2", "", {"SLURM_ARRAY_TASK_ID": "3"})
    (1, 2)
    >>> chosen_part("", "", {}) is None
    True
    """
    if part:
        if parts:
            raise UsageError(f"part={part} and parts={parts}: give one of them")
        return parse_part(part)
    index, total = _index(environment), _total(parts, environment)
    if index is None and total is None:
        return None
    if index is None:
        raise UsageError(
            f"{_said(*total or ('', 0))}, but which part is this? None of {', '.join(INDICES)} "
            "is set: run it as a child of an array job, or say -a part=I/N"
        )
    if total is None:
        raise UsageError(
            f"{_said(*index)}, but of how many? Say -a parts=N or set {PARTS}; "
            f"unset {index[0]} for the whole list"
        )
    if index[1] >= total[1]:
        raise UsageError(
            f"{_said(*index)} with {_said(*total)}: parts are counted from 0, "
            f"so number the children 0 to {total[1] - 1}"
        )
    return index[1], total[1]


def attempt_id(run_id: str, part: Part | None) -> str:
    """The run ID of one attempt at a part: its own, whatever ID its array was given.

    Two crawls of one ID would name their sealed parts alike: the children of an array, and a child
    that another machine starts again.

    >>> attempt_id("night-1", None)
    'night-1'
    >>> attempt_id("night-1", (3, 8))[:-6]
    'night-1-part-3-of-8-'
    """
    if part is None:
        return run_id
    return f"{run_id}-part-{part[0]}-of-{part[1]}-{secrets.token_hex(3)}"


def _index(environment: Mapping[str, str]) -> tuple[str, int] | None:
    """The variable that numbers this child, and its value."""
    found = {name: environment[name] for name in INDICES if environment.get(name)}
    if len({_number(name, text) for name, text in found.items()}) > 1:
        said = " and ".join(f"{name}={text}" for name, text in found.items())
        raise UsageError(f"{said}: which one counts? Unset the other, or say -a part=I/N")
    return next(((name, _number(name, text)) for name, text in found.items()), None)


def _total(parts: str, environment: Mapping[str, str]) -> tuple[str, int] | None:
    """Where the number of parts is said, and the number."""
    said = {"parts": parts, PARTS: environment.get(PARTS, "")}
    if environment.get(INDICES[0]):
        said[_SIZE] = environment.get(_SIZE, "")
    found = [(name, _number(name, text, least=1)) for name, text in said.items() if text]
    if len({number for _, number in found}) > 1:
        words = " and ".join(_said(*one) for one in found)
        raise UsageError(f"{words}: they must be the same, or parts would be left out")
    return found[0] if found else None


def _number(name: str, text: str, least: int = 0) -> int:
    if not re.fullmatch(r"\d{1,9}", text.strip()) or int(text) < least:
        raise UsageError(f"{name}={text}: expected a whole number of at least {least}")
    return int(text)


def _said(name: str, number: int) -> str:
    return f"{name}={number}"
