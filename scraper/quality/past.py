"""What a site gave before, kept in the dataset's place: `quality/<site>.json`."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import orjson

from scraper.errors import PlaceError
from scraper.place.place import Place
from scraper.quality.profile import Profile

FORMAT: Final = 1
FOLDER: Final = "quality/"


def name_of(site: str) -> str:
    """The name of a site's file in its place.

    >>> name_of("homefind"), name_of("a/b")
    ('quality/homefind.json', 'quality/a%2Fb.json')
    """
    return f"{FOLDER}{quote(site, safe='')}.json"


def read_past(place: Place, site: str) -> Profile | None:
    """What a site gave in the published version; None where none was published.

    Raises `PlaceError` for a file that says something else.
    """
    name = name_of(site)
    try:
        said = orjson.loads(place.read(name))
        if said["format"] != FORMAT:
            raise PlaceError(
                f"{place.url}/{name} has format {said['format']} and this housecrawl knows "
                f"{FORMAT}: use the housecrawl that wrote it"
            )
        return Profile.from_json(said["profile"])
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise PlaceError(
            f"{place.url}/{name} does not say what the site gave before ({error!r:.100}): "
            "remove it, the next publish writes it again"
        ) from error


def write_past(place: Place, site: str, profile: Profile, version: int) -> None:
    """Keep what a site gave in a version."""
    said = {"format": FORMAT, "site": site, "version": version, "profile": profile.as_json()}
    place.write(name_of(site), orjson.dumps(said, option=orjson.OPT_SORT_KEYS))
