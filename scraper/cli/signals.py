"""What a crawl tells its parts: a request leaves, bytes come, a page is there."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from pydispatch.dispatcher import WEAKREF_TYPES, getAllReceivers
from pydispatch.robustapply import function, robustApply
from scrapy.exceptions import StopDownload
from scrapy.signalmanager import SignalManager
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

logger = logging.getLogger("scrapy.utils.signal")

_ANY_NAME: Final = 0x08
"""CPython's CO_VARKEYWORDS: a function that takes whatever it is told."""

Told = tuple[Any, Any]
"""A receiver and what it gave, or the Failure of its exception."""


class Signals(SignalManager):
    """Scrapy's own with the same ends, without its price.

    Scrapy asks for each signal anew who listens and which arguments each of them takes; a request
    is seven signals. Here that is found out once, until somebody begins or ceases to listen.
    """

    def __init__(self, sender: Any) -> None:
        super().__init__(sender)
        self._listening: dict[Any, list[tuple[Any, Callable[..., Any]]]] = {}

    def connect(self, receiver: Any, signal: Any, **kwargs: Any) -> None:
        """Let a function be told of a signal."""
        self._listening.clear()
        super().connect(receiver, signal, **kwargs)

    def disconnect(self, receiver: Any, signal: Any, **kwargs: Any) -> None:
        """Let it no longer be told."""
        self._listening.clear()
        super().disconnect(receiver, signal, **kwargs)

    def disconnect_all(self, signal: Any, **kwargs: Any) -> None:
        """Let nobody be told any more."""
        self._listening.clear()
        super().disconnect_all(signal, **kwargs)

    def send_catch_log(self, signal: Any, **kwargs: Any) -> list[Told]:
        """Tell all who listen; what each gave. Their errors are logged, and end nothing."""
        if "dont_log" in kwargs or "sender" in kwargs:
            return super().send_catch_log(signal, **kwargs)
        found = self._listening.get(signal)
        if found is None:
            found = self._listening[signal] = self._listeners(signal)
        told = []
        for kept, tell in found:
            receiver = kept() if isinstance(kept, WEAKREF_TYPES) else kept
            if receiver is not None:
                told.append((receiver, _result(receiver, tell, kwargs)))
        return told

    def _listeners(self, signal: Any) -> list[tuple[Any, Callable[..., Any]]]:
        """Who listens, most by weak references, and how each is told."""
        found = []
        for kept in getAllReceivers(self.sender, signal):
            receiver = kept() if isinstance(kept, WEAKREF_TYPES) else kept
            if receiver is not None:
                found.append((kept, self._teller(receiver, signal)))
        return found

    def _teller(self, receiver: Any, signal: Any) -> Callable[..., Any]:
        """How to call a function with those arguments that it takes."""
        _, code, first = function(receiver)
        names = frozenset(code.co_varnames[first : code.co_argcount])
        if code.co_flags & _ANY_NAME or names & {"signal", "sender"}:
            fixed = {"signal": signal, "sender": self.sender}
            return lambda receiver, told: robustApply(receiver, **fixed, **told)
        return lambda receiver, told: receiver(**{n: v for n, v in told.items() if n in names})


def _result(receiver: Any, tell: Callable[..., Any], told: dict[str, Any]) -> Any:
    extra = {"spider": told.get("spider")}
    try:
        given = tell(receiver, told)
    except StopDownload:
        return _failure()
    except Exception:  # as Scrapy has it: whoever listens cannot end a crawl
        message = "Error caught on signal handler: %(receiver)s"
        logger.exception(message, {"receiver": receiver}, extra=extra)
        return _failure()
    if isinstance(given, Deferred):
        message = "Cannot return deferreds from signal handler: %(receiver)s"
        logger.error(message, {"receiver": receiver}, extra=extra)
    return given


def _failure() -> Any:
    """The exception that is being handled, as Twisted holds it."""
    return Failure()  # type: ignore[no-untyped-call]  # Twisted's
