"""The addresses of a crawl at one site: which one is used, and when none may be.

One address serves until it is refused: a site sees one visitor at a time, at its own pace. Pure
arithmetic over a clock that the caller reads; the waiting is in the gate.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from scraper.egress.address import Address
from scraper.egress.health import IN_A_ROW, SILENT_IN_A_ROW, STRIKES, Health
from scraper.egress.rotations import Rotations

JUDGING: Final = 5.0
"""Seconds that an answer which nobody judges keeps the next request waiting."""
OWN: Final = 2
"""Times that a page is refused while its address is well, until that is the page's own."""


@dataclass(slots=True, eq=False)
class Ticket:
    """A request under way by an address."""

    health: Health
    generation: int
    came_at: float = math.nan
    """When its answer came, to be judged; not a number before that."""
    ended: bool = False

    @property
    def address(self) -> Address:
        """The address that the request leaves from."""
        return self.health.address

    @property
    def has_come(self) -> bool:
        """Whether there was an answer."""
        return not math.isnan(self.came_at)


class Pool:
    """What is known of the addresses. Every call takes the moment: `now`, in seconds."""

    def __init__(
        self,
        rest: float,
        patience: float,
        rotations: Rotations,
        chance: Callable[[], float],
    ) -> None:
        """`rest`: of an address that is refused for the first time; `patience`: seconds that a
        crawl waits for an address; `chance`: numbers from 0 to 1.
        """
        self._rest, self._patience, self.rotations, self._chance = rest, patience, rotations, chance
        self.all: list[Health] = []
        """Every address that was ever used, in the order in which they came."""
        self.current: Health | None = None
        self.expecting = True
        """Whether an address is on its way, so that nothing is given up yet."""
        self.exchanges = False
        """Whether a refused address can be exchanged for one that is not in the list yet."""
        self._without_since = math.inf
        """Since when no page came by any address, for one was refused; infinite where they come."""
        self._silent: set[str] = set()
        """Addresses that were shown pages of nothing, and no page came since."""
        self._is_site = False
        """Whether pages of nothing are the site's own: a fresh address is shown them too."""
        self._open: set[Ticket] = set()
        self._doubted: set[str] = set()
        self._blamed: Counter[str] = Counter()
        self._last_keys: set[str] = set()

    def add(self, found: Iterable[Health]) -> None:
        """Addresses that may be used from now on."""
        self.all += found
        self.expecting = False

    def room(self, now: float) -> bool:
        """Whether a request may leave now."""
        health = self._choose(now)
        if health is None:
            return False
        return not any(_holds(ticket, now) for ticket in self._open if ticket.health is health)

    def take(self, now: float) -> Ticket:
        """The address that a request to the site leaves by; asked for where there is `room`."""
        health = self._choose(now)
        assert health is not None, "there was room"
        ticket = Ticket(health, health.generation)
        self._open.add(ticket)
        return ticket

    def elsewhere(self, now: float) -> Address | None:
        """The address for a request to another host, which has refused none; None without any."""
        health = self._choose(now) or self.current or next(iter(self.all), None)
        return health.address if health else None

    def came(self, ticket: Ticket, now: float) -> None:
        """An answer is there, and will be judged."""
        ticket.came_at = now

    def good(self, ticket: Ticket) -> None:
        """The answer was one that the site gives to everybody."""
        if not self._end(ticket):
            return
        health = ticket.health
        if ticket.generation == health.generation:
            self._blamed.update(self._doubted)
            self._doubted.clear()
            self._last_keys.clear()
            self._silent.clear()
            self._without_since, self._is_site = math.inf, False
        health.good(ticket.generation)

    def nothing(self, ticket: Ticket) -> None:
        """The request ended without saying anything of its address."""
        self._end(ticket)

    def doubt(self, ticket: Ticket) -> None:
        """The site asked to be left alone for a while: one page at a time from then on."""
        ticket.came_at = -math.inf
        health = ticket.health
        if not ticket.ended and not health.probing and ticket.generation == health.generation:
            health.doubt()

    def refused(self, ticket: Ticket, key: str, now: float, *, sure: bool = False) -> bool:
        """The answer was a refusal of a page; whether that is the page's own, to be left at that.

        One refusal brings the address into doubt: the next page decides. A second one in a row,
        or one of an address in doubt, is of the address: it rests. `sure`: a page that is known to
        come was asked for, so that this one decides.
        """
        if not self._end(ticket):
            return False
        health = ticket.health
        health.refusals += 1
        age = health.generation - ticket.generation
        if self._is_own(key, alone=health.probing and not age):
            return True
        if age > 1 or not health.is_fit(now):
            return False  # it left before the address was found out: the same ban
        self._doubted.add(key)
        health.row += 1
        if sure or health.row >= IN_A_ROW or (health.probing and not age):
            self._let_rest(health, now)
        elif not age:
            health.doubt()
        return False

    def silent(self, ticket: Ticket, key: str, now: float) -> bool:
        """A page of nothing came, as a site may show to those whom it refuses without a word.

        Whether that is the page's own, to be left at that. Several in a row are of the address,
        unless a fresh address is shown the same: then the site has changed. With one address there
        is nothing to compare with.
        """
        if not self.exchanges and sum(not one.retired for one in self.all) < 2:
            return True
        health = ticket.health
        if self._is_site or key in self._doubted or self._blamed[key]:
            self.nothing(ticket)
            return True
        age = health.generation - ticket.generation
        if not self._end(ticket) or age > 1 or not health.is_fit(now):
            return False
        self._doubted.add(key)
        health.silent += 1
        if health.silent < SILENT_IN_A_ROW:
            if not age:
                health.doubt()
            return False
        if self._silent - {health.address.name} and not health.strikes:
            self._is_site = True
            return True
        self._silent.add(health.address.name)
        health.refusals += 1
        self._let_rest(health, now)
        return False

    def broke(self, health: Health, now: float) -> None:
        """An address does not work by itself: the next one is no rotation."""
        health.breaks(now, self._rest, self._chance)
        self._without_since = min(self._without_since, now)
        if health is self.current:
            self.current = None

    def next_change(self, now: float) -> float:
        """When an address may be used again; infinite where none may."""
        others = now if self.current is None else self.rotations.next(now)
        times = (
            max(one.resting_until, now if one is self.current else others)
            for one in self.all
            if not one.retired
        )
        return min(times, default=math.inf)

    def is_spent(self, now: float) -> bool:
        """Whether the crawl would be without a page for longer than it waits."""
        change = self.next_change(now)
        is_waiting = change > now and not self.expecting
        return is_waiting and change - min(self._without_since, now) > self._patience

    def try_again(self, now: float) -> float:
        """When it is worth a new run: the first moment at which an address has rested."""
        others = now if self.current is None else self.rotations.next(now)
        times = (max(one.resting_until, now if one is self.current else others) for one in self.all)
        return min((time for time in times if time < math.inf), default=now)

    def give_away(self, health: Health) -> None:
        """An address is being exchanged: it is not used meanwhile."""
        self.expecting = health.retired = True

    def take_back(self, health: Health) -> None:
        """An address could not be exchanged: it is as it was."""
        self.expecting, health.retired = False, health.strikes >= STRIKES

    def replace(self, old: Health, new: Address, now: float) -> None:
        """An address was exchanged for another, which costs a rotation."""
        old.retired = True
        health = Health(new)
        health.doubt()
        self.rotations.note(now)
        self.add([health])
        self._turn_to(health)

    def _is_own(self, key: str, *, alone: bool) -> bool:
        """Whether a page, not its address, is what is refused: while others came, or by several
        addresses that nothing else was asked from.
        """
        if self._blamed[key] >= OWN or (self._blamed[key] and key in self._doubted):
            return True
        if alone and self._last_keys == {key}:
            self._blamed[key] += 1
        return False

    def _let_rest(self, health: Health, now: float) -> None:
        """An address is refused; what was asked for by it meanwhile is not to blame."""
        self._last_keys = {*self._doubted}
        self._doubted.clear()
        self._without_since = min(self._without_since, now)
        health.refuse(now, self._rest, self._chance)
        self._choose(now)

    def _choose(self, now: float) -> Health | None:
        """The address to use, which may be another from now on."""
        current = self.current
        if current is not None and current.is_fit(now):
            return current
        fit = [one for one in self.all if one.is_fit(now)]
        if not fit:
            return None
        if current is not None:
            if self.rotations.next(now) > now:
                return None
            self.rotations.note(now)
        self._turn_to(max(fit, key=_rank))
        return self.current

    def _turn_to(self, health: Health) -> None:
        """Use another address: for one page alone, but for the very first."""
        if len(self.all) > 1 and any(one.generation for one in self.all) and not health.probing:
            health.doubt()
        self.current = health

    def _end(self, ticket: Ticket) -> bool:
        """End a request; False where it had ended."""
        self._open.discard(ticket)
        ended, ticket.ended = ticket.ended, True
        return not ended


def _holds(ticket: Ticket, now: float) -> bool:
    """Whether a request keeps others of its address waiting.

    One alone is under way by an address in doubt. By any other an answer that came and is not
    judged yet holds them: it may be the first of a refusal.
    """
    if ticket.came_at + JUDGING <= now:
        return False
    probe = ticket.health.probing and ticket.generation == ticket.health.generation
    return probe or ticket.has_come


def _rank(health: Health) -> tuple[float, float]:
    """The better an address fares and the longer it has rested, the sooner it is used."""
    return round(health.score, 2), -health.resting_until
