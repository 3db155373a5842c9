"""`ec2-pool:TAG=VALUE:PORT`: instances that run a proxy; a refused one is stopped and started.

A stopped instance loses its public address, and starts with another one:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Stop_Start.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scraper.egress.address import Address, Proxy
from scraper.egress.aws import client, faults
from scraper.egress.backend import Backend, ExchangeError
from scraper.errors import IncompleteError, SettingError

WAITING = {"Delay": 5, "MaxAttempts": 60}
"""Seconds between two looks at an instance that stops or starts, and how many."""


class Ec2Pool(Backend):
    """Proxies on instances of one tag. The instances are the operator's: none is made or ended."""

    exchanges = True

    def __init__(self, what: str) -> None:
        """`what`: `TAG=VALUE:PORT`; SettingError for anything else."""
        tag, _, port = what.rpartition(":")
        self._key, _, self._value = tag.partition("=")
        if not (self._key and self._value and port.isdecimal() and 0 < int(port) < 65536):
            raise SettingError("EGRESS=ec2-pool:...: expected TAG=VALUE:PORT, as role=proxy:3128")
        self._port = int(port)
        self._ec2: Any = None
        self._instances: dict[str, str] = {}

    def addresses(self) -> Sequence[Address]:
        """The public addresses of the instances that run; those that are stopped stay so."""
        tagged = [
            {"Name": f"tag:{self._key}", "Values": [self._value]},
            {"Name": "instance-state-name", "Values": ["running"]},
        ]
        try:
            self._ec2 = client(None)
            with faults("the proxies' instances cannot be listed"):
                pages = self._ec2.get_paginator("describe_instances").paginate(Filters=tagged)
                found = [
                    one for page in pages for r in page["Reservations"] for one in r["Instances"]
                ]
        except ExchangeError as error:
            raise IncompleteError(f"EGRESS=ec2-pool: {error}") from error
        addresses = [self._address(one) for one in found if one.get("PublicIpAddress")]
        if not addresses:
            raise IncompleteError(
                f"EGRESS=ec2-pool: no running instance has the tag {self._key}={self._value}"
            )
        return addresses

    def exchange(self, refused: Address) -> Address:
        """Stop and start the instance; minutes pass. One that does not stop is started again."""
        ids = [self._instances[refused.name]]
        with faults(f"the instance {ids[0]} has no new address"):
            self._ec2.stop_instances(InstanceIds=ids)
            try:
                self._wait("instance_stopped", ids)
            finally:
                self._ec2.start_instances(InstanceIds=ids)
            self._wait("instance_running", ids)
            found = self._ec2.describe_instances(InstanceIds=ids)["Reservations"][0]["Instances"][0]
        if not found.get("PublicIpAddress"):
            raise ExchangeError(f"the instance {ids[0]} has no public address any more")
        return self._address(found)

    def _wait(self, what: str, ids: list[str]) -> None:
        self._ec2.get_waiter(what).wait(InstanceIds=ids, WaiterConfig=WAITING)

    def _address(self, instance: dict[str, Any]) -> Address:
        proxy = Proxy("http", instance["PublicIpAddress"], self._port)
        self._instances[proxy.name] = str(instance["InstanceId"])
        return Address(proxy.name, proxy=proxy)
