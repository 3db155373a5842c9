"""Parts in a queue of Amazon SQS, with a queue of dead letters beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from scraper.errors import UsageError
from scraper.fleet.engine import Claim, Counts, Handed, QueueAwayError
from scraper.fleet.order import Order

DEAD: Final = "-dead"
"""How the queue of dead letters is called: the queue's name with this behind it."""
KEPT: Final = 14 * 86400
"""Seconds that messages are kept, which is the most that SQS allows."""
LONGEST_PAUSE: Final = 12 * 3600
"""Seconds for which a message can be hidden at most."""
_BATCH: Final = 10
"""Messages that can be sent at once."""
_POLL: Final = 20
"""Seconds that SQS waits for a message at most."""
_NOT_OURS: Final = frozenset(
    {"MessageNotInflight", "InvalidParameterValue", "ReceiptHandleIsInvalid"}
)
_COUNTS: Final = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed",
                  "ApproximateNumberOfMessagesNotVisible")  # fmt: skip


class SqsQueue:
    """A queue by its name, which is made where there is none, or by its URL."""

    def __init__(self, name: str, lease: float) -> None:
        self.lease = lease
        self._name = name
        self._client = _client()
        self._url = name if "://" in name else ""
        self._dead = ""

    def submit(self, order: Order, place: str, parts: Sequence[int]) -> Handed:
        """Send a message a part."""
        self._open(order.attempts)
        bodies = [orjson.dumps({"run": order.run_id, "part": part}).decode() for part in parts]
        for first in range(0, len(bodies), _BATCH):
            some = enumerate(bodies[first : first + _BATCH])
            entries = [{"Id": str(n), "MessageBody": body} for n, body in some]
            with _faults(self._name):
                said = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if failed := said.get("Failed"):
                raise QueueAwayError(f"{self._name} did not take {len(failed)} parts: submit again")
        return Handed("", f"on each machine: housecrawl fleet work {place}")

    def counts(self, job: str) -> Counts | None:
        """What SQS says, which is about a minute late at times."""
        del job
        self._open()
        waiting, delayed, running = self._count(self._url)
        return Counts(waiting + delayed, running, sum(self._count(self._dead)))

    def claim(self, wait: float) -> Claim | None:
        """Receive a message."""
        self._open()
        with _faults(self._name):
            said = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=1,
                WaitTimeSeconds=min(int(wait), _POLL),
                VisibilityTimeout=int(self.lease),
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        for message in said.get("Messages", ()):
            run_id, part = _understood(message["Body"])
            attempts = int(message["Attributes"]["ApproximateReceiveCount"])
            return Claim(run_id, part, attempts, message)
        return None

    def extend(self, claim: Claim) -> bool:
        """Hide the message for another lease."""
        return self._hide(claim, self.lease)

    def done(self, claim: Claim) -> None:
        """Delete the message."""
        with _faults(self._name):
            self._client.delete_message(
                QueueUrl=self._url, ReceiptHandle=claim.handle["ReceiptHandle"]
            )

    def release(self, claim: Claim, pause: float) -> None:
        """Let the message be seen again after a while."""
        self._hide(claim, min(pause, LONGEST_PAUSE))

    def bury(self, claim: Claim, why: str) -> None:
        """Move the message to the dead letters."""
        with _faults(self._name):
            self._client.send_message(
                QueueUrl=self._dead,
                MessageBody=claim.handle["Body"],
                MessageAttributes={"why": {"DataType": "String", "StringValue": why[:500] or "-"}},
            )
        self.done(claim)

    def _hide(self, claim: Claim, seconds: float) -> bool:
        handle = claim.handle["ReceiptHandle"]
        with _faults(self._name):
            try:
                self._client.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=handle, VisibilityTimeout=int(seconds)
                )
            except ClientError as error:
                if _code(error) in _NOT_OURS:
                    return False
                raise
        return True

    def _open(self, attempts: int = 0) -> None:
        """Find the two queues; with `attempts` make those that are missing."""
        if self._dead:
            return
        with _faults(self._name):
            if not self._url:
                self._url = self._made(attempts) if attempts else self._found(self._name)
            said = self._client.get_queue_attributes(
                QueueUrl=self._url, AttributeNames=["RedrivePolicy"]
            )
            policy = said.get("Attributes", {}).get("RedrivePolicy")
            if not policy:
                raise UsageError(f"the queue {self._name} has no dead-letter queue: give it one, or"
                                 " name a new queue and it is made with one")  # fmt: skip
            dead = orjson.loads(policy)["deadLetterTargetArn"].rpartition(":")[2]
            self._dead = self._found(dead)

    def _found(self, name: str) -> str:
        return str(self._client.get_queue_url(QueueName=name)["QueueUrl"])

    def _made(self, attempts: int) -> str:
        try:
            return self._found(self._name)
        except ClientError as error:
            if "NonExistentQueue" not in _code(error):
                raise
        kept = {"MessageRetentionPeriod": str(KEPT)}
        dead = self._client.create_queue(QueueName=self._name + DEAD, Attributes=kept)["QueueUrl"]
        said = self._client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
        # One more than a part is tried: whoever gets it then says why it is given up.
        policy = {
            "deadLetterTargetArn": said["Attributes"]["QueueArn"],
            "maxReceiveCount": attempts + 1,
        }
        attributes = {**kept, "RedrivePolicy": orjson.dumps(policy).decode()}
        made = self._client.create_queue(QueueName=self._name, Attributes=attributes)
        return str(made["QueueUrl"])

    def _count(self, url: str) -> list[int]:
        with _faults(self._name):
            said = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=[*_COUNTS])
        return [int(said["Attributes"][name]) for name in _COUNTS]


def _client() -> Any:
    import boto3
    from botocore.config import Config

    config = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=5)
    with _faults("SQS"):
        region = os.environ.get("AWS_REGION")
        return boto3.session.Session().client("sqs", region_name=region, config=config)


@contextmanager
def _faults(name: str) -> Iterator[None]:
    """Turn a fault of SQS into an error that says what to do."""
    try:
        yield
    except ClientError as error:
        code = _code(error)
        if "NonExistentQueue" in code:
            raise UsageError(
                f"there is no queue {name}: housecrawl fleet submit makes one"
            ) from error
        if "AccessDenied" in code or "InvalidClientTokenId" in code:
            raise UsageError(f"the queue {name}: {code}: the permission is missing") from error
        raise QueueAwayError(f"the queue {name} cannot be asked just now: {code}") from error
    except BotoCoreError as error:
        raise QueueAwayError(f"the queue {name} cannot be asked just now: {error}") from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _understood(body: str) -> tuple[str, int]:
    """Order and part of a message; ("", 0) for one that is not ours.

    >>> _understood('{"run": "night", "part": 3}'), _understood("hello")
    (('night', 3), ('', 0))
    """
    try:
        said = orjson.loads(body)
        return str(said["run"]), int(said["part"])
    except (KeyError, TypeError, ValueError):
        return "", 0
