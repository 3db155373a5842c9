"""Delta tables without the rows of erased houses, in every version that there was.

A version is a list of files. Files with such rows are written anew under new names, and the log
names the new ones: all versions stay, each without those rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import quote, unquote

import orjson

from scraper.dataset.publish import TABLES
from scraper.dataset.table import open_table
from scraper.dataset.version import versions
from scraper.erasure.proof import Proof
from scraper.erasure.rows import erased_rows, rewritten, write_without
from scraper.ledger.suppressed import Suppressed
from scraper.place.place import Place

_LOG: Final = "_delta_log/"
_COMMIT: Final = re.compile(r"\d{20}\.json")
_LITERAL: Final = re.compile(r"'((?:[^']|'')*)'")
_FILES: Final = ("add", "remove", "cdc")


@dataclass(frozen=True, slots=True)
class NewFile:
    """What took the place of a file; no rows: nothing did."""

    path: str
    rows: int
    bytes: int


def rewrite_tables(
    place: Place,
    suppressed: Suppressed,
    sites: list[str],
    renamed: Mapping[str, str],
    proof: Proof,
) -> None:
    """Take the erased houses out of all tables.

    `sites`: names of the dataset's sites; `renamed`: manifests that have another name now. A
    reader that reads meanwhile may see rows twice; one that reads afterwards does not. The old
    files go last: whatever interrupts, the next call goes on.
    """
    for table in TABLES:
        top = f"tables/{table}/"
        files = _rewrite_files(place, top, suppressed, proof)
        there = frozenset(name.removeprefix(top) for name in place.names(top))
        scrub = Scrub(files, there, suppressed, sites, renamed)
        _rewrite_log(place, top, scrub, proof)
        for path in files:
            place.delete(top + path)
            proof.deleted(top + path)


def rewrite_versions(place: Place, renamed: Mapping[str, str], proof: Proof) -> None:
    """Let the versions' files name the parts as they are called now, and count anew."""
    for version in versions(place):
        said = orjson.loads(place.read(version.name))
        said["manifests"] = [renamed.get(name, name) for name in version.manifests]
        houses = open_table(place, "houses", version.tables["houses"])
        said["rows"] = houses.rows if houses is not None else version.rows
        data = orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        if data != place.read(version.name):
            place.write(version.name, data)
            proof.wrote(version.name)


def _rewrite_files(
    place: Place, top: str, suppressed: Suppressed, proof: Proof
) -> dict[str, NewFile]:
    """Path of each file with such rows, to what takes its place."""
    files = {}
    for name in list(place.names(top)):
        path = name.removeprefix(top)
        if not path.endswith(".parquet") or path.startswith(_LOG):
            continue
        if found := erased_rows(place, name, suppressed):
            files[path] = _new_file(place, top, path, suppressed)
            proof.count({top.rstrip("/"): found})
            proof.wrote(*([top + files[path].path] if files[path].rows else []))
    return files


def _new_file(place: Place, top: str, path: str, suppressed: Suppressed) -> NewFile:
    new = f"{rewritten(path.removesuffix('.parquet'))}.parquet"
    with TemporaryDirectory() as folder:
        local = Path(folder) / "rows.parquet"
        rows = write_without(place, top + path, suppressed, local)
        if not rows:
            return NewFile(new, 0, 0)
        place.upload(top + new, str(local))
        return NewFile(new, rows, local.stat().st_size)


def _rewrite_log(place: Place, top: str, scrub: Scrub, proof: Proof) -> None:
    changed = False
    rest = []
    for name in list(place.names(top + _LOG)):
        if not _COMMIT.fullmatch(name.removeprefix(top + _LOG)):
            rest.append(name)
            continue
        data = place.read(name)
        clean = scrub.commit(data)
        if clean != data:
            place.write(name, clean)
            proof.wrote(name)
            changed = True
    # Checkpoints repeat the log, with the least and greatest value of each file.
    for name in rest if changed or scrub.files else ():
        place.delete(name)
        proof.deleted(name)


@dataclass(frozen=True, slots=True)
class Scrub:
    """Takes erased houses out of the log of a table."""

    files: Mapping[str, NewFile]
    there: frozenset[str]
    """Paths of all files that are still there: a vacuum removes some that the log names."""
    suppressed: Suppressed
    sites: list[str]
    renamed: Mapping[str, str]

    def commit(self, data: bytes) -> bytes:
        """A commit without the files that had rows of erased houses, with those that took over."""
        lines = []
        changed = False
        for line in data.splitlines():
            action = orjson.loads(line) if line.strip() else {}
            clean = self._action(action)
            changed |= clean != action
            if clean is not None:
                lines.append(line if clean == action else orjson.dumps(clean))
        return b"\n".join(lines) + b"\n" if changed else data

    def _action(self, action: dict[str, Any]) -> dict[str, Any] | None:
        for kind in _FILES:
            path = unquote(action.get(kind, {}).get("path", ""))
            new = self.files.get(path)
            if new is not None:
                return {kind: _renamed(action[kind], new)} if new.rows else None
            if path and path not in self.there and "stats" in action[kind]:
                return {kind: _counted(action[kind])}
        if "commitInfo" in action:
            return {"commitInfo": self._info(action["commitInfo"])}
        return action

    def _info(self, info: dict[str, Any]) -> dict[str, Any]:
        """What a commit says of itself: predicates may name houses, notes name parts."""
        clean = dict(info)
        said = info.get("operationParameters", {})
        clean["operationParameters"] = {
            name: self._predicate(value) if isinstance(value, str) else value
            for name, value in said.items()
        }
        note = info.get("housecrawl")
        if isinstance(note, str):
            for old, new in self.renamed.items():
                note = note.replace(f'"{old}"', f'"{new}"')
            clean["housecrawl"] = note
        return clean if "operationParameters" in info else {**clean, "operationParameters": {}}

    def _predicate(self, text: str) -> str:
        return _LITERAL.sub(self._literal, text)

    def _literal(self, literal: re.Match[str]) -> str:
        value = literal[1].replace("''", "'")
        erased = any(self.suppressed.has(site, value) for site in self.sites)
        return "'erased'" if erased else literal[0]


def _counted(action: dict[str, Any]) -> dict[str, Any]:
    """Without the least and greatest values of a file that cannot be looked into any more."""
    rows = orjson.loads(action["stats"] or "{}").get("numRecords", 0)
    return {**action, "stats": orjson.dumps({"numRecords": rows}).decode()}


def _renamed(action: dict[str, Any], new: NewFile) -> dict[str, Any]:
    clean = {**action, "path": quote(new.path), "size": new.bytes}
    if "stats" in clean:
        clean["stats"] = orjson.dumps({"numRecords": new.rows}).decode()
    return clean
