"""A list in 40 parts on six machines, some of which die: every house is published once."""

import shutil
import signal
import threading
import time
from contextlib import suppress
from uuid import uuid4

import psutil
import pytest

PARTS, WORKERS, HOUSES = 40, 6, 120
LEASE = "30"


def address(worker: int) -> str:
    return f"127.0.0.{10 + worker}"


def start(fleet, worker: int):
    """A worker on a machine of its own, with its own address."""
    egress = ("-s", f"EGRESS=addresses:{address(worker)}", "-s", "EGRESS_PATIENCE=1")
    return fleet.fleet(
        "work", fleet.place, "--lease", LEASE, "--pause", "5", *egress, state=f"machine-{worker}"
    )


@pytest.fixture(params=["redis", "sqs"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "redis":
        return request.getfixturevalue("redis_server").url
    request.getfixturevalue("s3_endpoint")
    return f"sqs:housecrawl-{uuid4().hex[:8]}"


@pytest.mark.full
@pytest.mark.timeout(1500)
def test_a_queue(fleet, engine: str, s3_place: str) -> None:
    """Workers 1 and 2 die by SIGKILL, 3 gets SIGTERM, the address of 6 is banned."""
    f = fleet(HOUSES, s3_place)
    f.submit(engine, "--parts", str(PARTS), "--workers", str(WORKERS), "--refusals", "1")
    dying = {address(n) for n in (1, 2, 3)}
    held = f.hold(lambda request: request.client[0] in dying)
    f.refuse(address(6))
    workers = {n: start(f, n) for n in range(1, WORKERS + 1)}
    f.wait_for(lambda: {one.client[0] for one in held} == dying, "three workers are at work")
    hit = {f.part_of(one, PARTS) for one in held}
    assert len(hit) == 3

    orphan = workers[1].family()
    workers[1].process.kill()
    f.kill(*workers[2].family(), psutil.Process(workers[2].process.pid))
    workers[3].process.send_signal(signal.SIGTERM)
    told = time.monotonic()
    assert workers[3].code(60) == 3, workers[3].said[-2000:]
    print(f"\ngone {time.monotonic() - told:.1f} s after SIGTERM")
    f.wait_for(lambda: not any(map(f.alive, orphan)), "a crawl does not outlive its worker")
    f.released.set()
    assert workers[6].code() == 5, workers[6].said[-2000:]
    assert [workers[n].code(1200) for n in (4, 5)] == [0, 0], workers[4].said[-3000:]

    refused = {f.part_of(one, PARTS) for one in f.site.log.requests("/house/")
               if one.client[0] == address(6)}  # fmt: skip
    assert len(refused) == 1, "a worker whose address is refused takes no other part"
    attempts = f.attempts()
    assert set(attempts) == set(range(PARTS))
    assert {part for part, n in attempts.items() if n > 1} == hit | refused
    print(f"attempts: {sum(attempts.values())} of {PARTS} parts")
    assert sum(attempts.values()) == PARTS + len(hit | refused)

    assert "40 of 40 done, 0 running, 0 left, 0 given up" in f.fleet("status", f.place).ended().said
    f.fleet("finish", f.place).ended()
    f.whole()
    assert "already: version 1" in f.fleet("finish", f.place).ended().said


@pytest.mark.full
@pytest.mark.timeout(1500)
def test_gnu_parallel(fleet) -> None:
    """Two of its jobs die by SIGKILL, one gets SIGTERM, one of two addresses is banned."""
    if not shutil.which("parallel"):
        pytest.skip("GNU parallel is not installed: it is not tested here")
    f = fleet(HOUSES)
    parts: list[int] = []
    noting = threading.Lock()

    def held(request) -> bool:
        part = f.part_of(request, PARTS)
        with noting:
            if request.client[0] == address(2) and part not in parts and len(parts) < 3:
                parts.append(part)
            return part in parts and request.client[0] == address(2)

    f.hold(held)
    f.refuse(address(1))
    egress = f"EGRESS=addresses:{address(1)},{address(2)}"
    words = ("--site", f.file, "--dataset", f.place, "--engine", "parallel", "-s", egress)
    submitted = f.fleet(
        "submit", *words, "--parts", str(PARTS), "--workers", str(WORKERS), "-s", "PHOTO_WORKERS=1"
    )
    f.wait_for(lambda: len(parts) == 3 or submitted.process.poll() is not None, "three are at work")
    jobs = {part: job(submitted, part) for part in parts}
    first, second, third = (jobs[part] for part in parts)
    first.kill()
    f.kill(*second.children(recursive=True), second)
    third.terminate()
    third.wait(60)
    f.released.set()
    assert submitted.code(1200) == 0, submitted.said[-3000:]

    attempts = f.attempts()
    assert set(attempts) == set(range(PARTS))
    assert {part for part, n in attempts.items() if n > 1} == set(parts)
    print(f"attempts: {sum(attempts.values())} of {PARTS} parts")
    f.fleet("finish", f.place).ended()
    f.whole()


@pytest.mark.full
def test_gnu_parallel_is_stopped_in_order(fleet) -> None:
    """What was answered is kept, nothing goes on, and the same command again does the rest."""
    if not shutil.which("parallel"):
        pytest.skip("GNU parallel is not installed: it is not tested here")
    f = fleet(12)
    words = ("submit", "--site", f.file, "--dataset", f.place, "--engine", "parallel")
    words = (*words, "--parts", "4", "--workers", "2", "-s", "PHOTO_WORKERS=1")
    held = f.hold(lambda _: True)
    submitted = f.fleet(*words)
    f.wait_for(lambda: held or submitted.process.poll() is not None, "a part is at work")
    family = submitted.family()
    submitted.process.send_signal(signal.SIGTERM)
    assert submitted.code(60) == 3, submitted.said[-2000:]
    f.wait_for(lambda: not any(map(f.alive, family)), "all is over")
    f.released.set()
    f.fleet(*words).ended()
    f.fleet("finish", f.place).ended()
    f.whole()


def job(submitted, part: int) -> psutil.Process:
    """The process that visits a part under GNU parallel."""
    for one in submitted.family():
        words = []
        with suppress(psutil.NoSuchProcess):
            words = one.cmdline()
        if words[-1:] == [str(part)] and "part" in words and "scraper.cli.main" in words:
            return one
    raise AssertionError(f"part {part} is not at work: {submitted.said[-2000:]}")
