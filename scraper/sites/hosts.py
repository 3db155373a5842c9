"""The hosts that a site names."""

from __future__ import annotations

from collections.abc import Iterable

from scraper.hosts import Host, target_of


def hosts_of(urls: Iterable[str]) -> frozenset[Host]:
    """The hosts of absolute addresses, each with its port.

    >>> sorted(hosts_of(["http://127.0.0.1:8765/a", "https://Homes.example/b"]))
    [('127.0.0.1', 8765), ('homes.example', 443)]
    """
    targets = (target_of(url) for url in urls)
    return frozenset((target.host, target.port) for target in targets if target)
