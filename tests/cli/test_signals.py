"""Whoever listens is told of a signal as by Scrapy's own, whatever it takes and does."""

import gc
import logging

import pytest
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.signalmanager import SignalManager
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from scraper.cli.signals import Signals

BYTES, PAGE = object(), object()


class Listener:
    """Takes what its methods say, and notes it."""

    def __init__(self, said: list[object]) -> None:
        self.said = said

    def nothing(self):
        self.said.append("nothing")

    def some(self, data, request="default"):
        self.said.append(("some", data, request))
        return data

    def all(self, **told):
        self.said.append(("all", sorted(told)))

    def who(self, data, signal, sender):
        self.said.append(("who", data, signal is BYTES, type(sender)))

    def lacking(self, never_told):
        self.said.append(never_told)

    def stops(self, data):
        raise StopDownload(fail=False)

    def ignores(self):
        raise IgnoreRequest("no")

    def breaks(self):
        raise ValueError("broken")

    def later(self):
        return Deferred()

    async def coroutine(self):
        self.said.append("never")

    def __call__(self, data):
        self.said.append(("called", data))


METHODS = [name for name in vars(Listener) if not name.startswith("_")]


def told(manager: type, caplog, **named: object) -> object:
    said: list[object] = []
    listener, sender = Listener(said), Listener([])
    signals = manager(sender)
    for method in METHODS:
        signals.connect(getattr(listener, method), BYTES)
    signals.connect(listener, BYTES)
    caplog.clear()
    found = [signals.send_catch_log(BYTES, **named) for _ in range(2)]
    for results in found:
        for _, result in results:
            if hasattr(result, "close"):
                result.close()
    given = [
        (getattr(receiver, "__name__", "itself"), _plain(result))
        for results in found
        for receiver, result in results
    ]
    return said, given, [(one.levelno, one.msg, one.name) for one in caplog.records]


def _plain(result: object) -> object:
    if isinstance(result, Failure):
        return type(result.value), str(result.value)
    return result if isinstance(result, str) else type(result)


@pytest.mark.parametrize(
    "named",
    [
        {"data": "d", "request": "r", "spider": None},
        {"data": "d"},
        {"request": "r", "spider": "s"},
        {},
        {"data": "d", "dont_log": IgnoreRequest},
        {"data": "d", "sender": "another"},
    ],
)
def test_all_are_told_what_scrapy_tells_them(caplog, named):
    caplog.set_level(logging.DEBUG)
    ours, scrapys = told(Signals, caplog, **named), told(SignalManager, caplog, **named)

    assert ours == scrapys
    assert "sender" in named or len(ours[1]) == 2 * (len(METHODS) + 1)


@pytest.mark.parametrize("manager", [Signals, SignalManager])
def test_who_listens_may_change_between_two_signals(manager):
    said: list[object] = []
    listener = Listener(said)
    signals = manager(Listener([]))
    signals.send_catch_log(BYTES, data=1)
    signals.connect(listener.some, BYTES)
    signals.connect(listener.nothing, PAGE)
    signals.send_catch_log(BYTES, data=2)
    signals.send_catch_log(PAGE, data=3)
    signals.disconnect(listener.some, BYTES)
    signals.send_catch_log(BYTES, data=4)
    signals.connect(listener.some, BYTES)
    signals.disconnect_all(BYTES)
    signals.send_catch_log(BYTES, data=5)

    assert said == [("some", 2, "default"), "nothing"]


@pytest.mark.parametrize("manager", [Signals, SignalManager])
def test_one_that_is_gone_is_not_kept_to_be_told(manager):
    said: list[object] = []
    listener = Listener(said)
    signals = manager(Listener([]))
    signals.connect(listener.some, BYTES)
    signals.send_catch_log(BYTES, data=1)
    del listener
    gc.collect()

    assert signals.send_catch_log(BYTES, data=2) == []
    assert said == [("some", 1, "default")]
