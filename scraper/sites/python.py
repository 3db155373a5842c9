"""A site that a file cannot say: a Python class with the same names."""

from __future__ import annotations

import runpy
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scraper.errors import SiteFileError
from scraper.sites.model import Site

_TABLES = ("name", "search", "house", "photos", "render", "pace")


@dataclass(frozen=True, slots=True)
class PythonSite:
    """What a Python file says of a site."""

    tables: Mapping[str, object]
    """Its tables, named and filled as in a site file."""
    made_of: type[Site]
    """`Site` with the methods of the file's class before its own."""


def read_python(path: Path) -> PythonSite:
    """The class `Site` of a file; SiteFileError where it does not run or has none.

    The file is code that the user chose to run: it is read as any program would be.
    """
    found = _run(path).get("Site")
    if not isinstance(found, type):
        raise SiteFileError(f"{path}: no class Site in it, expected one with name, search, house")
    tables = {key: getattr(found, key) for key in _TABLES if _says(found, key)}
    return PythonSite(tables, type("Site", (found, Site), {}))


def _says(found: type, key: str) -> bool:
    """Whether the class itself sets a table, rather than inheriting `Site`'s default."""
    return hasattr(found, key) and getattr(found, key) is not getattr(Site, key, None)


def _run(path: Path) -> Mapping[str, object]:
    try:
        return runpy.run_path(str(path))
    except SyntaxError as error:
        raise SiteFileError(f"{path} line {error.lineno}: not Python: {error.msg}") from None
    except Exception as error:  # noqa: BLE001  whatever the user's own code raises is told as one line
        line = traceback.extract_tb(error.__traceback__)[-1].lineno
        raise SiteFileError(f"{path} line {line}: {type(error).__name__}: {error}") from None
