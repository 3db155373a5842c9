"""`addresses:IP,IP,...`: several source addresses of this machine."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from ipaddress import ip_address

from scraper.egress.address import Address
from scraper.egress.backend import Backend
from scraper.errors import SettingError


class Addresses(Backend):
    """Connections are made from each of these in turn. IPv4 reaches IPv4 only, IPv6 IPv6."""

    def __init__(self, text: str) -> None:
        """`text`: addresses with commas; SettingError for one that this machine has not."""
        found = [one.strip() for one in text.split(",") if one.strip()]
        self._addresses = [Address(name, bind=name) for name in map(_checked, found)]
        if len({one.name for one in self._addresses}) < len(found) or not found:
            raise SettingError("EGRESS=addresses:...: expected addresses, each of them once")

    def addresses(self) -> Sequence[Address]:
        """Those of the setting."""
        return self._addresses


def _checked(text: str) -> str:
    """The usual spelling of an address that connections can be made from."""
    try:
        name = str(ip_address(text))
    except ValueError as error:
        raise SettingError(f"EGRESS=addresses:...: {text[:60]!r} is no IP address") from error
    if not can_bind(name):
        raise SettingError(
            f"EGRESS=addresses:...: {name} is no address of this machine: `ip address` lists them"
        )
    return name


def can_bind(address: str) -> bool:
    """Whether connections can be made from an address.

    >>> can_bind("127.0.0.1"), can_bind("192.0.2.1")
    (True, False)
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((address, 0))
    except OSError as error:
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL):
            return False
        raise
    return True
