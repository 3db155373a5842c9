"""The corpora of texts beside the tests: one case a line, with why it is there."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from scraper.facts import Fact

_CORPUS = Path(__file__).parent / "corpus"


def corpus(name: str) -> list[dict[str, str]]:
    with (_CORPUS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`case` of a test marked with `corpus` goes over the lines of that corpus."""
    mark = metafunc.definition.get_closest_marker("parametrize")
    file = getattr(metafunc.function, "corpus", None)
    if mark is None and file and "case" in metafunc.fixturenames:
        cases = corpus(file)
        metafunc.parametrize("case", cases, ids=[next(iter(case.values())) for case in cases])


@pytest.fixture
def facts_of() -> Callable[..., dict[str, Fact]]:
    """Facts by column: a raw value, or a pair of it and its unit."""

    def made(**raws: object) -> dict[str, Fact]:
        found = {}
        for column, raw in raws.items():
            value, unit = raw if isinstance(raw, tuple) else (raw, "")
            found[column] = Fact(column, value, f"label:{column}", 0.9, unit)
        return found

    return made
