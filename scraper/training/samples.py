"""A house's numbers, text and photos in one sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from scraper.errors import UsageError
from scraper.training.duplicates import KEY, house_keys
from scraper.training.photo_folder import SIZE, PhotoFolder, decode
from scraper.training.split import SPLIT

Per = Literal["house", "photo"]
BLOCK: Final = 1024
"""Samples that are read near each other when they are read in a shuffled order."""
Sample = dict[str, Any]


class Samples:
    """Rows of houses joined to their photos; each sample is decoded when it is asked for.

    A sample is a dict: `key` (`site/house_id`, with the position for a photo), `images` (uint8,
    (photos, size, size, 3) for a house, zeros behind its last; (size, size, 3) for a photo),
    `count` (pictures that it has), `features` (float32, NaN where missing; categories as their
    code, -1 where missing), `target` (float32), `text` (str), `tokens` (int64). The last four are
    there where their column was named.
    """

    def __init__(
        self,
        folder: PhotoFolder,
        houses: pd.DataFrame,
        *,
        split: str | None = None,
        per: Per = "house",
        features: Sequence[str] = (),
        target: str | None = None,
        text: str | None = None,
        tokens: str | None = None,
        photos: int = 4,
        size: int = SIZE,
        photo_rows: pd.DataFrame | None = None,
    ) -> None:
        """Join `houses` to the photos of `folder`.

        `split`: only the houses whose column `split` says it. `per`: a sample a house, with its
        first `photos` pictures, or a sample a photo; houses without a photo have no sample.
        Houses without a `target` are left out. `photo_rows`: rows of `folder.photos` with their
        index to use, None for all; so duplicates or common pictures can be left out.
        Raises `UsageError` for a missing column, or one that is no number.
        """
        self._folder, self._per, self._photos, self._size = folder, per, photos, size
        houses = _chosen(houses, split, target)
        known = folder.photos if photo_rows is None else photo_rows
        at = pd.Index(house_keys(houses)).get_indexer(house_keys(known))
        order = np.lexsort((known["position"].to_numpy(), at))
        order = order[at[order] >= 0]
        self._photo, self._house = known.index.to_numpy()[order], at[order]
        self._starts = np.flatnonzero(np.r_[True, self._house[1:] != self._house[:-1]])
        if not len(self._house):
            self._starts = self._starts[:0]
        self._keys = house_keys(houses).to_numpy(dtype=object)
        self._features = _numbers(houses, features) if features else None
        self._target = _numbers(houses, [target])[:, 0] if target else None
        self._text = houses[text].fillna("").to_numpy(dtype=object) if text else None
        self._tokens = np.array(houses[tokens].tolist(), np.int64) if tokens else None

    def __len__(self) -> int:
        return len(self._starts if self._per == "house" else self._house)

    def __getitem__(self, at: int) -> Sample:
        if not -len(self) <= at < len(self):
            raise IndexError(f"sample {at} of {len(self)}")
        at %= len(self)
        return self._of_house(at) if self._per == "house" else self._of_photo(at)

    def order(
        self, *, epoch: int = 0, seed: int = 0, part: int = 0, parts: int = 1, shuffle: bool = True
    ) -> Iterator[int]:
        """The samples of one of `parts` readers, each sample once over all readers.

        Shuffled in blocks of `BLOCK` and within them, anew each epoch: a block lies together on the
        disk. Two readers differ by `BLOCK` samples at most.
        """
        blocks = np.arange(0, len(self), BLOCK)
        if shuffle:
            np.random.default_rng([seed, epoch]).shuffle(blocks)
        for block in blocks[part::parts].tolist():
            within = np.arange(block, min(block + BLOCK, len(self)))
            if shuffle:
                np.random.default_rng([seed, epoch, block]).shuffle(within)
            yield from within.tolist()

    def _of_house(self, at: int) -> Sample:
        start = int(self._starts[at])
        end = int(self._starts[at + 1]) if at + 1 < len(self._starts) else len(self._house)
        count = min(end - start, self._photos)
        images = np.zeros((self._photos, self._size, self._size, 3), np.uint8)
        for place in range(count):
            images[place] = self._decoded(start + place)
        house = int(self._house[start])
        return {"key": self._keys[house], "images": images, "count": count} | self._row(house)

    def _of_photo(self, at: int) -> Sample:
        house = int(self._house[at])
        position = self._folder.photos["position"].iat[int(self._photo[at])]
        key = f"{self._keys[house]}/{position}"
        return {"key": key, "images": self._decoded(at), "count": 1} | self._row(house)

    def _decoded(self, at: int) -> np.ndarray:
        return decode(self._folder.image(int(self._photo[at])), self._size)

    def _row(self, house: int) -> Sample:
        columns = {
            "features": self._features,
            "target": self._target,
            "text": self._text,
            "tokens": self._tokens,
        }
        return {name: values[house] for name, values in columns.items() if values is not None}


def _chosen(houses: pd.DataFrame, split: str | None, target: str | None) -> pd.DataFrame:
    for name in (*KEY, *([SPLIT] if split else []), *([target] if target else [])):
        if name not in houses.columns:
            raise UsageError(f"the houses have no column {name!r}: read or make it first")
    if split is not None:
        houses = houses[houses[SPLIT] == split]
    return houses.dropna(subset=[target]) if target else houses


def _numbers(houses: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    out = np.empty((len(houses), len(columns)), np.float32)
    for at, name in enumerate(columns):
        if name not in houses.columns:
            raise UsageError(f"the houses have no column {name!r}: read or make it first")
        values = houses[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            out[:, at] = values.cat.codes
        elif pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            out[:, at] = values.astype("float64")
        else:
            raise UsageError(
                f"{name!r} is {values.dtype}, no number: pool it (PoolRare), or make it parts "
                "(DateParts)"
            )
    return out
