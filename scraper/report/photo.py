"""Stored photos as data URIs, small enough that the whole report stays small."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import pandas as pd
from PIL import Image

from scraper.report.values import numbers

_BIG = 40_000
"""Bytes above which a stored photo is made smaller for the report."""
_SIDE = 320
_QUALITY = 72
_EACH = 4
"""Photos of one house at most."""
BUDGET = 2_200_000
"""Characters that the photos of the sample houses may take together."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo that stands in the page itself."""

    uri: str
    """Its data URI."""
    width: int
    """Its width in pixels."""
    height: int
    """Its height in pixels."""


def stored_photos(photos: pd.DataFrame) -> pd.DataFrame:
    """The rows whose photo is there, not only tried for."""
    if "image" not in photos:
        return photos.iloc[:0]
    return photos[photos["image"].notna()]


def pictures(
    photos: pd.DataFrame,
    wanted: list[tuple[str, str]],
    *,
    each: int = _EACH,
    budget: int = BUDGET,
) -> dict[tuple[str, str], list[Picture]]:
    """Pictures of the wanted houses, (site, house_id) each, in the page's order.

    First photos of all houses come before anybody's second one, `each` of a house at most, until
    the budget (characters) is used up. Photos that cannot be decoded are passed over.
    """
    stored = _stored(photos, set(wanted))
    out: dict[tuple[str, str], list[Picture]] = {key: [] for key in wanted}
    left = budget
    for turn in range(each):
        for key in wanted:
            found = picture(stored[key][turn]) if turn < len(stored.get(key, [])) else None
            if found and len(found.uri) <= left:
                out[key].append(found)
                left -= len(found.uri)
    return out


def _stored(
    photos: pd.DataFrame, wanted: set[tuple[str, str]]
) -> dict[tuple[str, str], list[bytes]]:
    """The bytes of the first photos of each wanted house."""
    if not {"site", "house_id", "image"} <= set(photos):
        return {}
    rows = stored_photos(photos)
    order = pd.Series(numbers(rows, "position"), index=rows.index).sort_values(kind="stable").index
    rows = rows.loc[order]
    out: dict[tuple[str, str], list[bytes]] = {}
    for site, house, image in zip(rows["site"], rows["house_id"], rows["image"], strict=True):
        if (key := (str(site), str(house))) in wanted and isinstance(image, bytes):
            out.setdefault(key, []).append(image)
    return out


def picture(data: bytes) -> Picture | None:
    """A stored photo for the page; None where it cannot be decoded."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            if len(data) > _BIG or image.format != "JPEG":
                return _smaller(image)
            return Picture(_uri(data), *image.size)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _smaller(image: Image.Image) -> Picture:
    small = image.convert("RGB")
    small.thumbnail((_SIDE, _SIDE))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Picture(_uri(out.getvalue()), *small.size)


def _uri(data: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(data).decode("ascii")
