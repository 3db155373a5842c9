"""What is nearly the same stays on one side."""

from __future__ import annotations

import io

import imagehash
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from scraper.errors import UsageError
from scraper.training.duplicates import house_groups, mark_duplicates
from scraper.training.near import near_pairs
from scraper.training.split import SIDES, cuts_of, side_of_photos, split_by_house, split_by_time

RANDOM = np.random.default_rng(7)


def houses(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "site": "homefind",
            "house_id": [f"{n:05d}" for n in range(count)],
            "address": [f"{n} Oak St" for n in range(count)],
            "zip": "07001",
            "city": "Brush Creek",
            "sold_on": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(count), "D"),
        }
    ).astype({"zip": "str"})


def photos(hashes: list[tuple[int, int | None]]) -> pd.DataFrame:
    """Photos of house numbers with a hash each; the hash is their sha256 too."""
    return pd.DataFrame(
        {
            "site": "homefind",
            "house_id": [f"{n:05d}" for n, _ in hashes],
            "sha256": [f"s{h}" if h is not None else None for _, h in hashes],
            "phash": [f"{h:016x}" if h is not None else None for _, h in hashes],
        }
    )


@pytest.mark.parametrize("bits", [0, 3, 6, 10])
def test_near_pairs_are_those_of_all_with_all(bits: int) -> None:
    hashes = RANDOM.integers(0, 2**63, 300, dtype=np.uint64)
    flips = [np.uint64(sum(1 << int(b) for b in RANDOM.choice(64, k, False))) for k in range(1, 14)]
    hashes = np.unique(np.concatenate([hashes, *(hashes[:20] ^ flip for flip in flips)]))
    far = np.bitwise_count(hashes[:, None] ^ hashes[None, :])
    wanted = {(a, b) for a, b in np.argwhere(far <= bits).tolist() if a < b}
    first, second = near_pairs(hashes, bits)
    assert set(zip(first.tolist(), second.tolist(), strict=True)) == wanted
    assert len(first) == len(wanted)


def test_duplicates_are_marked() -> None:
    a, b = 0x0F0F_1234_5678_9ABC, 0xFFFF_0000_AAAA_5555
    marked = mark_duplicates(photos([(1, a), (2, a), (3, a ^ 0b111), (4, b), (5, None)]))
    assert marked["duplicate"].tolist() == ["", "exact", "near", "", ""]
    assert marked["group"].nunique() == 3
    assert marked["group"].tolist()[-1] == -1
    assert not marked["common"].any()


def test_a_real_picture_that_was_stored_again() -> None:
    noise = Image.fromarray(RANDOM.integers(0, 255, (8, 12, 3), dtype=np.uint8))
    full = noise.resize((320, 213), Image.Resampling.BICUBIC)
    again = io.BytesIO()
    full.resize((160, 106)).save(again, "JPEG", quality=40)
    one, two = (int(str(imagehash.phash(i)), 16) for i in (full, Image.open(again)))
    marked = mark_duplicates(photos([(1, one), (2, two)]).assign(sha256=["x", "y"]))
    assert marked["duplicate"].tolist() == ["", "near"]


def test_a_logo_does_not_join_the_houses_that_show_it() -> None:
    logo, view = 0x8000_0000_0000_0000, 0x1234_5678_9ABC_DEF0
    shown = [(n, logo ^ (n % 2)) for n in range(40)] + [(0, view), (1, view ^ 1)]
    marked = mark_duplicates(photos(shown), common=20)
    assert marked["common"].sum() == 40
    groups = house_groups(houses(40), marked)
    assert groups[0] == groups[1], "a view joins them"
    assert groups.nunique() == 39
    loose = house_groups(houses(40), mark_duplicates(photos(shown), common=1000))
    assert loose.nunique() == 1, "the control: without the guard all of them are one"


def test_houses_of_one_address_are_one() -> None:
    rows = houses(4)
    rows["address"] = ["12 Oak St. #3", "12 oak st #3", "12 Oak St #4", "Address withheld"]
    assert house_groups(rows).tolist()[:2] == ["homefind/00000"] * 2
    assert house_groups(rows).nunique() == 3
    rows["address"] = "Address withheld"
    assert house_groups(rows).nunique() == 4


def linked() -> tuple[pd.DataFrame, pd.DataFrame]:
    """400 houses; each tenth shows the next one's front from almost the same spot."""
    hashes = RANDOM.integers(0, 2**63, 400).tolist()
    shown = [(n, h) for n, h in enumerate(hashes)]
    shown += [(n + 1, hashes[n] ^ 0b10001) for n in range(0, 390, 10)]
    return houses(400), mark_duplicates(photos(shown))


def test_no_group_is_on_two_sides() -> None:
    rows, marked = linked()
    groups = house_groups(rows, marked)
    for split in (
        split_by_house(rows, groups),
        split_by_time(rows, cuts_of(rows), groups),
    ):
        assert split.groupby(groups).nunique().max() == 1
        sides = side_of_photos(marked, rows, split)
        assert sides.groupby(marked["group"]).nunique().max() == 1
        assert set(split) == set(SIDES)
    plain = split_by_house(rows)
    leaks = side_of_photos(marked, rows, plain).groupby(marked["group"]).nunique()
    assert leaks.max() == 2, "the control: by houses alone, photos leak"


def test_a_split_stays_when_houses_come() -> None:
    small, large = houses(500), houses(2000)
    before, after = split_by_house(small), split_by_house(large)
    assert (before == after[:500]).all()
    shares = after.value_counts(normalize=True)
    assert shares["train"] == pytest.approx(0.8, abs=0.03)
    assert shares["test"] == pytest.approx(0.1, abs=0.03)
    assert (split_by_house(small, seed=1) != before).any()
    shuffled = small.sample(frac=1, random_state=3)
    assert (split_by_house(shuffled).sort_index() == before).all()


def test_by_time_nothing_of_later_is_in_train() -> None:
    rows, marked = linked()
    rows.loc[5, "sold_on"] = pd.NaT
    cuts = cuts_of(rows)
    split = split_by_time(rows, cuts, house_groups(rows, marked))
    assert rows["sold_on"][split == "train"].max() < cuts[0]
    assert rows["sold_on"][split == "validation"].max() < cuts[1]
    assert split.isna().tolist().count(True) == 1
    assert (split == "test").sum() == pytest.approx(40, abs=4)


def test_wrong_use() -> None:
    rows = houses(10)
    with pytest.raises(UsageError, match="add up"):
        split_by_house(rows, shares=(0.8, 0.1, 0.2))
    with pytest.raises(UsageError, match="in order"):
        split_by_time(rows, ("2026-02-01", "2026-01-01"))
    with pytest.raises(UsageError, match="needs 3"):
        cuts_of(rows.assign(sold_on=pd.Timestamp("2026-01-01")))
    with pytest.raises(UsageError, match="sha256"):
        mark_duplicates(rows)
    empty = rows.iloc[:0]
    assert split_by_house(empty).empty
    assert mark_duplicates(photos([(1, None)]).iloc[:0]).empty
