"""Step 400: what names or reaches a person leaves the row before anything is written."""

from __future__ import annotations

from scraper.house import House, Visit
from scraper.privacy.links import names_of, without_names
from scraper.privacy.personal import clean_personal


class PrivacyPipeline:
    """Agents', owners' and tenants' data out of every text of a row."""

    def process_item(self, item: House | Visit) -> House | Visit:
        """Redact the row of a house."""
        if isinstance(item, House):
            names = names_of(item.row)
            item.row = clean_personal(item.row)
            # The photos are asked for by their own addresses; rows show these.
            item.row["photo_urls"] = without_names(item.extraction.photo_urls, names)
        return item
