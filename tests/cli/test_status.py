"""`housecrawl status`: what it says of a dataset, at rest, at work and from elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from scraper.browser.memory import Memory, save
from scraper.cli.main import main
from scraper.errors import ExitCode
from scraper.house import FoundId
from scraper.ledger.parts import seal, write_ids
from scraper.ledger.store import Ledger
from scraper.place.open import open_place

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
def place(tmp_path):
    return open_place(str(tmp_path / "homes"))


def key(lease):
    return {"site": lease.site, "house_id": lease.house_id, "url": lease.url, "fetched_at": NOW}


def crawl(place, seals=True):
    """Ten IDs: 0 to 3 stored with a photo, 4 and 5 gone, 6 refused, 7 failed, 8 and 9 new."""
    ledger = Ledger.open(place, run_id="first")
    ids = [FoundId(f"h{n}", f"https://homes.example/h/{n}", "alder-point", n) for n in range(10)]
    ledger.add_ids("homes", ids)
    for n, lease in enumerate(ledger.lease("homes", 8, max_attempts=1)):
        visit = {**key(lease), "attempts": 1, "run_id": "first"}
        if n < 4:
            photo = {**key(lease), "position": 0, "outcome": "ok", "image": b"jpeg"}
            ledger.commit_house(lease, key(lease), [photo], visit | {"outcome": "ok"})
        else:
            outcome = ("gone", "gone", "refused", "failed")[n - 4]
            why = {"gone": "HTTP 404", "refused": "HTTP 403 \x1b[2J", "failed": "timed out"}
            said = {"outcome": outcome, "reason": why[outcome]}
            ledger.commit_visit(lease, visit | said, final=True)
    if seals:
        seal(ledger, place, force=True)
        write_ids(ledger, place)
    return ledger


def status(place, capsys, *options):
    assert main(["status", place.url, *options]) == ExitCode.COMPLETE
    return capsys.readouterr().out


def test_it_counts_and_says_why_and_what_next(place, capsys):
    crawl(place).close()
    lines = status(place, capsys).splitlines()
    table = dict(zip(lines[1].split(), lines[2].split(), strict=True))
    assert table == {
        "site": "homes",
        "houses": "10",
        "ok": "4",
        "waiting": "2",
        "gone": "2",
        "refused": "1",
        "failed": "1",
    }
    text = "\n".join(lines)
    assert "photos  4 stored" in text
    assert "1 sealed, 0 visits not sealed yet" in text
    assert next(line for line in lines if "HTTP 404" in line).split() == [
        "2", "gone", "HTTP", "404", "https://homes.example/h/4",
    ]  # fmt: skip
    assert lines[-1].startswith("next    visit the 2 that wait: scrapy crawl houses -a site=homes")


def test_what_a_site_says_cannot_drive_the_terminal(place, capsys):
    crawl(place).close()
    text = status(place, capsys)
    assert "HTTP 403 ?[2J" in text
    assert "\x1b" not in text


def test_it_works_while_a_crawl_holds_the_ledger(place, capsys):
    ledger = crawl(place, seals=False)
    ledger.lease("homes", 1)
    said = json.loads(status(place, capsys, "--json"))
    assert said["sites"]["homes"]["leased"] == 1
    assert (said["unsealed"], said["holder"]["run_id"]) == (8, "first")
    assert said["next"] == "a crawl is at work: look again later"
    ledger.close()
    assert json.loads(status(place, capsys, "--json"))["holder"] is None


def test_it_reads_a_place_whose_ledger_is_elsewhere(place, capsys, tmp_path):
    crawl(place).close()
    (tmp_path / "homes" / "ledger.sqlite").unlink()
    before = sorted(place.names())
    said = json.loads(status(place, capsys, "--json"))
    assert (said["sites"]["homes"]["ok"], said["sites"]["homes"]["waiting"]) == (4, 2)
    assert (said["parts"], said["photos"]) == (1, {"ok": 4})
    assert sorted(place.names()) == before


def test_the_last_run_is_shown(place, capsys):
    crawl(place).close()
    said = {"run_id": "first", "stage": "houses", "exit_code": 3, "why": "2 of 10 left"}
    place.write("run.json", json.dumps(said).encode())
    assert "first houses: exit 3, 2 of 10 left" in status(place, capsys)
    place.write("run.json", b'{"run_id": "fir')
    assert "exit 3" not in status(place, capsys)


def test_an_empty_dataset_says_how_to_begin(place, capsys):
    assert "scrapy crawl ids -a site=SITE -s DATASET=" in status(place, capsys)


def test_refused_houses_are_what_is_next_when_none_waits(place, capsys):
    ledger = crawl(place)
    for lease in ledger.lease("homes", 5):
        ledger.commit_visit(lease, {**key(lease), "outcome": "gone"}, final=True)
    ledger.close()
    assert "1 were refused; wait, then try them again" in status(place, capsys)


@pytest.mark.parametrize("strange", ["missing", "a file"])
def test_what_is_no_dataset_is_wrong_use(tmp_path, capsys, strange):
    path = tmp_path / "elsewhere"
    if strange == "a file":
        path.write_text("not a folder")
    assert main(["status", str(path)]) == ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert str(path) in said.err
    assert said.err.count("\n") == 1


def test_a_damaged_ledger_is_named(place, capsys, tmp_path):
    (tmp_path / "homes" / "ledger.sqlite").write_bytes(b"nothing" * 1000)
    assert main(["status", place.url]) == ExitCode.USAGE
    assert "ledger.sqlite" in capsys.readouterr().err


def test_the_way_of_each_site_is_a_short_line_that_stays_the_same(place, capsys):
    crawl(place).close()
    said = []
    for why in ("sold_price: in no answer", "lot_size_sqft: another value"):
        for site, phase in (("b", "data"), ("a", "browser")):
            memory = Memory(site, lacking=9 if site == "b" else 0)
            memory.settle(phase, why)
            save(place, memory)
        lines = status(place, capsys).splitlines()
        said.append([one for one in lines if one.startswith("way")])
        assert why in json.loads(status(place, capsys, "--json"))["ways"][0]["why"]
    assert said[0] == said[1]
    assert said[0] == [
        "way     a: plain HTTP, or where a page lacks its facts there, the browser",
        "way     b: what its pages load, without a browser",
    ]
