"""Whether this process may open as many files as a crawl needs: connections are files too."""

from __future__ import annotations

import resource
from typing import Final

from scraper.errors import SettingError

_BASE: Final = 80
"""Files of the program itself: ledger, event loop, decoding processes, browser."""


def allow_files(requests: int, photos: int) -> None:
    """Use what the system allows, and raise SettingError where that is too little.

    `requests`, `photos`: how many are under way at once. Each has a connection, and one that is
    being closed beside it. Without files a crawl would take each house for one that fails.
    """
    needed = _BASE + 2 * (requests + photos)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard == resource.RLIM_INFINITY or hard >= needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
        return
    raise SettingError(
        f"{hard} files may be open at once (ulimit -n) and CONCURRENT_REQUESTS={requests} with "
        f"PHOTO_CONCURRENCY={photos} needs {needed}: raise the limit or lower the settings"
    )
