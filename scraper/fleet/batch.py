"""Parts as the children of an array job of AWS Batch."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from scraper.errors import ExitCode, UsageError
from scraper.fleet.attempt import command
from scraper.fleet.engine import Counts, Handed, QueueAwayError
from scraper.fleet.order import Order
from scraper.ledger.array import PARTS

CHILDREN: Final = (2, 10_000)
"""How many children an array job can have.

https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html
"""
ATTEMPTS: Final = 10
"""Times that AWS Batch tries a job at most."""
_WAITING: Final = ("SUBMITTED", "PENDING", "RUNNABLE")
_RUNNING: Final = ("STARTING", "RUNNING")
_KILLED: Final = 137
_TERMINATED: Final = 143


class Batch:
    """A job queue and a job definition, whose command is replaced and whose image is kept."""

    def __init__(self, queue: str, definition: str) -> None:
        self._queue, self._definition = queue, definition
        self._client = _client()

    def submit(self, order: Order, place: str, parts: Sequence[int]) -> Handed:
        """Submit all parts as one array, or what is left as one job where that is a single part.

        Parts that are done already end at once.
        """
        least, most = CHILDREN
        if not least <= order.parts <= most:
            raise UsageError(f"--parts {order.parts}: AWS Batch takes {least} to {most:,}")
        alone = parts[0] if len(parts) == 1 else None
        job = {
            "jobName": f"housecrawl-{order.run_id}",
            "jobQueue": self._queue,
            "jobDefinition": self._definition,
            "containerOverrides": {
                "command": ["scrapy", *command(order, place, (), alone)],
                "environment": [{"name": PARTS, "value": str(order.parts)}],
            },
            "retryStrategy": retries(order),
        }
        if alone is None:
            job["arrayProperties"] = {"size": order.parts}
        with _faults(self._queue):
            said = self._client.submit_job(**job)
        return Handed(str(said["jobId"]), f"when it has ended: housecrawl fleet finish {place}")

    def counts(self, job: str) -> Counts | None:
        """How many children are in which state."""
        with _faults(self._queue):
            jobs = self._client.describe_jobs(jobs=[job])["jobs"] if job else []
        if not jobs:
            return None
        states = jobs[0].get("arrayProperties", {}).get("statusSummary") or {jobs[0]["status"]: 1}
        waiting, running = (sum(states.get(one, 0) for one in of) for of in (_WAITING, _RUNNING))
        return Counts(waiting, running, states.get("FAILED", 0))


def retries(order: Order) -> dict[str, Any]:
    """Which ends of a child are tried again: a machine that was taken away, 3 and a kill.

    Where a refused part may go on, a new task is a new address. AWS Batch takes five rules.
    """
    rules = [{"onStatusReason": "Host EC2*", "action": "RETRY"}]
    last = int(ExitCode.POLICY) if order.refusals else _TERMINATED
    codes = (int(ExitCode.INCOMPLETE), _KILLED, last)
    rules += [{"onExitCode": str(code), "action": "RETRY"} for code in codes]
    rules.append({"onReason": "*", "action": "EXIT"})
    return {"attempts": min(order.attempts, ATTEMPTS), "evaluateOnExit": rules}


def _client() -> Any:
    import boto3

    with _faults("AWS Batch"):
        region = os.environ.get("AWS_REGION")
        return boto3.session.Session().client("batch", region_name=region)


@contextmanager
def _faults(name: str) -> Iterator[None]:
    """Turn a fault of AWS Batch into an error that says what to do."""
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        code, words = str(said.get("Code", "")), str(said.get("Message", ""))
        if code in ("ServerException", "TooManyRequestsException"):
            raise QueueAwayError(f"{name} cannot be asked just now: {words}") from error
        raise UsageError(f"{name}: {code}: {words}") from error
    except BotoCoreError as error:
        raise QueueAwayError(f"{name} cannot be asked just now: {error}") from error
