"""Find a site by its name or file, and read it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from scraper.errors import SiteFileError
from scraper.sites import values, ways
from scraper.sites.model import HousePage, Pace, Photos, Render, Search, Site, Terms
from scraper.sites.python import read_python
from scraper.sites.source import KeyPath, Source
from scraper.sites.words import meant
from scraper.sites.wrong import WrongValueError

_LARGEST_FILE: Final = 1 << 20

_TABLES: Final[Mapping[str, tuple[type[Any], Mapping[str, values.Check]]]] = {
    "search": (
        Search,
        {
            "urls": values.search_urls,
            "where": values.texts,
            "id": values.id_pattern,
            "next": values.selector,
            "sitemaps": values.pattern,
            "split": ways.split,
        },
    ),
    "house": (
        HousePage,
        {
            "url": values.house_url,
            "required": values.readable_columns,
            "labels": values.labels,
            "fields": values.fields,
            "country": values.country,
            "currency": values.currency,
            "language": values.language,
            "day_first": values.flag,
        },
    ),
    "photos": (Photos, {"pattern": values.pattern}),
    "render": (Render, {"mode": values.render_mode}),
    "pace": (Pace, {"delay": values.delay, "concurrency": values.concurrency}),
    "terms": (
        Terms,
        {"licence": values.text, "url": values.address, "attribution": values.text},
    ),
}
"""Table to the class it becomes and the check of each of its keys."""


def load_site(name_or_path: str) -> Site:
    """The site of a built-in name, or of the path of a `.toml` or `.py` file.

    Raises SiteFileError, one line: the file, the line or key, what was found and expected.

    >>> load_site("example").name
    'example'
    """
    if name_or_path in builtin_sites():
        resource = _folder() / f"{name_or_path}.toml"
        return _from_toml(Source(f"{name_or_path}.toml", resource.read_text("utf-8")))
    if not _is_path(name_or_path):
        raise SiteFileError(
            f'no site "{name_or_path}": the built-in ones are {", ".join(builtin_sites())}'
            f"{meant(name_or_path, builtin_sites()) if _near(name_or_path) else ''}"
            " - or give the path of a .toml file"
        )
    return _from_file(Path(name_or_path).expanduser())


@cache
def builtin_sites() -> tuple[str, ...]:
    """The names of the sites that come with the package."""
    names = [item.name for item in _folder().iterdir()]
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def _near(name: str) -> bool:
    return "did you mean" in meant(name, builtin_sites())


def _folder() -> Traversable:
    return files("scraper.sites")


def _is_path(text: str) -> bool:
    return "/" in text or "\\" in text or text.endswith((".toml", ".py"))


def _from_file(path: Path) -> Site:
    if path.suffix not in (".toml", ".py"):
        raise SiteFileError(f"{path}: expected a site file that ends in .toml or .py")
    source = Source(str(path), _text(path))
    if path.suffix == ".toml":
        return _from_toml(source)
    python = read_python(path)
    return _site(source, python.tables, python.made_of)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes() if path.stat().st_size <= _LARGEST_FILE else None
    except FileNotFoundError:
        raise SiteFileError(f"{path}: no such file, expected a site file") from None
    except OSError as error:
        raise SiteFileError(f"{path}: cannot be read: {error.strerror}") from None
    if data is None:
        raise SiteFileError(f"{path}: larger than 1 MiB, expected a site file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SiteFileError(f"{path} line {line}: not UTF-8, save the file as UTF-8") from None


def _from_toml(source: Source) -> Site:
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        problem, line = _split_place(str(error), source.text)
        raise SiteFileError(f"{source.file} line {line}: not TOML: {problem}") from None
    return _site(source, data)


def _split_place(message: str, text: str) -> tuple[str, int]:
    """What tomllib says, and the line that it says it of."""
    at = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = int(at[1]) if at and at[1] else max(1, len(text.splitlines()))
    return (message[: at.start()] if at else message), line


def _site(source: Source, data: Mapping[str, object], made_of: type[Site] = Site) -> Site:
    _check_keys(source, (), data, {"name", *_TABLES}, {"name", "search", "house"})
    built: dict[str, Any] = {"name": _checked(source, ("name",), values.name, data["name"])}
    for table in _TABLES:
        if table in data:
            built[table] = _table(source, table, data[table])
    return made_of(**built)


def _table(source: Source, table: str, data: object) -> object:
    made_of, checks = _TABLES[table]
    if not isinstance(data, dict):
        raise source.error((table,), f"found {values.kind(data)}, expected a table: [{table}]")
    required = {f.name for f in fields(made_of) if f.default is f.default_factory is MISSING}
    _check_keys(source, (table,), data, set(checks), required)
    return made_of(
        **{key: _checked(source, (table, key), checks[key], value) for key, value in data.items()}
    )


def _check_keys(
    source: Source,
    path: KeyPath,
    data: Mapping[str, object],
    known: set[str],
    required: set[str],
) -> None:
    for key in data:
        if key not in known:
            raise source.error((*path, key), f"not a key of a site file{meant(key, known)}")
    for key in sorted(required - set(data)):
        raise source.error(path, f'the key "{key}" is missing')


def _checked(source: Source, path: KeyPath, check: values.Check, value: object) -> object:
    try:
        return check(value)
    except WrongValueError as error:
        inner = (error.key,) if error.key is not None else ()
        raise source.error((*path, *inner), error.problem) from None
