"""Every column: what it means, its unit, and how much of it is filled."""

from __future__ import annotations

from scraper.report.fill import by_theme, fill
from scraper.report.section.section import Section
from scraper.report.subject import Subject


def columns(subject: Subject) -> Section:
    """The section of the report."""
    rates = fill(subject.houses)
    empty = sum(not rate.count for rate in rates)
    return Section(
        "columns",
        "Columns",
        "What is filled",
        f"Each of the {len(rates)} columns of the table of houses, with its unit and how many of "
        f"the {len(subject.houses):,} rows have a value. Missing is null, never 0 or an empty "
        "text. Raw texts beside money, areas and dates are not listed.",
        {"themes": by_theme(rates), "empty": empty if subject.houses.size else 0},
    )
