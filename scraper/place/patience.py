"""How long a store that does not answer just now is waited for."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeVar

from scraper.errors import StorageError

logger = logging.getLogger(__name__)

VARIABLE: Final = "HOUSECRAWL_STORE_PATIENCE"
SECONDS: Final = 120.0
"""Outages of a store are mostly over by then: what lasts longer is told, and the next run goes on.
"""
_AT_FIRST: Final = 10.0
"""Seconds for a store that never answered: more likely its address is wrong."""
_REST: Final = 0.5
"""Seconds of the first rest; each next one is twice as long."""
_LONGEST: Final = 15.0

Answer = TypeVar("Answer")


class Patience:
    """Asks again while a store does not answer, with rests that grow; threads may share it."""

    def __init__(self, seconds: float | None = None) -> None:
        """`seconds`: for one outage; None: as `HOUSECRAWL_STORE_PATIENCE` says, else 120."""
        self.seconds = _from_environment() if seconds is None else seconds
        self._met = False
        self._over = threading.Event()

    def end(self) -> None:
        """Wait for nothing any more, from now on and in every thread: the process has to leave."""
        self._over.set()

    @property
    def of_tables(self) -> Mapping[str, str]:
        """The same for the tables' library, whose own ten tries can be over in two seconds.

        https://delta-io.github.io/delta-rs/integrations/object-storage/special_configuration/
        """
        return {
            "max_retries": "100",
            "retry_timeout": f"{self.seconds:.0f}s",
            "backoff_config.init_backoff": f"{_REST * 1000:.0f}ms",
            "backoff_config.max_backoff": f"{_LONGEST:.0f}s",
            "backoff_config.base": "2",
        }

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """The answer to a question that may be put again; raises its last `StorageError`."""
        rests = self._rests()
        while True:
            try:
                answer = question()
            except StorageError as error:
                rest = next(rests, None)
                if rest is None or self._over.is_set():
                    raise
                logger.info("%s: asked again in %.1f s", error, rest)
                self._over.wait(rest)
            except (FileNotFoundError, FileExistsError):
                self._met = True
                raise
            else:
                self._met = True
                return answer

    def _rests(self) -> Iterator[float]:
        limit = self.seconds if self._met else min(self.seconds, _AT_FIRST)
        started, rested, longest = time.monotonic(), 0.0, _REST
        while True:
            # Spread, or all clients of a store that comes back would ask at the same moment.
            rest = longest * random.uniform(0.5, 1)  # noqa: S311  # no secret
            spent = max(rested, time.monotonic() - started)
            if spent >= limit:
                return
            rested += rest
            longest = min(2 * longest, _LONGEST)
            yield min(rest, limit - spent)


def _from_environment() -> float:
    try:
        return max(0.0, float(os.environ.get(VARIABLE, SECONDS)))
    except ValueError:
        return SECONDS
