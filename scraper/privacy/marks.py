"""The sign that stands where something was cut out, until the text is closed over it."""

from __future__ import annotations

from typing import Final

CUT: Final = "\ufdd0"
"""A code point that Unicode keeps free for such use: no text holds it."""
DONE: Final = "\ufdd1"
"""The sign where something was cut out in an earlier step, as in an archived page: it is closed
over in the same way, and says nothing any more of the words around it."""
