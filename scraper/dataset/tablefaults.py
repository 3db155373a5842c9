"""What a fault below a Delta table means for the person who waits."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from scraper.errors import PlaceError, StorageError
from scraper.place.place import Place

_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
"""The library's messages are written for a terminal."""
_NEVER: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextmanager
def table_faults(place: Place, name: str) -> Iterator[None]:
    """Turn a fault of the store below a table into the error that says what to do next.

    CommitFailedError, another publisher was quicker, and TableNotFoundError pass.
    """
    where = f"{place.url}/tables/{name}"
    try:
        yield
    except (CommitFailedError, TableNotFoundError):
        raise
    except OSError as error:
        if error.errno in _NEVER:
            what = f"{where} cannot be used ({error.strerror})"
            raise PlaceError(f"{what}: mend its rights") from error
        raise StorageError(f"{where} did not answer ({_line(error)}): run again") from error
    except DeltaError as error:
        raise StorageError(f"{where} could not be used ({_line(error)}): run again") from error
    except Exception as error:
        # What fails while rows are streamed comes through Arrow as a bare Exception.
        if type(error) is not Exception:
            raise
        raise StorageError(f"{where} could not be read ({_line(error)}): run again") from error


def _line(error: Exception) -> str:
    return " ".join(_COLOURS.sub("", str(error)).split())[:200]
