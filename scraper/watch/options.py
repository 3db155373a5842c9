"""The settings by which a crawl is watched, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scraper.errors import SettingError
from scraper.watch.cost import dollars_an_hour

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off", "none")


@dataclass(frozen=True, slots=True)
class Options:
    """What is told of a crawl, and to whom."""

    json: bool = False
    """`LOG_JSON`: the log is a JSON object a line."""
    metrics: str = ""
    """`METRICS`: a folder for files of Prometheus's text format, or the URL of a push gateway."""
    per_hour: float | None = None
    """`COST_PER_HOUR`: dollars an hour of the machine, or of its share; None: not known."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Options:
        """Read the settings; SettingError names the one that cannot be used.

        >>> Options.from_settings({"LOG_JSON": "True", "COST_PER_HOUR": "0.02"})
        Options(json=True, metrics='', per_hour=0.02)
        """
        return cls(
            _switch("LOG_JSON", settings.get("LOG_JSON")),
            _target(str(settings.get("METRICS") or "")),
            dollars_an_hour(str(settings.get("COST_PER_HOUR") or "")),
        )

    @property
    def is_pushed(self) -> bool:
        """Whether metrics go to a gateway, not to a file."""
        return self.metrics.startswith(("http://", "https://"))


def _switch(name: str, found: object) -> bool:
    word = str(found or "").strip().lower()
    if word not in (*_TRUE, *_FALSE):
        raise SettingError(f"{name}={found}: expected True or False")
    return word in _TRUE


def _target(text: str) -> str:
    if text and "://" in text and not text.startswith(("http://", "https://")):
        raise SettingError(f"METRICS={text}: expected a folder, or the URL of a push gateway")
    if text and "://" not in text and not Path(text).is_dir():
        raise SettingError(f"METRICS={text}: there is no such folder; make it, or name another one")
    return text
