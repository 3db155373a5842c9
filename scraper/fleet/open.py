"""The engine that a word names."""

from __future__ import annotations

from typing import Final

from scraper.errors import UsageError
from scraper.fleet.engine import Engine, Queue
from scraper.gate.shared import redis_url

FORMS: Final = {
    "parallel": "parallel",
    "sqs": "sqs:NAME or sqs:URL",
    "redis": "redis://HOST:PORT/DB or redis:env:NAME",
    "batch": "batch:JOB_QUEUE:JOB_DEFINITION",
    "kubernetes": "kubernetes:IMAGE",
    "slurm": "slurm",
}
"""The engines, and how each is written."""
LEASE: Final = 120.0
"""Seconds for which a part belongs to a worker that is not heard of."""


def open_engine(word: str, lease: float = LEASE) -> Engine:
    """The engine; UsageError where there is none of that name, or it lacks a word."""
    kind, _, what = word.partition(":")
    if what and kind in ("redis", "rediss", "unix", "sqs"):
        return open_queue(word, lease)
    if kind == "parallel" and not what:
        from scraper.fleet.parallel import Parallel

        return Parallel()
    if kind == "batch" and all(words := what.split(":", 1)) and len(words) == 2:
        from scraper.fleet.batch import Batch

        return Batch(*words)
    if kind == "kubernetes" and what:
        from scraper.fleet.kubernetes import Kubernetes

        return Kubernetes(what)
    if kind == "slurm" and not what:
        from scraper.fleet.slurm import Slurm

        return Slurm()
    raise UsageError(f"--engine {kind}: expected {FORMS.get(kind) or ', '.join(FORMS.values())}")


def open_queue(word: str, lease: float = LEASE) -> Queue:
    """The queue that workers take parts from; UsageError where the engine has none."""
    kind, _, what = word.partition(":")
    if kind == "sqs" and what:
        from scraper.fleet.sqs import SqsQueue

        return SqsQueue(what, lease)
    if kind in ("redis", "rediss", "unix") and what:
        from scraper.fleet.redis_streams import RedisQueue

        return RedisQueue(redis_url(word, "--engine"), lease)
    raise UsageError(f"{kind} has no queue to take parts from: it starts its parts by itself")
