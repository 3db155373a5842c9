"""What a rendered page asked for and was answered, as far as it may have brought the facts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Response

LARGEST: Final = 8_000_000
"""Octets of an answer that is looked at, at most."""
_KINDS: Final = frozenset({"xhr", "fetch"})
_OWN: Final = ("x-", "accept")
"""Headers of a script that are sent again; those of a login never are."""
_NOT: Final = frozenset({"accept-language", "accept-encoding", "accept-charset"})


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer that a page's script was given."""

    url: str
    method: str
    kind: str
    """The content type."""
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    """Headers that the script added."""
    login: bool = False
    """Whether the request carried a login."""


class Watching:
    """Keeps the answers that the scripts of a page get, from now on."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._found: list[Response] = []
        page.on("response", self._note)

    async def end(self) -> list[Seen]:
        """All that was answered until now."""
        self._page.remove_listener("response", self._note)
        found = await asyncio.gather(*(_seen(one) for one in self._found))
        return [one for one in found if one is not None]

    def _note(self, response: Response) -> None:
        if response.request.resource_type in _KINDS and response.status == 200:
            self._found.append(response)


async def _seen(response: Response) -> Seen | None:
    request = response.request
    try:
        body = await response.body()
        headers = await request.all_headers()
    except PlaywrightError:
        return None
    if not 0 < len(body) <= LARGEST:
        return None
    own = {k: v for k, v in headers.items() if k.startswith(_OWN) and k not in _NOT}
    kind = response.headers.get("content-type", "")
    login = "authorization" in headers
    return Seen(response.url, request.method, kind, body, own, login)
