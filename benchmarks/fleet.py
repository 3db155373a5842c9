"""The model of a fleet: a queue of parts, machines, and what happens to them, by time.

Events in order of time, seeded, nothing but the standard library. `benchmarks/simulate.py` asks it.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from scraper.fleet.plan import PART_BYTES, PART_ROWS, Work
from scraper.fleet.prices import prices

HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class World:
    """What is done, by how many, and what happens to them."""

    work: Work
    workers: int = 1000
    parts_each: int = 10
    """Parts of the list for each worker."""
    machine: str = "c7g-medium-spot"
    per_second: float | None = None
    """Requests a second that the site allows, over all workers; None: as many as it answers."""
    hazard: float = 0.05 / 720
    """Machines that the provider takes back, of those that run, in an hour. AWS's Spot Instance
    Advisor shows the share of the month that ended, by kind and region, in bands: < 5 %, 5-10 %,
    ... > 20 % (https://aws.amazon.com/ec2/spot/instance-advisor/)."""
    pools: int = 12
    """Kinds of machines times zones: what terraform/ chooses from, six kinds in two zones."""
    burst: float = 0.5
    """Share of a pool's machines that goes together. 92 % of the interruptions of one kind in one
    zone that overlap fall within three minutes (https://arxiv.org/abs/2604.16457); how many of the
    pool they take is not said there: an assumption."""
    noticed: float = 0.9
    """Share whose notice arrives in time for an ordered end; AWS gives it two minutes ahead, "on a
    best effort basis". The share is an assumption."""
    boot: float = 120.0
    """Seconds until a machine is up and has the image: an assumption."""
    part_start: float = 2.1
    """Processor seconds of starting a part's process: measured."""
    id_seconds: float = 0.65e-6
    """Processor seconds for each ID of the whole list when a part begins: docs/ledger.md."""
    spread: float = 0.2
    """How the speed of machines of one kind differs (the sigma of a lognormal): an assumption."""
    stragglers: float = 0.01
    """Share of machines that are five times slower; 2 to 10 times was reported for img2dataset
    (https://github.com/rom1504/img2dataset/pull/272)."""
    slow: float = 5.0
    ban_pages: float = 200_000.0
    """Requests after which an address is refused, in the mean: an assumption; sites differ most."""
    ban_wait: float = 600.0
    """Seconds that a crawl waits for its only address (EGRESS_PATIENCE) before it gives up; its
    houses go back to the list, and the machine is exchanged."""


@dataclass(slots=True)
class Told:
    """What came of it."""

    hours: float = 0.0
    dollars: float = 0.0
    visited: int = 0
    """Houses whose row or refusal was kept."""
    repeated: int = 0
    """Houses whose page was asked for again because what was read had gone with a machine."""
    interruptions: int = 0
    bans: int = 0
    attempts: int = 0
    busy: float = 0.0
    """Share of the paid machine time in which houses were visited."""


@dataclass(slots=True)
class Machine:
    """A worker's machine; a new one takes the place of one that is gone."""

    number: int
    pool: int
    speed: float
    born: float
    part: int = -1
    begun: float = 0.0
    """When its part's first house was asked for."""
    generation: int = 0
    """Which of its events still hold: those of a machine that was taken away do not."""


@dataclass(slots=True)
class Fleet:
    """The simulation of one world: a queue of parts, machines, and events by time."""

    world: World
    random: random.Random
    now: float = 0.0
    told: Told = field(default_factory=Told)
    events: list[tuple[float, int, str, int, int]] = field(default_factory=list)
    waiting: deque[int] = field(default_factory=deque)
    """Houses of each part that nobody has."""
    machines: dict[int, Machine] = field(default_factory=dict)
    paid: float = 0.0
    used: float = 0.0
    last: float = 0.0
    count: int = 0

    def run(self) -> Told:
        """To the end of the list."""
        world = self.world
        parts = world.workers * world.parts_each
        each, more = divmod(world.work.houses, parts)
        self.waiting.extend(each + (n < more) for n in range(parts) if each + (n < more))
        for number in range(world.workers):
            self._hire(number)
        for pool in range(world.pools if world.hazard else 0):
            self._later(self._until_burst(), "burst", pool, 0)
        while self.machines:
            self.now, _, what, number, generation = heapq.heappop(self.events)
            if what == "burst":
                self._burst(number)
            elif (machine := self.machines.get(number)) and machine.generation == generation:
                getattr(self, f"_{what}")(machine)
        return self._sum()

    def _later(self, seconds: float, what: str, number: int, generation: int) -> None:
        self.count += 1
        heapq.heappush(self.events, (self.now + seconds, self.count, what, number, generation))

    def _hire(self, number: int) -> None:
        world = self.world
        speed = math.exp(self.random.gauss(0.0, world.spread))
        if self.random.random() < world.stragglers:
            speed /= world.slow
        before = self.machines.get(number)
        generation = before.generation + 1 if before else 0
        self.machines[number] = Machine(
            number, number % world.pools, speed, self.now, generation=generation
        )
        self._later(world.boot, "free", number, generation)

    def _fire(self, machine: Machine) -> None:
        self.paid += self.now - machine.born
        self.last = max(self.last, self.now)

    def _free(self, machine: Machine) -> None:
        """It takes the next part, or is given back when there is none."""
        if not self.waiting:
            self._fire(machine)
            del self.machines[machine.number]
            return
        machine.part = self.waiting.popleft()
        self.told.attempts += 1
        machine.begun = self.now + self._start / machine.speed
        seconds = machine.begun - self.now + machine.part / self._rate(machine)
        work = self.world.work
        refused = self.random.expovariate((work.pages + work.photos) / self.world.ban_pages)
        what = "done"
        if refused < machine.part:
            what, seconds = "ban", seconds - (machine.part - refused) / self._rate(machine)
        self._later(seconds, what, machine.number, machine.generation)

    @property
    def _start(self) -> float:
        return self.world.part_start + self.world.id_seconds * self.world.work.houses

    def _rate(self, machine: Machine) -> float:
        """Houses a second."""
        work, vcpu = self.world.work, prices().machines[self.world.machine].vcpu
        cpu = work.pages * work.cpu_seconds + work.photos * work.photo_cpu_seconds
        fastest = 1 / max(cpu / vcpu, work.pages * work.wait_seconds / work.under_way(vcpu))
        if self.world.per_second is None:
            return fastest * machine.speed
        share = self.world.per_second / self.world.workers / (work.pages + work.photos)
        return min(fastest * machine.speed, share)

    def _visited(self, machine: Machine) -> int:
        done = int(max(0.0, self.now - machine.begun) * self._rate(machine))
        return min(done, machine.part)

    def _done(self, machine: Machine) -> None:
        self.told.visited += machine.part
        self.used += machine.part / self._rate(machine)
        machine.part = -1
        self._free(machine)

    def _ban(self, machine: Machine) -> None:
        """Refused: it waits for its address, gives up, and another machine has another one."""
        self.told.bans += 1
        visited = self._visited(machine)
        self.used += visited / self._rate(machine)
        self.told.visited += visited
        machine.part -= visited
        machine.begun = math.inf
        self._later(self.world.ban_wait, "given_up", machine.number, machine.generation)

    def _given_up(self, machine: Machine) -> None:
        if machine.part:
            self.waiting.append(machine.part)
        self._fire(machine)
        self._hire(machine.number)

    def _until_burst(self) -> float:
        # A machine is taken by a burst of its pool with the probability `burst`.
        return self.random.expovariate(self.world.hazard / HOUR / self.world.burst)

    def _burst(self, pool: int) -> None:
        self._later(self._until_burst(), "burst", pool, 0)
        for machine in [one for one in self.machines.values() if one.pool == pool]:
            if self.random.random() < self.world.burst:
                self._later(
                    self.random.uniform(0, 180), "taken", machine.number, machine.generation
                )

    def _taken(self, machine: Machine) -> None:
        """The provider takes it: unwarned, what it had not sealed is visited again."""
        self.told.interruptions += 1
        if machine.part > 0:
            visited = self._visited(machine) if machine.begun < math.inf else 0
            self.used += visited / self._rate(machine)
            lost = 0 if self.random.random() < self.world.noticed else visited % self._sealed
            self.told.repeated += lost
            self.told.visited += visited - lost
            self.used -= lost / self._rate(machine)
            if left := machine.part - visited + lost:
                self.waiting.append(left)
        self._fire(machine)
        self._hire(machine.number)

    @property
    def _sealed(self) -> int:
        """Houses after which a crawl seals what it has."""
        return int(min(PART_ROWS, PART_BYTES / max(self.world.work.stored_bytes, 1)))

    def _sum(self) -> Told:
        told, there = self.told, prices()
        hours = self.paid / HOUR
        machine = there.machines[self.world.machine]
        writes = told.attempts * 4 + self.world.work.houses / self._sealed * 4
        told.hours = self.last / HOUR
        told.dollars = hours * (machine.hour + there.address_hour)
        told.dollars += writes * there.put_thousand / 1000
        told.busy = self.used / self.paid
        return told


def simulate(world: World, seeds: Iterable[int]) -> list[Told]:
    """The world, once for each seed."""
    return [Fleet(world, random.Random(seed)).run() for seed in seeds]
