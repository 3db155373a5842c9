"""One house on its way: by which ways it was asked for so far, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scraper.browser.seen import Seen
from scraper.facts import Extraction
from scraper.page import Page


@dataclass(slots=True, eq=False)
class Trip:
    """What is known of one house while it is asked for."""

    house_id: str
    url: str
    """The address of its page."""
    shell: Page | None = None
    """The page as plain HTTP has it, where that did not have the facts."""
    shell_said: Extraction | None = None
    signals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What that page says of its use."""
    signalled: bool = False
    """Whether the page itself says anything of its use."""
    bodies: list[bytes] = field(default_factory=list)
    """Its data, in the order of the recipe's requests."""
    said: Extraction | None = None
    """What the data say, where the browser is to say whether that is right."""
    number: int = 0
    """The how many-th it was that was read from its data."""
    failed: str = ""
    """Why the data did not do."""
    fresh: bool = False
    """Whether words of the page were looked up anew for it."""
    watch: bool = False
    """Whether what its scripts ask for is kept."""
    ticket: bool = False
    """Whether it is one of those that are rendered in order to learn."""
    seen: list[Seen] = field(default_factory=list)
