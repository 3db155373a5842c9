"""Samples for PyTorch, which only this module needs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

from scraper.errors import UsageError
from scraper.training.samples import Sample, Samples

try:
    _DATA: Any = import_module("torch.utils.data")
    _MAP: Any = _DATA.Dataset
    _STREAM: Any = _DATA.IterableDataset
except ModuleNotFoundError as _error:
    if (_error.name or "").partition(".")[0] != "torch":
        raise
    _DATA = None
    _MAP = _STREAM = object

MISSING: Final = "PyTorch is not installed: install it beside this project (pip install torch)"


class HouseDataset(_MAP):  # type: ignore[misc]  # PyTorch need not be there when types are checked
    """Samples by number, for a `DataLoader` with its own sampler; workers decode.

    Arrays are tensors, pictures uint8 with their channels first: divide them by 255 on the GPU.
    """

    def __init__(self, samples: Samples) -> None:
        """Take samples. Raises `UsageError` without PyTorch."""
        _check()
        self._samples = samples

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, at: int) -> Sample:
        return tensors(self._samples[at])


class HouseStream(_STREAM):  # type: ignore[misc]  # as above
    """The same samples one after the other, each once an epoch over all workers and machines.

    They come shuffled, from a part of the disk at a time: for exports that do not fit into the
    page cache. Call `set_epoch` before each epoch for another order.
    """

    def __init__(
        self,
        samples: Samples,
        *,
        shuffle: bool = True,
        seed: int = 0,
        rank: int = 0,
        ranks: int = 1,
    ) -> None:
        """Take samples; `rank` of `ranks` machines or GPUs. Raises `UsageError` without PyTorch."""
        _check()
        self._samples, self._shuffle, self._seed = samples, shuffle, seed
        self._rank, self._ranks, self._epoch = rank, ranks, 0

    def set_epoch(self, epoch: int) -> None:
        """Have the next epoch in an order of its own."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[Sample]:
        worker = _DATA.get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        order = self._samples.order(
            epoch=self._epoch,
            seed=self._seed,
            part=self._rank * workers + number,
            parts=self._ranks * workers,
            shuffle=self._shuffle,
        )
        for at in order:
            yield tensors(self._samples[at])


def tensors(sample: Sample) -> Sample:
    """A sample with tensors in place of arrays and numbers. Raises `UsageError` without PyTorch."""
    _check()
    torch = import_module("torch")
    made = dict(sample)
    made["images"] = torch.from_numpy(sample["images"].copy()).movedim(-1, -3)
    for name in ("features", "tokens"):
        if name in sample:
            made[name] = torch.from_numpy(sample[name].copy())
    if "target" in sample:
        made["target"] = torch.tensor(float(sample["target"]), dtype=torch.float32)
    return made


def _check() -> None:
    if _DATA is None:
        raise UsageError(MISSING)
