"""Where requests may go: http and https, to public addresses and the user's own hosts."""

from __future__ import annotations

from typing import Final

from scraper.guard import Verdict
from scraper.hosts import Host, Target, is_named, target_of

NOT_PUBLIC: Final = "policy: public addresses only"


def refusal(url: str, own_hosts: frozenset[Host]) -> Verdict | None:
    """Why a URL may not be asked for, or None where its address is no reason.

    `own_hosts` are the loopback and private hosts that the site file itself names.

    >>> refusal("http://127.0.0.1:8000/", frozenset({("127.0.0.1", 8000)})) is None
    True
    >>> refusal("http://127.0.0.1:9000/", frozenset({("127.0.0.1", 8000)})).rule
    'policy: public addresses only'
    """
    target = target_of(url)
    if target is None:
        return Verdict(False, "policy: http and https only", f"not an http or https address: {url}")
    if target.is_public or is_own(target, own_hosts):
        return None
    where = f"{target.host} port {target.port}"
    reason = f"{where} is not on the public internet and the site file does not name it"
    return Verdict(False, NOT_PUBLIC, reason)


def is_own(target: Target, own_hosts: frozenset[Host]) -> bool:
    """Whether a site file names exactly the host and port of a URL."""
    return is_named(target.host, target.port, own_hosts)
