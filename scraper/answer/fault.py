"""What is wrong with an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an answer may not be read."""

    reason: str
    """One line for a person: `truncated: the gzip data end in the middle`."""
    passing: bool = False
    """Whether the same request may well bring a whole answer: it is worth another try."""


def cut(what: str) -> Fault:
    """The fault of an answer of which a part is missing."""
    return Fault(f"truncated: {what}", passing=True)


class AnswerError(Exception):
    """An answer that may not be read; `fault` says why, and so does its text."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault
