"""`gateway:URL`: a proxy that exchanges its address by itself, at the latest for a new session."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from scraper.egress.address import Address
from scraper.egress.backend import Backend
from scraper.egress.proxies import FROM_ENVIRONMENT, from_environment, proxy_of
from scraper.errors import SettingError

SESSION: Final = "{session}"
"""What a session's name is put in the place of, as providers want it in user or password."""


class Gateway(Backend):
    """Each exchange begins a session: new connections, and a new name where the URL has a place
    for one. Whether the address behind it is another is up to the gateway.
    """

    exchanges = True

    def __init__(self, what: str) -> None:
        """`what`: the URL or `env:NAME`; SettingError for none."""
        named = what.startswith(FROM_ENVIRONMENT)
        self._url = from_environment(what.removeprefix(FROM_ENVIRONMENT)) if named else what
        self._sessions = 0
        if proxy_of(self._url.strip().replace(SESSION, "s")) is None:
            raise SettingError(
                "EGRESS=gateway:...: expected SCHEME://USER:PASSWORD@HOST:PORT, best by env:NAME"
            )

    def addresses(self) -> Sequence[Address]:
        """The first session."""
        return [self._session()]

    def exchange(self, refused: Address) -> Address:
        """The next session."""
        del refused
        return self._session()

    def _session(self) -> Address:
        self._sessions += 1
        proxy = proxy_of(self._url.strip().replace(SESSION, secrets.token_hex(6)))
        assert proxy is not None, "checked above"
        return Address(f"{proxy.name}#{self._sessions}", proxy=proxy)
