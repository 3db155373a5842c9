"""The same in small: what a dead worker leaves is done by another, once."""

import json
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

import boto3
import pytest

from scraper.fleet.batch import retries
from scraper.fleet.kubernetes import manifest
from scraper.fleet.open import open_queue
from scraper.fleet.order import Order, read_order
from scraper.fleet.part import Stop, Visitor
from scraper.fleet.parts import read_parts
from scraper.fleet.slurm import sbatch
from scraper.fleet.worker import Worker
from scraper.place.open import open_place

PARTS = 2
HOUSES = 8


def work(f, lease: float) -> int:
    """A worker in this process: it ends when nothing is left."""
    place = open_place(f.place)
    queue = open_queue(read_order(place).engine, lease)
    with Stop() as stop:
        return Worker(queue, Visitor(place, stop), pause=0.2, poll=1.0).work()


def left(f) -> list[int]:
    place = open_place(f.place)
    return read_parts(place, read_order(place)).left


def test_redis_streams(fleet, redis_server, capsys) -> None:
    """A worker dies by SIGKILL; its crawl ends with it, and its part is done by another."""
    f = fleet(HOUSES)
    f.submit(redis_server.url, "--parts", str(PARTS), "-s", "STOP_BUDGET=3")
    held = f.hold(lambda _: True)
    worker = f.fleet("work", f.place, "--lease", "2")
    f.wait_for(lambda: held, "a part is at work")
    crawl = worker.family()
    assert len(crawl) >= 1
    worker.process.kill()
    f.wait_for(lambda: not any(map(f.alive, crawl)), "a crawl does not outlive its worker")
    f.released.set()
    assert left(f) == [0, 1]
    capsys.readouterr()
    assert f.here("finish", f.place) == 3
    assert "2 of 2 parts are left: 0, 1" in capsys.readouterr().out
    assert work(f, lease=2.0) == 0
    assert left(f) == []


def test_aws_batch_and_then_sqs(fleet, s3_endpoint: str) -> None:
    """One child of an array job runs as AWS Batch starts it; the rest is handed to a queue."""
    f = fleet(HOUSES)
    f.submit(f"batch:{_job_queue(s3_endpoint)}", "--parts", str(PARTS))
    place = open_place(f.place)
    batch = boto3.client("batch", region_name="us-east-1")
    (job,) = batch.describe_jobs(jobs=[read_order(place).job])["jobs"]
    assert job["arrayProperties"]["size"] == PARTS
    (child,) = batch.describe_jobs(jobs=[f"{job['jobId']}:1"])["jobs"]
    batch.close()
    command = (child.get("container") or job["container"])["command"]
    assert command[0] == "scrapy"
    f.scrapy(*command[1:], AWS_BATCH_JOB_ARRAY_INDEX="1", AWS_BATCH_JOB_ARRAY_SIZE="2").ended()
    assert left(f) == [0]

    f.submit(f"sqs:housecrawl-{uuid4().hex[:8]}")
    queue = open_queue(read_order(place).engine, 2.0)
    claim = queue.claim(10.0)
    assert claim is not None
    assert (claim.part, claim.attempts) == (0, 1)
    # A worker that dies says nothing more.
    assert work(f, lease=30.0) == 0
    assert left(f) == []
    assert len(read_parts(place, read_order(place)).records) == PARTS


def _job_queue(endpoint: str) -> str:
    """A queue and a definition as Terraform makes them, where nothing runs by itself."""
    said = json.dumps({"batch": {"use_docker": False}}).encode()
    urlopen(Request(f"{endpoint}/moto-api/config", said, {"Content-Type": "application/json"}))
    name = f"crawl-{uuid4().hex[:8]}"
    batch = boto3.client("batch", region_name="us-east-1")
    iam = boto3.client("iam", region_name="us-east-1")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    batch.create_compute_environment(
        computeEnvironmentName=name, type="UNMANAGED", state="ENABLED", serviceRole=role
    )
    order = [{"order": 1, "computeEnvironment": name}]
    batch.create_job_queue(
        jobQueueName=name, state="ENABLED", priority=1, computeEnvironmentOrder=order
    )
    image = {"image": "housecrawl", "vcpus": 1, "memory": 2048, "command": ["true"]}
    batch.register_job_definition(
        jobDefinitionName=name, type="container", containerProperties=image
    )
    batch.close()
    iam.close()
    return f"{name}:{name}"


@pytest.mark.full
def test_gnu_parallel(fleet, capsys) -> None:
    """A crawl dies by SIGKILL and is begun again; then a version is published, once."""
    if not shutil.which("parallel"):
        pytest.skip("GNU parallel is not installed: it is not tested here")
    f = fleet(HOUSES)
    parts: list[int] = []
    held = f.hold(lambda request: not parts)
    words = ("--site", f.file, "--dataset", f.place, "--engine", "parallel")
    submitted = f.fleet("submit", *words, "--parts", str(PARTS), "-s", "PHOTO_WORKERS=1")
    f.wait_for(lambda: held or submitted.process.poll() is not None, "a part is at work")
    parts.append(f.part_of(held[0], PARTS))
    f.kill(*(one for one in submitted.family() if "scraper.cli.scrapy" in one.cmdline()))
    f.released.set()
    submitted.ended()
    assert f.attempts() == {parts[0]: 2, 1 - parts[0]: 1}
    assert f.here("finish", f.place) == 0
    f.whole()
    capsys.readouterr()
    assert f.here("finish", f.place) == 0
    assert "published already: version 1" in capsys.readouterr().out


def test_what_aws_batch_tries_again() -> None:
    """As the exit codes say: docs/exit-codes.md."""
    order = Order("night", "demo.toml", "demo", 40, 6, "batch:a:b", attempts=99)
    said = retries(order)
    assert said["attempts"] == 10
    rules = said["evaluateOnExit"]
    again = {rule["onExitCode"] for rule in rules if "onExitCode" in rule}
    assert again == {"3", "137", "143"}
    assert rules[-1] == {"onReason": "*", "action": "EXIT"}
    assert {rule["action"] for rule in rules[:-1]} == {"RETRY"}
    other = retries(replace(order, refusals=1))["evaluateOnExit"]
    assert {rule.get("onExitCode") for rule in other} >= {"3", "5"}
    assert len(rules) == len(other) == 5, "AWS Batch takes no more"


def test_a_job_for_kubernetes(tmp_path: Path) -> None:
    order = Order("20260131T235959Z-1a2b3c", "/sites/site.toml", "demo", 40, 6, "kubernetes:i")
    job = manifest(order, "s3://b/houses", "housecrawl:1")
    spec = job["spec"]
    assert (spec["completions"], spec["parallelism"], spec["backoffLimitPerIndex"]) == (40, 6, 10)
    container = spec["template"]["spec"]["containers"][0]
    assert container["env"] == [{"name": "HOUSECRAWL_PARTS", "value": "40"}]
    assert container["args"][:2] == ["scrapy", "crawl"]
    assert "part=" not in " ".join(container["args"]), "it has its part by its index"
    if not shutil.which("kubernetes-validate"):
        pytest.skip("kubernetes-validate is not installed: the schema is not checked here")
    file = tmp_path / "job.json"
    file.write_text(json.dumps(job))
    command = ["kubernetes-validate", "-k", "1.33", "--strict", str(file)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_a_line_for_slurm(tmp_path: Path) -> None:
    """It is one that a shell understands, for the parts that are left."""
    order = Order("night", "demo.toml", "demo", 40, 6, "slurm", ("CONTACT=a b@c.example",))
    words = shlex.split(sbatch(order, "s3://b/houses", [3, 4, 9]))
    assert "--array=3-4,9%6" in words
    assert "--export=ALL,HOUSECRAWL_PARTS=40" in words
    script = words[-1]
    assert "'CONTACT=a b@c.example'" in script
    subprocess.run(["sh", "-n", "-c", script], check=True)
