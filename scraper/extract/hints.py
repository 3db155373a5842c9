"""What a site file adds to the reading of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hints:
    """What a site file adds; all of it may be left out."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """Label as the page shows it to column: words on top of the built-in vocabulary."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Column to its exact place: CSS, XPath (`//...`) or JMESPath (`json:...`)."""
    photo_pattern: str | None = None
    """Regular expression that the addresses of the house's photos match, no others."""
    currency: str | None = None
    """ISO 4217 code of the site's prices."""
    country: str | None = None
    """ISO 3166-1 alpha-2 code of the site's houses."""
    language: str | None = None
    """Language of the site's pages, as `en`."""
