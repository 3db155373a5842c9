"""May this be asked for? The question that every part of a crawl puts to the gate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

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
