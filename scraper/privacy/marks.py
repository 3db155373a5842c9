"""The sign that stands where something was cut out, until the text is closed over it."""

from __future__ import annotations

from typing import Final

CUT: Final = "\ufdd0"
"""A code point that Unicode keeps free for such use: no text holds it."""
