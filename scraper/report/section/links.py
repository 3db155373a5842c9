"""Which numbers go together."""

from __future__ import annotations

from scraper.report.chart.heat import heat
from scraper.report.section.section import Section
from scraper.report.subject import Subject
from scraper.report.values import Floats, numbers

_COLUMNS = {
    "listed_price": "Listed price",
    "tax_assessed_value": "Assessed value",
    "annual_tax_amount": "Annual tax",
    "living_area_sqft": "Living area",
    "lot_size_sqft": "Lot size",
    "bedrooms": "Bedrooms",
    "bathrooms": "Bathrooms",
    "year_built": "Year built",
    "garage_spaces": "Garage spaces",
    "elementary_school_score": "Elementary score",
    "high_school_score": "High school score",
}


def links(subject: Subject) -> Section:
    """The section of the report."""
    columns: dict[str, Floats] = {subject.price.title: subject.price.values}
    columns["Price per sqft"] = subject.per_sqft
    for column, name in _COLUMNS.items():
        if column != subject.price.column:
            columns[name] = numbers(subject.houses, column)
    return Section(
        "links",
        "Correlations",
        "What goes together",
        "Spearman's rank correlation of every pair of numbers, over the houses that have both: "
        "1 means that both always rise together, minus 1 that one falls as the other rises.",
        {"heat": heat(columns)},
    )
