"""EC2 as the backends ask it: with patience, and with its faults in words that help."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from scraper.egress.backend import ExchangeError

_WORDS: Final[Mapping[str, str]] = {
    "AddressLimitExceeded": "the quota of Elastic IPs is used up: release some or ask for more",
    "RequestLimitExceeded": "EC2 says that it is asked too often: wait, then run it again",
    "Throttling": "EC2 says that it is asked too often: wait, then run it again",
    "UnauthorizedOperation": "the permission is missing: docs/egress.md lists those it takes",
    "AccessDenied": "the permission is missing: docs/egress.md lists those it takes",
    "AuthFailure": "the credentials are not valid",
    "ExpiredToken": "the credentials have expired",
    "InsufficientInstanceCapacity": "AWS has no room for the instance just now: run it again later",
}
GONE: Final = frozenset(
    {"InvalidAllocationID.NotFound", "InvalidAssociationID.NotFound", "InvalidAddress.NotFound"}
)
"""What is wanted away is away already."""
ATTEMPTS: Final = 6
"""Times that a request is sent while EC2 says that it is asked too often."""


def client(region: str | None) -> Any:
    """A client of EC2; `AWS_ENDPOINT_URL` is honoured."""
    import boto3
    from botocore.config import Config

    # With adaptive retries a throttled client slows itself down beside trying again.
    config = Config(retries={"mode": "standard", "max_attempts": ATTEMPTS}, connect_timeout=5)
    with faults("EC2 cannot be asked"):
        region = region or os.environ.get("AWS_REGION")
        return boto3.session.Session().client("ec2", region_name=region, config=config)


@contextmanager
def faults(doing: str) -> Iterator[None]:
    """Turn a fault of EC2 into an ExchangeError that says what to do."""
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        said = _WORDS.get(code) or str(error.response.get("Error", {}).get("Message", code))
        raise ExchangeError(f"{doing}: {code}: {said}") from error
    except BotoCoreError as error:
        raise ExchangeError(f"{doing}: {error}") from error


def code_of(error: ClientError) -> str:
    """The code of a fault, such as `AddressLimitExceeded`."""
    return str(error.response.get("Error", {}).get("Code", ""))
