"""What a crawl takes: pages, hours, machines, dollars; arithmetic, and nothing hidden in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scraper.fleet.prices import Machine, Prices

HOUR: Final = 3600.0
_GB: Final = 1e9


@dataclass(frozen=True, slots=True)
class Work:
    """What has to be done, and what one house of it takes."""

    houses: int
    cpu_seconds: float
    """Processor time of a house's page, reading and storing included."""
    wait_seconds: float
    """Seconds that a page takes from the request on, whatever the processor does meanwhile."""
    at_once: int = 1
    """Pages under way at once in a crawl."""
    lone: bool = False
    """One crawl a machine, however many processors it has; else one a processor."""
    pages: float = 1.0
    """Requests a house but its photos: 1, with repeats a little more."""
    photos: float = 0.0
    """Photos a house."""
    photo_cpu_seconds: float = 0.0
    """Processor time of a photo."""
    stored_bytes: float = 0.0
    """Bytes that a house takes in the dataset, its photos included."""

    @property
    def requests(self) -> float:
        """Requests in all."""
        return self.houses * (self.pages + self.photos)

    @property
    def cpu_hours(self) -> float:
        """Processor-hours in all."""
        each = self.pages * self.cpu_seconds + self.photos * self.photo_cpu_seconds
        return self.houses * each / HOUR

    def under_way(self, vcpu: float) -> int:
        """Pages under way at once on a machine of so many processors.

        >>> Work(1, 0.1, 1.5, at_once=6).under_way(2), Work(1, 3, 3, lone=True).under_way(2)
        (12, 1)
        """
        return self.at_once * (1 if self.lone else max(1, int(vcpu)))


@dataclass(frozen=True, slots=True)
class Plan:
    """What it comes to."""

    hours: float
    """From the start to the end."""
    bound_by: str
    """What decides the hours: `processor`, `waiting` or `pace`."""
    machine_hours: float
    compute: float
    """Dollars for machines."""
    surplus: float
    """Dollars more where a burstable machine has no credits left."""
    addresses: float
    """Dollars for public addresses, one a machine."""
    puts: float
    """Dollars for writing to S3."""
    storage: float
    """Dollars a month for keeping it."""

    @property
    def once(self) -> float:
        """Dollars for one crawl, without surplus and storage."""
        return self.compute + self.addresses + self.puts


def plan(
    work: Work, machine: Machine, machines: int, prices: Prices, per_second: float | None = None
) -> Plan:
    """The plan of some work on so many machines of a kind.

    `per_second`: requests a second that the site allows, over all machines together; None: as many
    as it answers.

    >>> from scraper.fleet.prices import prices
    >>> course = Work(1_000_000, cpu_seconds=3, wait_seconds=3, lone=True)
    >>> found = plan(course, prices().machines["course"], 100, prices())
    >>> round(found.hours, 1), round(found.compute, 2), found.bound_by
    (8.3, 16.67, 'waiting')
    """
    waited = work.houses * work.pages * work.wait_seconds
    bounds = {
        "processor": work.cpu_hours / machine.vcpu / machines,
        "waiting": waited / work.under_way(machine.vcpu) / HOUR / machines,
        "pace": work.requests / per_second / HOUR if per_second else 0.0,
    }
    bound_by = max(reversed(bounds), key=lambda name: bounds[name])
    hours = bounds[bound_by]
    return Plan(
        hours=hours,
        bound_by=bound_by,
        machine_hours=hours * machines,
        compute=hours * machines * machine.hour,
        surplus=_surplus(work, machine, hours * machines),
        addresses=hours * machines * prices.address_hour,
        puts=_parts(work) * prices.put_thousand / 1000,
        storage=work.houses * work.stored_bytes / _GB * prices.storage_gb_month,
    )


def _surplus(work: Work, machine: Machine, machine_hours: float) -> float:
    paid = machine_hours * machine.vcpu * machine.baseline
    return max(0.0, work.cpu_hours - paid) * machine.surplus


PART_ROWS: Final = 5_000
PART_BYTES: Final = 64 << 20
_FILES: Final = 4
"""Objects a sealed part: houses, photos, visits, manifest."""


def _parts(work: Work) -> float:
    parts = max(work.houses / PART_ROWS, work.houses * work.stored_bytes / PART_BYTES)
    return parts * _FILES
