"""May this be asked for, and from where? What the gate and the egress are to all others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["search", "house", "photo", "data", "browser", "robots", "rights"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of the gate."""

    allowed: bool
    rule: str
    """The rule that decided: a line of robots.txt with its file, or the policy's name."""
    reason: str = ""
    """Why it was refused, for a person; empty where it was allowed."""
    for_now: bool = False
    """Refused only because the rules of the host cannot be had just now."""
    signals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What the host's files say of the use of the URL: the file to its words."""


class Guard(ABC):
    """What the gate's middleware is to those who need an answer without knowing the gate."""

    @abstractmethod
    async def may_ask(self, url: str, kind: Kind, *, proxied: bool = False) -> Verdict:
        """Whether a URL may be asked for now; waits for the rules of its host to be known.

        `proxied`: a proxy looks its name up, so that it is not looked up here.
        """

    @abstractmethod
    def answered(self, url: str, status: int, retry_after: str) -> None:
        """Tell what a part of a page was answered; 429 and 503 let its site rest."""

    @abstractmethod
    def may_leave_by(self, proxy: str) -> None:
        """Let requests leave by a proxy that the operator configured, wherever it stands.

        Other proxies are used only on public addresses, and no proxy is asked for a page.
        """

    @abstractmethod
    def changed(self) -> None:
        """What kept requests of the site waiting may be over: look again."""


class Egress(ABC):
    """What the egress's middleware is to the gate: by which address, and whether by any now."""

    @abstractmethod
    def room(self) -> bool:
        """Whether a request of the site may leave now; asked at any time, by any number."""

    @abstractmethod
    def depart(self, request: Any, *, site: bool) -> None:
        """Give a request, whose turn it is, its address. `site`: it goes to the site's own hosts.

        Called straight after `room` said yes, with nothing in between.
        """
