"""An export of photos on this machine, any picture of it at once."""

from __future__ import annotations

import json
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from PIL import Image, ImageOps, UnidentifiedImageError

from scraper.dataset.photo_export import DESCRIBED, INDEX
from scraper.errors import InputFileError, UsageError

SIZE: Final = 224
"""Pixels of a side, as most models for pictures take them."""
_COLUMNS: Final = ("site", "house_id", "position", "sha256", "phash")


class PhotoFolder:
    """A folder of `housecrawl export --as files` or `--as webdataset`.

    Only its index is held: about 200 bytes a photo. No file stays open, so that it can be handed
    to any number of workers.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        """Read the index. Raises `UsageError` for another folder."""
        self.folder = Path(folder)
        self.described = self._described()
        self.form = str(self.described["form"])
        where = ["file"] if self.form == "files" else ["shard", "offset", "size"]
        if self.form == "parquet":
            raise UsageError(f"{folder} has its photos in tables: export --as webdataset or files")
        index = pq.read_table(self.folder / INDEX, columns=[*where, *_COLUMNS]).to_pandas()
        self.photos: pd.DataFrame = index.dropna(subset=where[0]).reset_index(drop=True)
        """The photos that have a picture: where it lies, site, house_id, position, hashes."""

    @property
    def version(self) -> int | None:
        """The version of the dataset; None where nothing was published yet."""
        number: int | None = self.described["version"]
        return number

    def image(self, at: int) -> bytes:
        """The JPEG of a row of `photos`. Raises `InputFileError` where it is not there whole."""
        row = self.photos.iloc[at]
        if self.form == "files":
            path, offset, size = self.folder / row["file"], 0, -1
        else:
            path, offset, size = self.folder / row["shard"], int(row["offset"]), int(row["size"])
        try:
            with path.open("rb") as file:
                file.seek(offset)
                data: bytes = file.read(size)
        except OSError as error:
            raise InputFileError(
                f"{path} cannot be read ({error.strerror}): export again"
            ) from error
        if len(data) < size:
            raise InputFileError(f"{path} ends before byte {offset + size:,}: export again")
        return data

    def _described(self) -> dict[str, Any]:
        path = self.folder / DESCRIBED
        try:
            said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{self.folder} is no export of photos: make one by housecrawl export PLACE "
                f"{self.folder} --table photos --as webdataset"
            ) from error
        return said


def decode(data: bytes, size: int = SIZE) -> np.ndarray:
    """A JPEG as uint8 of shape (size, size, 3), RGB: the largest square of its middle, scaled.

    Raises `InputFileError` for what is no picture.
    """
    try:
        with Image.open(BytesIO(data)) as image:
            image.draft("RGB", (size, size))
            square = ImageOps.fit(image.convert("RGB"), (size, size), Image.Resampling.BILINEAR)
    except (UnidentifiedImageError, OSError) as error:
        raise InputFileError(f"a photo is damaged ({error}): export again") from error
    return np.asarray(square, dtype=np.uint8)
