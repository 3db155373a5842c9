"""`ec2`: a new public address for the instance that the crawl runs on.

A fresh Elastic IP is associated, and the one before released. Each carries a tag with the
instance's ID from the moment that it exists, so that the next start finds what a killed process
left behind.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from botocore.exceptions import ClientError

from scraper.egress.address import Address
from scraper.egress.addresses import can_bind
from scraper.egress.aws import GONE, client, code_of, faults
from scraper.egress.backend import Backend, ExchangeError
from scraper.egress.metadata import Metadata
from scraper.errors import IncompleteError

logger = logging.getLogger(__name__)

TAG: Final = "housecrawl"
"""Its value is the ID of the instance that the address was allocated for."""
IN_FORCE: Final = 30.0
"""Seconds that a new address is given to appear in the instance's metadata."""
_LOOKING: Final = 0.5


class Ec2(Backend):
    """Elastic IPs of this instance, one at a time. One crawl an instance."""

    exchanges = True

    def __init__(self) -> None:
        self._metadata = Metadata()
        self._instance = ""
        self._ec2: Any = None

    def addresses(self) -> Sequence[Address]:
        """The address that the instance has now; what an earlier process left is released."""
        self._instance = self._metadata.ask("instance-id") or ""
        region, public = self._metadata.ask("placement/region"), self._metadata.ask("public-ipv4")
        try:
            self._ec2 = client(region)
            self._release_all_but(public or "")
        except ExchangeError as error:
            raise IncompleteError(f"EGRESS=ec2: {error}") from error
        return [_address(public or self._instance)]

    def exchange(self, refused: Address) -> Address:
        """Associate a fresh Elastic IP and release the one before."""
        del refused
        with faults("no fresh Elastic IP"):
            before = [one["AllocationId"] for one in self._ours()]
            fresh = self._allocated()
            try:
                self._ec2.associate_address(
                    AllocationId=fresh["AllocationId"],
                    InstanceId=self._instance,
                    AllowReassociation=True,
                )
            except BaseException:
                self._release(fresh["AllocationId"])
                raise
        for allocation in before:
            self._release(allocation)
        self._wait_for(fresh["PublicIp"])
        return _address(fresh["PublicIp"])

    def close(self) -> None:
        """Release the Elastic IP; AWS then gives the instance an address of its own again."""
        super().close()
        if self._ec2 is None:
            return
        with faults("an Elastic IP may be left behind"):
            for one in self._ours():
                self._let_go(one)

    def _allocated(self) -> dict[str, Any]:
        tags = [{"Key": TAG, "Value": self._instance}]
        found: dict[str, Any] = self._ec2.allocate_address(
            Domain="vpc", TagSpecifications=[{"ResourceType": "elastic-ip", "Tags": tags}]
        )
        return found

    def _ours(self) -> list[dict[str, Any]]:
        """The Elastic IPs that were allocated for this instance."""
        mine = [{"Name": f"tag:{TAG}", "Values": [self._instance]}]
        found: list[dict[str, Any]] = self._ec2.describe_addresses(Filters=mine)["Addresses"]
        return found

    def _release_all_but(self, public: str) -> None:
        with faults("Elastic IPs cannot be listed"):
            left = [one for one in self._ours() if one["PublicIp"] != public]
        for one in left:
            logger.info("releasing %s, which an earlier crawl left behind", one["PublicIp"])
            self._release(one["AllocationId"])

    def _let_go(self, one: dict[str, Any]) -> None:
        if one.get("AssociationId"):
            with _already_gone():
                self._ec2.disassociate_address(AssociationId=one["AssociationId"])
        with _already_gone():
            self._ec2.release_address(AllocationId=one["AllocationId"])

    def _release(self, allocation: str) -> None:
        """Release one that is in no use; where that fails the next start tries again."""
        try:
            with faults(f"{allocation} could not be released"), _already_gone():
                self._ec2.release_address(AllocationId=allocation)
        except ExchangeError as error:
            logger.error("%s; the next crawl on this instance tries again", error)

    def _wait_for(self, address: str) -> None:
        """Wait until the instance knows its new address, for some time."""
        until = time.monotonic() + IN_FORCE
        while self._metadata.ask("public-ipv4") != address:
            if time.monotonic() > until:
                logger.warning("%s is not in the instance's metadata yet", address)
                return
            time.sleep(_LOOKING)


class _already_gone(suppress):  # noqa: N801  # used as a verb
    """Nothing needs to be done where something has gone already."""

    def __init__(self) -> None:
        super().__init__(ClientError)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        return isinstance(error, ClientError) and code_of(error) in GONE


def _address(public: str) -> Address:
    """An address of the instance: bound where it is the machine's own, as without NAT."""
    bind = public if public[:1].isdigit() and can_bind(public) else ""
    return Address(public, bind=bind, passing=True)
