"""The browser's settings, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from scraper.errors import SettingError

Sandbox = Literal["auto", "on", "off"]


@dataclass(frozen=True, slots=True)
class Options:
    """How the browser is started and how long a page may take."""

    executable: str
    """`BROWSER`: path of a Chromium; empty where it is to be found."""
    sandbox: Sandbox
    """`BROWSER_SANDBOX`: `on`; `off`; `auto` is on, but for root on the user's own hosts."""
    deadline: float
    """`BROWSER_DEADLINE`: seconds for everything that one page does."""
    pages: int
    """`BROWSER_PAGES`: pages at once."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Options:
        """Read the settings; SettingError names the one that cannot be used."""
        executable = str(settings.get("BROWSER") or "")
        if executable and not Path(executable).is_file():
            raise SettingError(f"BROWSER={executable}: no such file; name a Chromium or leave it")
        sandbox = str(settings.get("BROWSER_SANDBOX") or "auto")
        if sandbox not in get_args(Sandbox):
            raise SettingError(f"BROWSER_SANDBOX={sandbox}: expected auto, on or off")
        return cls(
            executable=executable,
            sandbox=sandbox,  # type: ignore[arg-type]  # checked against the same Literal above
            deadline=_positive(settings, "BROWSER_DEADLINE", 30.0),
            pages=int(_positive(settings, "BROWSER_PAGES", 4)),
        )


def _positive(settings: Mapping[str, object], name: str, default: float) -> float:
    found = settings.get(name, default)
    try:
        value = float(str(found))
    except ValueError:
        value = 0
    if value <= 0:
        raise SettingError(f"{name}={found}: expected a number above 0")
    return value
