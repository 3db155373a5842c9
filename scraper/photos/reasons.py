"""Why a photo could not be made small."""

from __future__ import annotations


class PhotoError(ValueError):
    """Downloaded bytes that are no photo, or none that is safe to decode."""

    @property
    def reason(self) -> str:
        """One line, as it stands in the column `reason`."""
        return str(self)
