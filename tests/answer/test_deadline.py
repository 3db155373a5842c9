"""A limit to the processor time of reading one page."""

import re
import signal
import time

import pytest

from scraper.answer.deadline import within
from scraper.answer.fault import AnswerError


def busy(seconds: float) -> float:
    """Uses processor time; gives what it used."""
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass
    return time.process_time() - began


def test_what_takes_too_long_is_ended() -> None:
    began = time.process_time()
    with pytest.raises(AnswerError, match=r"0\.1 s of processor time"), within(0.1):
        busy(30)
    assert time.process_time() - began < 5


def test_a_regular_expression_that_never_ends_is_ended() -> None:
    with pytest.raises(AnswerError), within(0.1):
        re.fullmatch(r"(a+)+b", "a" * 60)


def test_code_that_swallows_the_alarm_is_ended_too() -> None:
    def swallow() -> None:
        try:
            busy(30)
        except AnswerError:
            busy(30)

    with pytest.raises(AnswerError), within(0.05):
        swallow()


def test_waiting_is_no_work() -> None:
    with within(0.05):
        time.sleep(0.2)


def test_nothing_rings_afterwards() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with within(0.05):
        busy(0.01)
    assert busy(0.2) >= 0.2
    assert signal.getsignal(signal.SIGVTALRM) == before
    with pytest.raises(ValueError, match="own"), within(0.05):
        raise ValueError("own")
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
