"""A child of an array job knows its part, or says in one line what is missing."""

import re

import pytest

from scraper.errors import UsageError
from scraper.ledger.array import INDICES, attempt_id, chosen_part


@pytest.mark.parametrize("index", INDICES)
def test_the_children_of_each_engine_take_every_part_once(index: str) -> None:
    env = {"HOUSECRAWL_PARTS": "5", "PATH": "/bin"}
    taken = [chosen_part("", "", {**env, index: str(i)}) for i in range(5)]
    assert taken == [(i, 5) for i in range(5)]
    assert [chosen_part("", "5", {index: str(i)}) for i in range(5)] == taken


def test_aws_tells_the_size_of_the_array_itself() -> None:
    env = {"AWS_BATCH_JOB_ARRAY_INDEX": "0", "AWS_BATCH_JOB_ARRAY_SIZE": "40"}
    assert chosen_part("", "", env) == (0, 40)
    # The control: a job that is no array has no part, whatever else is set.
    assert chosen_part("", "", {"AWS_BATCH_JOB_ARRAY_SIZE": "40"}) is None


@pytest.mark.parametrize(
    ("part", "parts", "env", "named"),
    [
        ("", "", {"SLURM_ARRAY_TASK_ID": "3"}, ["SLURM_ARRAY_TASK_ID=3", "HOUSECRAWL_PARTS"]),
        ("", "8", {}, ["parts=8", "JOB_COMPLETION_INDEX"]),
        ("", "", {"HOUSECRAWL_PARTS": "8"}, ["HOUSECRAWL_PARTS=8", "part=I/N"]),
        ("", "8", {"SLURM_ARRAY_TASK_ID": "8"}, ["counted from 0", "0 to 7"]),
        ("", "8", {"JOB_COMPLETION_INDEX": "x"}, ["JOB_COMPLETION_INDEX=x"]),
        ("", "0", {"JOB_COMPLETION_INDEX": "0"}, ["parts=0", "at least 1"]),
        ("", "ten", {"JOB_COMPLETION_INDEX": "0"}, ["parts=ten"]),
        ("1/2", "2", {}, ["part=1/2", "parts=2"]),
        ("2/2", "", {}, ["part=2/2"]),
        ("", "8", {"JOB_COMPLETION_INDEX": "0", "SLURM_ARRAY_TASK_ID": "1"}, ["which one"]),
        (
            "",
            "8",
            {"AWS_BATCH_JOB_ARRAY_INDEX": "0", "AWS_BATCH_JOB_ARRAY_SIZE": "4"},
            ["parts=8", "AWS_BATCH_JOB_ARRAY_SIZE=4"],
        ),
    ],
)
def test_what_does_not_fit_is_said(
    part: str, parts: str, env: dict[str, str], named: list[str]
) -> None:
    with pytest.raises(UsageError) as caught:
        chosen_part(part, parts, env)
    assert "\n" not in str(caught.value)
    for word in named:
        assert word in str(caught.value)


def test_a_part_that_is_named_wins_over_the_array() -> None:
    assert chosen_part("0/1", "", {"SLURM_ARRAY_TASK_ID": "7"}) == (0, 1)


def test_no_two_attempts_share_a_run_id() -> None:
    children = [attempt_id("night", (i, 40)) for i in range(40) for _ in range(2)]
    assert len(set(children)) == 80
    assert all(re.fullmatch(r"night-part-\d+-of-40-[0-9a-f]{6}", one) for one in children)
    assert attempt_id("night", None) == "night"
