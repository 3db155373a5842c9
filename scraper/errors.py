"""The exceptions of the project, and the exit code that each one ends a command with.

::

    HousecrawlError                 1  a bug, or nothing more exact is known
    ├── UsageError                  2  the command line, a setting or a file is wrong
    │   ├── SettingError               a setting has a value that cannot be used
    │   ├── SiteFileError              a site file cannot be read or says something impossible
    │   ├── PlaceError                 a dataset's place cannot be used, or holds something else
    │   └── InputFileError             a file that was handed over cannot be used
    ├── IncompleteError             3  work is left: the same command again goes on with it
    │   ├── StorageError               the place could not be read or written just now
    │   └── LedgerInUseError           another process works on the same place
    ├── AlarmError                  4  the result is not to be trusted: nothing was published
    │   └── EmptyResultError           there was nothing to read where something had to be
    └── PolicyError                 5  a rule forbids going on: robots.txt, or refusals

Every message says what was found, where, and what to do next, in one line.
"""

from __future__ import annotations

from enum import IntEnum
from pathlib import PurePath
from traceback import extract_tb


class ExitCode(IntEnum):
    """The exit codes, the same for every command."""

    COMPLETE = 0
    """Everything that was asked for was done."""
    BUG = 1
    """Something went wrong that should not have: please report it."""
    USAGE = 2
    """Wrong use, or a wrong file: nothing was started."""
    INCOMPLETE = 3
    """Work is left: run the same command again."""
    ALARM = 4
    """Quality, drift or an empty result: nothing was published."""
    POLICY = 5
    """Stopped by policy: robots.txt, or refusals with no address left."""


class HousecrawlError(Exception):
    """Base of all errors that are meant for the person who runs a command."""

    exit_code = ExitCode.BUG


class UsageError(HousecrawlError):
    """The command line, a setting or a file is wrong."""

    exit_code = ExitCode.USAGE


class SettingError(UsageError):
    """A setting has a value that cannot be used."""


class SiteFileError(UsageError):
    """A site file cannot be read or says something impossible."""


class PlaceError(UsageError):
    """A dataset's place cannot be used, or holds something else."""


class InputFileError(UsageError):
    """A file that was handed over cannot be used."""


class IncompleteError(HousecrawlError):
    """Work is left: the same command again goes on with it."""

    exit_code = ExitCode.INCOMPLETE


class StorageError(IncompleteError):
    """The place could not be read or written just now."""


class LedgerInUseError(IncompleteError):
    """Another process works on the same place."""


class AlarmError(HousecrawlError):
    """The result is not to be trusted: nothing was published."""

    exit_code = ExitCode.ALARM


class EmptyResultError(AlarmError):
    """There was nothing to read where something had to be."""


class PolicyError(HousecrawlError):
    """A rule forbids going on: robots.txt, or refusals with no address left."""

    exit_code = ExitCode.POLICY


def fault_of(error: BaseException) -> str:
    """What went wrong and where in the code, without the error's words: they may be a page's.

    >>> try:
    ...     int("Jane Roe, 714-555-0199")
    ... except ValueError as error:
    ...     fault_of(error).partition(" line ")[0]
    'ValueError in <doctest scraper.errors.fault_of[0]>'
    """
    frames = extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    where = PurePath(frames[-1].filename)
    return f"{type(error).__name__} in {'/'.join(where.parts[-3:])} line {frames[-1].lineno}"
