"""The EC2 backends against moto's server: each fault ends in order, and no Elastic IP stays."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from scraper.demo.bans import Ban
from scraper.egress import aws, ec2_pool
from scraper.egress.backend import ExchangeError
from scraper.egress.ec2 import TAG, Ec2
from scraper.egress.ec2_pool import Ec2Pool
from scraper.errors import IncompleteError, SettingError
from tests.egress.clouds import Faulty, Metadata, in_a_process
from tests.egress.crawling import Crawl, site

IMAGE = "ami-12c6146b"
"""One that moto knows: to list them takes it seconds."""
HOLD = """
import sys
from scraper.egress.ec2 import Ec2
class Slow(Ec2):
    def _wait_for(self, address): print(address, flush=True); sys.stdin.read()
one = Slow(); print(one.addresses()[0].name, flush=True); one.exchange(one.addresses()[0])
"""


class Cloud:
    """An instance in moto, what it knows of itself, and a way to make faults."""

    def __init__(self, faulty: Faulty, client, instance: str) -> None:
        self.faulty, self.client, self.instance = faulty, client, instance

    def public(self) -> str:
        # moto's instance forgets the address of an Elastic IP when another one is released.
        mine = [one for one in self.elastic() if one.get("InstanceId") == self.instance]
        if mine:
            return mine[-1]["PublicIp"]
        found = self.client.describe_instances(InstanceIds=[self.instance])
        return found["Reservations"][0]["Instances"][0].get("PublicIpAddress", "")

    def elastic(self) -> list[dict]:
        return self.client.describe_addresses()["Addresses"]


@pytest.fixture
def cloud(s3_endpoint, monkeypatch) -> Iterator[Cloud]:
    client = boto3.client("ec2", endpoint_url=s3_endpoint, region_name="us-east-1")
    made = client.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"][0]
    with Faulty(s3_endpoint) as faulty:
        cloud = Cloud(faulty, client, made["InstanceId"])
        with Metadata(cloud.instance, cloud.public) as metadata:
            monkeypatch.setenv("AWS_ENDPOINT_URL", faulty.url)
            monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url)
            monkeypatch.setattr(aws, "ATTEMPTS", 2)
            yield cloud
    for one in cloud.elastic():
        client.release_address(AllocationId=one["AllocationId"])
    client.terminate_instances(InstanceIds=[cloud.instance])
    client.close()


def test_each_exchange_brings_a_fresh_address_and_releases_the_last(cloud) -> None:
    backend = Ec2()
    (first,) = backend.addresses()
    seen = [first.name]
    for _ in range(3):
        seen.append(backend.exchange(first).name)
        assert cloud.public() == seen[-1]
        assert [one["PublicIp"] for one in cloud.elastic()] == [seen[-1]]
        assert cloud.elastic()[0]["Tags"] == [{"Key": TAG, "Value": cloud.instance}]
    assert len(set(seen)) == 4
    backend.close()
    assert cloud.elastic() == []


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("AllocateAddress", "AddressLimitExceeded"),
        ("AllocateAddress", "UnauthorizedOperation"),
        ("AllocateAddress", "RequestLimitExceeded"),
        ("AssociateAddress", "UnauthorizedOperation"),
        ("AssociateAddress", "RequestLimitExceeded"),
        ("DescribeAddresses", "RequestLimitExceeded"),
    ],
)
def test_a_fault_leaves_the_address_as_it_was_and_nothing_behind(cloud, action, code) -> None:
    backend = Ec2()
    (first,) = backend.addresses()
    good = backend.exchange(first)
    cloud.faulty.fault = lambda asked: code if asked == action else None
    with pytest.raises(ExchangeError, match=code):
        backend.exchange(good)
    assert [one["PublicIp"] for one in cloud.elastic()] == [good.name] == [cloud.public()]
    cloud.faulty.fault = lambda asked: None
    assert backend.exchange(good).name == cloud.public()
    backend.close()
    assert cloud.elastic() == []


def test_throttling_that_passes_is_waited_for(cloud) -> None:
    backend = Ec2()
    (first,) = backend.addresses()
    left = [1]
    cloud.faulty.fault = lambda asked: (
        "RequestLimitExceeded" if asked == "AllocateAddress" and left and left.pop() else None
    )
    assert backend.exchange(first).name == cloud.public()
    backend.close()


def test_what_could_not_be_released_is_released_by_the_next_start(cloud) -> None:
    backend = Ec2()
    (first,) = backend.addresses()
    backend.exchange(first)
    cloud.faulty.fault = lambda asked: "AccessDenied" if asked == "ReleaseAddress" else None
    backend.exchange(first)
    assert len(cloud.elastic()) == 2
    cloud.faulty.fault = lambda asked: None
    again = Ec2()
    assert again.addresses()[0].name == cloud.public()
    assert [one["PublicIp"] for one in cloud.elastic()] == [cloud.public()]
    again.close()
    assert cloud.elastic() == []


def test_kill_9_leaves_nothing_behind_after_the_next_start(cloud) -> None:
    with in_a_process(HOLD) as process:
        assert process.stdout.readline().strip()
        assert process.stdout.readline().strip() == cloud.public()
        process.kill()
    stray = cloud.client.allocate_address(
        Domain="vpc",
        TagSpecifications=[
            {"ResourceType": "elastic-ip", "Tags": [{"Key": TAG, "Value": cloud.instance}]}
        ],
    )
    other = cloud.client.allocate_address(Domain="vpc")  # somebody else's
    assert len(cloud.elastic()) == 3
    backend = Ec2()
    backend.addresses()
    left = {one["AllocationId"] for one in cloud.elastic()}
    assert stray["AllocationId"] not in left
    backend.close()
    assert [one["AllocationId"] for one in cloud.elastic()] == [other["AllocationId"]]


def test_without_permission_to_look_nothing_is_begun(cloud) -> None:
    cloud.faulty.fault = lambda asked: "UnauthorizedOperation"
    with pytest.raises(IncompleteError, match="permission"):
        Ec2().addresses()


def test_what_is_no_instance_is_told_in_one_line(monkeypatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(SettingError, match="no EC2 instance"):
        Ec2().addresses()


def test_an_instance_of_the_pool_is_stopped_and_started(cloud, monkeypatch) -> None:
    monkeypatch.setattr(ec2_pool, "WAITING", {"Delay": 0.1, "MaxAttempts": 50})
    tag = [{"Key": "role", "Value": cloud.instance}]
    cloud.client.create_tags(Resources=[cloud.instance], Tags=tag)
    backend = Ec2Pool(f"role={cloud.instance}:3128")
    (first,) = backend.addresses()
    assert first.name == f"{cloud.public()}:3128"
    fresh = backend.exchange(first)
    assert fresh.name == f"{cloud.public()}:3128" != first.name
    assert cloud.faulty.actions.count("StopInstances") == 1
    cloud.faulty.fault = lambda asked: "UnauthorizedOperation" if asked == "StopInstances" else None
    with pytest.raises(ExchangeError, match="permission"):
        backend.exchange(fresh)
    assert cloud.public()
    with pytest.raises(IncompleteError, match="no running instance"):
        Ec2Pool("role=nobody:3128").addresses()
    for wrong in ("", "role", "role=proxy", "role=proxy:0", "role=proxy:x", "=:3128"):
        with pytest.raises(SettingError):
            Ec2Pool(wrong)


@pytest.mark.full
def test_a_whole_crawl_by_elastic_ips(cloud, tmp_path) -> None:
    """moto's Elastic IPs lie in 127.0.0.0/8: the site sees, and bans, exactly these."""
    backend = Ec2()
    backend.exchange(backend.addresses()[0])  # the machine's own is no address of this one
    with site(36, Ban(12, "403")) as demo:
        crawl = Crawl(demo, tmp_path)
        code = crawl.houses("EGRESS=ec2", "EGRESS_REST=1", "EGRESS_ROTATIONS_PER_HOUR=60")
        assert code == 0, crawl.said[-3000:]
        crawl.check_all_there()
        seen = list(dict.fromkeys(one.client[0] for one in demo.log.requests()))
        told = [one["address"] for one in crawl.report["egress"]["addresses"]]
        assert seen == told
        assert len(seen) >= 3
        assert max(crawl.wasted()) <= 1
    assert cloud.elastic() == []
