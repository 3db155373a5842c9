"""Array jobs: each child is run as its engine starts it, with its command and its environment.

AWS Batch's is what moto's Batch says of the child, Kubernetes' is what the manifest says of the
container, and Slurm's script runs itself, its two programs stood in for.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import boto3
import pytest

from scraper.errors import ExitCode
from scraper.fleet.batch import retries
from scraper.fleet.kubernetes import manifest
from scraper.fleet.open import open_queue
from scraper.fleet.order import Order, read_order
from scraper.fleet.part import Stop, Visitor
from scraper.fleet.parts import read_parts
from scraper.fleet.slurm import script
from scraper.fleet.worker import Worker
from scraper.place.open import open_place

ROOT = Path(__file__).parents[2]
PARTS, HOUSES = 5, 15
SRUN = '[ "$1" = --ntasks=1 ] && shift && exec "$@"'
SCONTROL = 'echo "$@" >>"$REQUEUED"'


@dataclass
class Child:
    """What an engine starts, and the variables that are its own."""

    command: list[str]
    variables: dict[str, str]
    disk: Path
    """What the machine that it runs on keeps: no other child's."""

    def start(self) -> subprocess.Popen[bytes]:
        """Run it with its own variables, those of the image, and the way to the bucket."""
        ours = {name: text for name, text in os.environ.items() if name.startswith("AWS_")}
        image = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "SCRAPY_SETTINGS_MODULE": "settings",
            "HOUSECRAWL_STATE": str(self.disk),
        }
        self.disk.mkdir(exist_ok=True)
        with (self.disk / "log.txt").open("ab") as log:
            return subprocess.Popen(
                self.command,
                cwd=self.disk,
                env={**ours, **image, **self.variables},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return (self.disk / "log.txt").read_text()


def batch_children(job: str, folder: Path) -> list[Child]:
    """The children of an array job as AWS Batch would start them."""
    batch = boto3.client("batch", region_name="us-east-1")
    (array,) = batch.describe_jobs(jobs=[job])["jobs"]
    found = []
    for index in range(array["arrayProperties"]["size"]):
        (child,) = batch.describe_jobs(jobs=[f"{job}:{index}"])["jobs"]
        container = child.get("container") or array["container"]
        variables = {one["name"]: one["value"] for one in container["environment"]}
        variables["AWS_BATCH_JOB_ARRAY_INDEX"] = str(index)
        found.append(Child(container["command"], variables, folder / f"child-{index}"))
    batch.close()
    return found


def pods(printed: str, folder: Path) -> list[Child]:
    """The pods of an Indexed Job as Kubernetes would start them."""
    spec = json.loads(printed)["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    variables = {one["name"]: one["value"] for one in container["env"]}
    return [
        Child(
            container["args"],
            {**variables, "JOB_COMPLETION_INDEX": str(index)},
            folder / f"pod-{index}",
        )
        for index in range(spec["completions"])
    ]


def tasks(printed: str, folder: Path, srun: str = SRUN) -> list[Child]:
    """The tasks of a Slurm array as `sbatch` would start them; what is queued again is noted."""
    programs = folder / "slurm"
    programs.mkdir(exist_ok=True)
    for name, text in (("srun", srun), ("scontrol", SCONTROL)):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    job = programs / "job.sh"
    job.write_text(printed)
    (array,) = re.findall(r"^#SBATCH --array=([\d,-]+)%\d+$", printed, re.MULTILINE)
    path = f"{programs}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {"SLURM_ARRAY_JOB_ID": "7", "PATH": path, "REQUEUED": str(folder / "requeued")}
    return [
        Child(
            ["bash", str(job)],
            {**variables, "SLURM_ARRAY_TASK_ID": str(index)},
            folder / f"task-{index}",
        )
        for span in array.split(",")
        for index in range(int(span.split("-")[0]), int(span.split("-")[-1]) + 1)
    ]


@pytest.fixture(params=["batch", "kubernetes", "slurm"])
def array(request: pytest.FixtureRequest, fleet, s3_place: str, tmp_path: Path, capsys):
    """A fleet whose order is handed to an engine, and the children that this one starts."""
    words = {"kubernetes": "kubernetes:housecrawl", "slurm": "slurm"}
    word = words.get(request.param) or f"batch:{request.getfixturevalue('batch_queue')}"
    f = fleet(HOUSES, s3_place)
    capsys.readouterr()
    f.submit(word, "--parts", str(PARTS), "--workers", "3")
    printed = capsys.readouterr().out
    if request.param == "batch":
        return f, batch_children(read_order(open_place(f.place)).job, tmp_path)
    read: Callable[[str, Path], list[Child]] = pods if request.param == "kubernetes" else tasks
    return f, read(printed, tmp_path)


def run(children: list[Child]) -> None:
    """Run all of them at once, each to its end."""
    started = [child.start() for child in children]
    ends = [process.wait(240) for process in started]
    assert ends == [0] * len(children), "\n".join(child.said[-1500:] for child in children)


@pytest.mark.full
@pytest.mark.timeout(600)
def test_every_child_has_its_part(array) -> None:
    """All children: every house once in the published version; once more: nothing is asked."""
    f, children = array
    assert len(children) == PARTS
    run(children)
    asked = [one.path for one in f.site.log.requests("/house/")]
    assert len(asked) == len(set(asked)), "no house has two parts"
    assert {one.rpartition("/")[2] for one in asked} >= set(f.site.truth)
    run(children)
    assert [one.path for one in f.site.log.requests("/house/")] == asked
    assert f.here("finish", f.place) == 0
    f.whole()


def test_aws_batch_and_then_sqs(fleet, batch_queue: str, tmp_path: Path) -> None:
    """A child of an array job runs, and once more for nothing; the rest is handed to a queue."""
    f = fleet(8)
    f.submit(f"batch:{batch_queue}", "--parts", "2")
    place = open_place(f.place)
    children = batch_children(read_order(place).job, tmp_path)
    assert len(children) == 2
    run(children[1:])
    asked = len(f.site.log.requests("/house/"))
    run(children[1:])
    assert len(f.site.log.requests("/house/")) == asked > 0
    assert read_parts(place, read_order(place)).left == [0]

    f.submit(f"sqs:housecrawl-{uuid4().hex[:8]}")
    queue = open_queue(read_order(place).engine, 2.0)
    claim = queue.claim(10.0)
    assert claim is not None
    assert (claim.part, claim.attempts) == (0, 1)
    # A worker that dies says nothing more.
    with Stop() as stop:
        queue = open_queue(read_order(place).engine, 30.0)
        assert Worker(queue, Visitor(place, stop), pause=0.2, poll=1.0).work() == 0
    parts = read_parts(place, read_order(place))
    assert (parts.left, len(parts.records)) == ([], 2)


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
    assert (spec["completions"], spec["parallelism"], spec["maxFailedIndexes"]) == (40, 6, 40)
    assert spec["backoffLimitPerIndex"] == 9, "ten tries: the first, and nine more"
    taken_away, *ends = spec["podFailurePolicy"]["rules"]
    assert taken_away["action"] == "Ignore", "a node that is taken away costs no try"
    (disruption,) = taken_away["onPodConditions"]
    assert disruption["type"] == "DisruptionTarget"
    ended = {rule["action"]: rule["onExitCodes"]["values"] for rule in ends}
    assert ended == {"FailJob": [ExitCode.USAGE], "FailIndex": [1, 4, 5]}
    assert spec["template"]["spec"]["restartPolicy"] == "Never", "else no policy is looked at"
    container = spec["template"]["spec"]["containers"][0]
    assert container["env"] == [{"name": "HOUSECRAWL_PARTS", "value": "40"}]
    assert container["args"][:2] == ["scrapy", "crawl"]
    assert "part=" not in " ".join(container["args"]), "it has its part by its index"
    file = tmp_path / "job.json"
    file.write_text(json.dumps(job))
    checked(tmp_path, "kubernetes-validate", "-k", "1.33", "--strict", str(file))


def checked(folder: Path, *command: str) -> None:
    """A tool has nothing to say; skipped where it is not installed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    program = shutil.which(command[0], path=path)
    if not program:
        pytest.skip(f"{command[0]} is not installed: what it reads is not checked here")
    words = [program, *command[1:]]
    said = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)
    assert said.returncode == 0, said.stdout + said.stderr


def slurm_order(attempts: int = 10) -> Order:
    settings = ("CONTACT=a b@c.example",)
    return Order("night", "demo.toml", "demo", 40, 6, "slurm", settings, attempts)


def test_a_script_for_slurm(tmp_path: Path) -> None:
    """For the parts that are left; its words come through as they were given."""
    printed = script(slurm_order(), "s3://b/houses", [3, 4, 9])
    assert "#SBATCH --array=3-4,9%6" in printed
    assert not re.findall(r"@[A-Z]+@", printed)
    (first, *_) = found = tasks(printed, tmp_path, 'printf "%s\\n" "$HOUSECRAWL_PARTS" "$@"')
    assert [one.variables["SLURM_ARRAY_TASK_ID"] for one in found] == ["3", "4", "9"]
    assert first.start().wait(60) == 0
    words = first.said.splitlines()
    assert words[:4] == ["40", "--ntasks=1", "scrapy", "crawl"]
    assert words[-1] == "CONTACT=a b@c.example"


def test_the_script_for_slurm_is_sound(tmp_path: Path) -> None:
    file = tmp_path / "job.sh"
    file.write_text(script(slurm_order(), "s3://b/houses", range(40)))
    checked(tmp_path, "shellcheck", str(file))


@pytest.mark.parametrize("code", [*ExitCode, 137, 143])
def test_what_slurm_queues_again(tmp_path: Path, code: int) -> None:
    """3 and a kill, as often as was said; a task of Slurm counts its restarts from 0."""
    printed = script(slurm_order(attempts=3), "s3://b/houses", [7])
    (task,) = tasks(printed, tmp_path, f"exit {int(code)}")
    for restarts in range(4):
        task.variables["SLURM_RESTART_COUNT"] = str(restarts)
        assert task.start().wait(60) == code
    file = tmp_path / "requeued"
    queued = file.read_text().splitlines() if file.exists() else []
    again = code == ExitCode.INCOMPLETE or code > 128
    assert queued == ["requeue 7_7"] * (2 if again else 0)
