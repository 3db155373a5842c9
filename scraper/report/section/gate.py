"""The gate: what it had to say of a version that was published all the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scraper.report.section.section import Section
from scraper.report.subject import Subject
from scraper.report.values import web_address


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of the gate."""

    check: str
    """Which check found it."""
    column: str
    """The column that it is about."""
    found: str
    """What was found."""
    expected: str
    """What had to be expected."""
    links: tuple[str, ...]
    """Pages that show it, as far as they are web addresses."""


def gate(subject: Subject) -> Section | None:
    """The section; None where nothing spoke against the version and every check was made."""
    standing = subject.standing
    accepted = standing.accepted or {}
    if not accepted and not standing.left_out:
        return None
    findings = [_found(one) for one in accepted.get("findings", ())]
    said = f"Version {standing.number} was published though the gate had findings."
    return Section(
        "gate",
        "Gate",
        "Published all the same" if accepted else "What was not checked",
        said if accepted else f"The gate let version {standing.number} pass; some it did not see.",
        {
            "reason": str(accepted.get("reason") or ""),
            "findings": findings,
            "left_out": list(standing.left_out),
        },
    )


def _found(finding: Mapping[str, Any]) -> Found:
    keys = ("check", "column", "found", "expected")
    check, column, found, expected = (str(finding.get(key) or "") for key in keys)
    return Found(check, column, found, expected, _links(finding.get("examples") or ()))


def _links(urls: Iterable[object]) -> tuple[str, ...]:
    return tuple(link for url in urls if (link := web_address(str(url))))
