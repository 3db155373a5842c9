"""Perceptual hashes that differ in few bits, found without comparing all with all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Pairs = tuple[Numbers, Numbers]
BITS: Final = 64
NEAR: Final = 6
"""Bits in which the hashes of two pictures of the same thing differ at most. Measured on 102
photos: recompressed, resized and brightened ones are all within it, and no two others are."""
_AT_ONCE: Final = 1 << 22


def parse_hash(text: object) -> int | None:
    """The 64 bits of a hash in hexadecimal.

    >>> parse_hash("00000000000000ff"), parse_hash("ff"), parse_hash("x" * 16), parse_hash(None)
    (255, None, None, None)
    """
    if not isinstance(text, str) or len(text) != BITS // 4:
        return None
    try:
        return int(text, 16)
    except ValueError:
        return None


def near_pairs(hashes: Hashes, bits: int = NEAR) -> Pairs:
    """The pairs of distinct hashes that differ in `bits` bits at most, each pair once.

    All of them: of `bits + 1` bands of two such hashes one is equal, so only hashes that share a
    band are compared. `hashes`: no two alike. Raises ValueError for bits outside 0 to 31.

    >>> first, second = near_pairs(np.array([0b0, 0b11, 0xFFFF], np.uint64), 2)
    >>> list(zip(first.tolist(), second.tolist()))
    [(0, 1)]
    """
    if not 0 <= bits < BITS // 2:
        raise ValueError(f"{bits} bits: hashes are near in 0 to 31 bits")
    found = [_near(hashes, some, bits) for some in _candidates(hashes, bits + 1)]
    codes = np.unique(np.concatenate([np.zeros(0, np.int64), *found]))
    return codes // max(1, len(hashes)), codes % max(1, len(hashes))


def _near(hashes: Hashes, pairs: Pairs, bits: int) -> Numbers:
    first, second = pairs
    close = np.bitwise_count(hashes[first] ^ hashes[second]) <= bits
    low, high = np.minimum(first, second)[close], np.maximum(first, second)[close]
    codes: Numbers = low * len(hashes) + high
    return codes


def _candidates(hashes: Hashes, bands: int) -> Iterator[Pairs]:
    edges = [BITS * band // bands for band in range(bands + 1)]
    for low, high in pairwise(edges):
        band = (hashes >> np.uint64(low)) & np.uint64((1 << (high - low)) - 1)
        order = np.argsort(band, kind="stable")
        yield from _within(order, band[order])


def _within(order: Numbers, keys: Hashes) -> Iterator[Pairs]:
    """Pairs of numbers with the same key, some millions at once; `keys` is sorted."""
    ends = np.searchsorted(keys, keys, side="right")
    partners = ends - np.arange(len(keys)) - 1
    total = np.cumsum(partners)
    start = 0
    while start < len(keys):
        before = total[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(total, before + _AT_ONCE, side="right")))
        counts = partners[start:end]
        first = np.repeat(np.arange(start, end), counts)
        begins = np.repeat(np.cumsum(counts) - counts, counts)
        second = first + 1 + (np.arange(len(first)) - begins)
        yield order[first], order[second]
        start = end


def joined(count: int, first: Numbers, second: Numbers) -> Numbers:
    """The group of each of `count` things after joining pairs: the smallest number in its group.

    >>> joined(5, np.array([0, 3]), np.array([3, 4])).tolist()
    [0, 1, 2, 0, 0]
    """
    group = np.arange(count, dtype=np.int64)
    while len(first):
        low = np.minimum(group[first], group[second])
        high = np.maximum(group[first], group[second])
        if (low == high).all():
            break
        np.minimum.at(group, high, low)
        while (group[group] != group).any():
            group = group[group]
    return group
