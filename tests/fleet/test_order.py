"""What an order's parts have come to, as the place tells it; and what is handed out again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scraper.fleet.open import open_queue
from scraper.fleet.order import Order, read_order
from scraper.fleet.part import Stop, Visitor
from scraper.fleet.parts import bury, read_parts
from scraper.place.open import open_place
from scraper.place.place import Place


def record(place: Place, order: Order, part: int, code: int, **more: Any) -> None:
    """What a crawl of a part leaves."""
    name = f"runs/{order.run_id}-part-{part}-of-{order.parts}-{code:06x}-houses.json"
    day = sum(1 for _ in place.names("runs/")) + 1
    said = {"exit_code": code, "why": "so it is", "ended": f"2026-01-{day:02}", **more}
    place.write(name, json.dumps(said).encode())


def test_from_submitted_to_handed_out_again(fleet, redis_server, capsys) -> None:
    f = fleet(12)
    f.submit(redis_server.url, "--parts", "3", "--workers", "2")
    place = open_place(f.place)
    order, queue = read_order(place), open_queue(redis_server.url)
    assert [queue.claim(1.0).part for _ in range(3)] == [0, 1, 2]
    record(
        place,
        order,
        0,
        3,
        states={"ok": 1, "new": 2},
        stats={"egress/refusals": 2},
        cost={"dollars": 0.5},
        seconds=90,
    )
    record(place, order, 0, 0, states={"ok": 3}, stats={"egress/refusals": 1})
    record(place, order, 1, 4, states={"unread": 5})
    bury(place, order, 1, 4, "exit 4: so it is")

    capsys.readouterr()
    assert f.here("status", f.place, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["parts"]["done"] == 1
    assert told["parts"]["left"] == [2]
    assert told["parts"]["running"] == 3, "the queue has not been told yet"
    assert told["parts"]["dead"] == [{"part": 1, "code": 4, "why": "exit 4: so it is"}]
    assert told["houses"] == {"ok": 3, "unread": 5, "in parts that did not end": 12 - 8}
    assert told["refusals"] == 3
    assert (told["took"]["runs"], told["took"]["seconds"], told["took"]["dollars"]) == (3, 90, 0.5)
    assert f.here("status", f.place) == 0
    assert "1 of 3 done, 3 running, 1 left, 1 given up" in capsys.readouterr().out

    assert f.here("finish", f.place) == 3
    said = capsys.readouterr().out
    assert "1 of 3 parts are left: 2" in said
    assert "part 1 was given up: exit 4: so it is" in said
    record(place, order, 2, 0)
    assert f.here("finish", f.place) == 4, "what was given up is not published around"

    f.submit(redis_server.url)
    assert read_order(place) == order
    assert read_parts(place, order).dead == []
    assert queue.claim(1.0).part == 1
    assert queue.claim(0.1) is None
    record(place, order, 1, 0)
    capsys.readouterr()
    f.submit(redis_server.url)
    assert "all 3 parts are done" in capsys.readouterr().out


def test_an_order_is_not_changed_on_its_way(fleet, redis_server, capsys) -> None:
    f = fleet(12)
    f.submit(redis_server.url, "--parts", "3")
    words = ("submit", "--site", f.file, "--dataset", f.place, "--engine", redis_server.url)
    assert f.here(*words, "--parts", "4") == 2
    assert "--new" in capsys.readouterr().err
    assert f.here(*words, "--parts", "4", "--new") == 0
    assert read_order(open_place(f.place)).parts == 4


def test_what_cannot_be_submitted(fleet, capsys) -> None:
    f = fleet(12)
    words = ("submit", "--site", f.file, "--engine", "parallel", "--dataset")
    assert f.here("finish", f.place) == 2
    assert "housecrawl fleet submit" in capsys.readouterr().err
    url = "redis://:secret@127.0.0.1/0"
    assert f.here("submit", "--site", f.file, "--engine", url, "--dataset", f.place) == 2
    said = capsys.readouterr().err
    assert "redis:env:NAME" in said
    assert "secret" not in said
    open_place(f.place).delete("ids.parquet")
    assert f.here(*words, f.place) == 2
    assert "first scrapy crawl ids" in capsys.readouterr().err
    assert not [*open_place(f.place).names("fleet/")], "nothing was ordered"


REFUSED = {"egress": {"addresses": [{"address": "127.0.0.1", "strikes": 1}]}}
DENIED = {"egress": {"addresses": [{"address": "127.0.0.1", "strikes": 0}]}}


@pytest.mark.parametrize(
    ("code", "more", "refusals", "became"),
    [
        (0, {}, 0, "done"),
        (3, {}, 0, "again"),
        (-9, {}, 0, "again"),
        (137, {}, 0, "again"),
        (1, {}, 0, "buried"),
        (2, {}, 0, "buried"),
        (4, {}, 0, "buried"),
        (5, REFUSED, 0, "buried"),
        (5, REFUSED, 1, "refused"),
        (5, DENIED, 1, "buried"),  # what robots.txt denies is denied to every address
    ],
)
def test_what_an_exit_code_means(tmp_path, monkeypatch, code, more, refusals, became) -> None:
    """The crawl's process is the only thing that is not real: it ends as the row says."""
    place = open_place(str(tmp_path / "place"))
    order = Order("night", "demo.toml", "demo", 3, 2, "parallel", refusals=refusals)

    def crawl(self, order, part, beat, every) -> int:
        if code >= 0:
            record(place, order, part, code, **more)
        return code

    monkeypatch.setattr(Visitor, "_crawl", crawl)
    visitor = Visitor(place, Stop())
    assert visitor.visit(order, 1, lambda: True, 1.0) == (became, code)
    parts = read_parts(place, order)
    assert ([one.part for one in parts.dead] == [1]) == (became == "buried")
    if became == "buried":
        monkeypatch.setattr(Visitor, "_crawl", None)
        assert visitor.visit(order, 1, lambda: True, 1.0) == ("buried", code), "not tried again"
    if became == "refused":
        record(place, order, 1, 5, **more)
        place.write("runs/night-part-1-of-3-abcdef-houses.json", json.dumps(
            {"exit_code": 5, "ended": "2026-02-01", **more}).encode())  # fmt: skip
        assert visitor.visit(order, 1, lambda: True, 1.0)[0] == "buried", "so often and no more"
