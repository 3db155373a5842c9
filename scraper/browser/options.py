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
    """How the browser is started, how long a page may take, and when the browser is replaced."""

    executable: str = ""
    """`BROWSER`: path of a Chromium; empty where it is to be found."""
    sandbox: Sandbox = "auto"
    """`BROWSER_SANDBOX`: `on`; `off`; `auto` is on, but for root on the user's own hosts."""
    deadline: float = 30.0
    """`BROWSER_DEADLINE`: seconds for everything that one page does."""
    pages: int = 4
    """`BROWSER_PAGES`: pages at once."""
    pages_per_context: int = 100
    """`BROWSER_PAGES_PER_CONTEXT`: pages after which a context, with its cookies, is replaced."""
    memory: int = 1500
    """`BROWSER_MEMORY`: MB of all its processes above which the browser is replaced."""
    recheck: int = 200
    """`DATA_RECHECK`: one house in so many that is read from its data is rendered too; 0: none."""

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
            deadline=_number(settings, "BROWSER_DEADLINE", 30.0),
            pages=int(_number(settings, "BROWSER_PAGES", 4, least=1)),
            pages_per_context=int(_number(settings, "BROWSER_PAGES_PER_CONTEXT", 100, least=1)),
            memory=int(_number(settings, "BROWSER_MEMORY", 1500, least=500)),
            recheck=int(_number(settings, "DATA_RECHECK", 200, least=0)),
        )


def _number(
    settings: Mapping[str, object], name: str, default: float, least: float | None = None
) -> float:
    """A setting above 0, or of at least `least`."""
    found = settings.get(name, default)
    expected = "a number above 0" if least is None else f"a number of at least {least:g}"
    try:
        value = float(str(found))
    except ValueError:
        value = -1
    # The comparisons are false for a NaN too.
    if not (value > 0 if least is None else value >= least) or value == float("inf"):
        raise SettingError(f"{name}={found}: expected {expected}")
    return value
