"""`proxies:FILE` or `proxies:env:NAME`: a list of HTTP or SOCKS proxies."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from scraper.egress.address import Address, Proxy
from scraper.egress.backend import Backend
from scraper.errors import SettingError

PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
FROM_ENVIRONMENT: Final = "env:"


class Proxies(Backend):
    """One address a proxy, in the order of the list."""

    def __init__(self, what: str) -> None:
        """`what`: a file, one proxy a line, or `env:NAME`, proxies with blanks or commas.

        SettingError for a list that cannot be read; it names the line and shows nothing of it.
        """
        where, text = _listed(what)
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        found = [
            _checked(word, f"{where}, line {n}")
            for n, line in enumerate(lines, start=1)
            for word in line.replace(",", " ").split()
        ]
        if not found:
            raise SettingError(f"EGRESS: {where}: no proxy in it; expected http://HOST:PORT lines")
        self._addresses = [Address(proxy.name, proxy=proxy) for proxy in dict.fromkeys(found)]
        names = [one.name for one in self._addresses]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise SettingError(f"EGRESS: {where}: {twice} is there twice, with other credentials")

    def addresses(self) -> Sequence[Address]:
        """Those of the list."""
        return self._addresses


def proxy_of(text: str) -> Proxy | None:
    """A proxy from its URL, or None where it is none. Without a scheme it is an HTTP proxy.

    >>> proxy_of("socks5://me:s%40cret@proxy.example:1080")
    Proxy(scheme='socks5', host='proxy.example', port=1080)
    >>> proxy_of("10.0.0.7:3128").name, proxy_of("ftp://proxy.example"), proxy_of("http://:80")
    ('10.0.0.7:3128', None, None)
    """
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in PORTS or not host or parts.path.strip("/") or parts.query:
        return None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Proxy(scheme.removesuffix("h"), host, port or PORTS[scheme], user, password)


def from_environment(name: str) -> str:
    """The text of a variable; SettingError where it is not set."""
    found = os.environ.get(name, "")
    if not found.strip():
        raise SettingError(f"EGRESS: the environment has no {name}: set it, or name a file")
    return found


def _listed(what: str) -> tuple[str, str]:
    """Where a list stands, for messages, and its text."""
    if what.startswith(FROM_ENVIRONMENT):
        name = what.removeprefix(FROM_ENVIRONMENT)
        return name, from_environment(name)
    if "://" in what:
        raise SettingError(
            "EGRESS=proxies:...: expected a file or env:NAME, so that no credentials stand in a"
            " command line"
        )
    try:
        return what, Path(what).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise SettingError(f"EGRESS: {what}: the list of proxies cannot be read: {why}") from error


def _checked(word: str, where: str) -> Proxy:
    proxy = proxy_of(word)
    if proxy is None:
        schemes = ", ".join(PORTS)
        raise SettingError(
            f"EGRESS: {where}: expected SCHEME://USER:PASSWORD@HOST:PORT with a scheme of {schemes}"
        )
    return proxy
