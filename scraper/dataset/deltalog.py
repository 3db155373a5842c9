"""A commit to the log of a Delta table that names its files itself.

https://github.com/delta-io/delta/blob/master/PROTOCOL.md: a commit is an object with an action a
line, `_delta_log/<version>.json`, that only one writer can make. Needed where delta-rs would hold
the whole table in memory; all that it writes stays delta-rs's own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from scraper.dataset.datafile import DataFile

NOTE: Final = "housecrawl"
"""Our key in the metadata of a commit: which parts it took in, or which version it restored."""
COLUMNS: Final = "columns"
"""In that note: column to rows in which the commit changed it."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a commit changes in a table."""

    removed: Sequence[DataFile] = ()
    added: Sequence[DataFile] = ()
    changes: Sequence[DataFile] = ()
    """Files of the change data feed."""
    inserted: int = 0
    updated: int = 0
    note: Mapping[str, object] = field(default_factory=dict)


def log_name(version: int) -> str:
    """The name of a commit below the folder of its table.

    >>> log_name(7)
    '_delta_log/00000000000000000007.json'
    """
    return f"_delta_log/{version:020d}.json"


def encode(changed: Changed, read_version: int) -> bytes:
    """The commit as it is written, an action a line."""
    now = int(time.time() * 1000)
    actions = [
        _info(changed, read_version, now),
        *({"remove": _removed(file, now)} for file in changed.removed),
        *({"add": _added(file, now)} for file in changed.added),
        *({"cdc": _of_feed(file)} for file in changed.changes),
    ]
    return b"".join(orjson.dumps(action) + b"\n" for action in actions)


def _info(changed: Changed, read_version: int, now: int) -> dict[str, Any]:
    return {
        "commitInfo": {
            "timestamp": now,
            "operation": "MERGE",
            "operationParameters": {},
            "readVersion": read_version,
            "engineInfo": "housecrawl",
            "operationMetrics": {
                "num_target_rows_inserted": changed.inserted,
                "num_target_rows_updated": changed.updated,
                "num_target_files_added": len(changed.added),
                "num_target_files_removed": len(changed.removed),
            },
            NOTE: json.dumps(dict(changed.note)),
        }
    }


def _removed(file: DataFile, now: int) -> dict[str, Any]:
    return {
        "path": file.path,
        "deletionTimestamp": now,
        "dataChange": True,
        "extendedFileMetadata": True,
        "partitionValues": {},
        "size": file.bytes,
    }


def _added(file: DataFile, now: int) -> dict[str, Any]:
    return {
        "path": file.path,
        "partitionValues": {},
        "size": file.bytes,
        "modificationTime": now,
        "dataChange": True,
        "stats": orjson.dumps({"numRecords": file.rows, **file.values}).decode(),
    }


def _of_feed(file: DataFile) -> dict[str, Any]:
    return {"path": file.path, "partitionValues": {}, "size": file.bytes, "dataChange": False}
