"""Metrics on their way: into a file for node_exporter's textfile collector, or to a push gateway.

No port is opened. https://github.com/prometheus/node_exporter#textfile-collector,
https://github.com/prometheus/pushgateway#api
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

_TIMEOUT: Final = 5.0
"""Seconds that a gateway may take."""
_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def deliver(target: str, labels: Mapping[str, str], text: str) -> str:
    """Hand metrics over; what kept them from it, empty where nothing did.

    `target`: a folder, or the URL of a gateway. What was handed over before under the same labels
    is replaced, whole: a reader sees the old or the new.
    """
    try:
        if target.startswith(("http://", "https://")):
            _push(target, labels, text)
        else:
            _write(Path(target), labels, text)
    except (OSError, ValueError, HTTPException) as error:
        return f"metrics cannot be handed to {target}: {error}"
    return ""


def file_name(labels: Mapping[str, str]) -> str:
    """The file of a crawl's metrics.

    >>> file_name({"site": "homefind", "stage": "houses", "part": "3/40"})
    'housecrawl-homefind-houses-3-40.prom'
    """
    words = "-".join(re.sub(r"[^A-Za-z0-9_]+", "-", value) for value in labels.values() if value)
    return f"housecrawl-{words}.prom"


def push_url(gateway: str, labels: Mapping[str, str]) -> str:
    """Where a gateway takes the metrics of a crawl.

    >>> push_url("http://gateway:9091/", {"site": "homefind", "part": "all"})
    'http://gateway:9091/metrics/job/housecrawl/site/homefind/part/all'
    """
    pairs = "".join(
        f"/{name}/{quote(value.replace('/', '-'), safe='')}" for name, value in labels.items()
    )
    return f"{gateway.rstrip('/')}/metrics/job/housecrawl{pairs}"


def _push(gateway: str, labels: Mapping[str, str], text: str) -> None:
    url = urlsplit(push_url(gateway, labels))
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=_TIMEOUT)
    try:
        connection.request("PUT", url.path, text.encode(), {"Content-Type": _TYPE})
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise OSError(f"HTTP {answer.status}")


def _write(folder: Path, labels: Mapping[str, str], text: str) -> None:
    path = folder / file_name(labels)
    # The collector reads what ends in .prom, and that only whole.
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        unfinished.write_text(text, "utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
