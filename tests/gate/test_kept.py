"""robots.txt over processes and days: the last good one is kept, and what comes later counts.

Two processes a case; between them the time of the kept file is set back. The server's log judges.
"""

import json
import time
from pathlib import Path

import pytest

from scraper.gate.answers import answered
from scraper.gate.kept import Kept
from scraper.place.open import open_place

OPEN, CLOSED = b"User-agent: *\nDisallow: /never", b"User-agent: *\nDisallow: /a"
FAILS = (500, {}, b"")
DAY = 24 * 3600.0
CASES = {
    "an hour old": (3600.0, CLOSED, ["/a"]),
    "a day old, and it closes": (DAY + 60, CLOSED, ["/robots.txt"]),
    "29 days old, and unreachable": (29 * DAY, FAILS, ["/robots.txt"] * 3 + ["/a"]),
    "31 days old, and unreachable": (31 * DAY, FAILS, ["/robots.txt"] * 3),
    "from the future, and it closes": (-2 * DAY, CLOSED, ["/robots.txt"]),
    "no file at all": (3600.0, CLOSED, ["/a"]),
    "damaged, and it closes": (None, CLOSED, ["/robots.txt"]),
    # Negative controls: without the kept file neither the hour nor the 30 days hold.
    "removed, and it closes": ("removed", CLOSED, ["/robots.txt"]),
    "removed, and unreachable": ("removed", FAILS, ["/robots.txt"] * 3),
}
"""Age in the second process, what the host answers then, and what it is asked for."""


def age(place: Path, seconds: float | str | None) -> None:
    (file,) = (place / "robots").iterdir()
    if seconds == "removed":
        file.unlink()
        return
    said = json.loads(file.read_bytes())
    said["asked_at"] = time.time() - (seconds or 0)
    file.write_text("{" if seconds is None else json.dumps(said))


@pytest.fixture(scope="module")
def asked(crawl, module_house, tmp_path_factory) -> dict[str, list[list[str]]]:
    """Case -> paths asked for in the first and in the second process."""
    folder = tmp_path_factory.mktemp("places")
    servers = {
        name: module_house((404, {}, b"") if name == "no file at all" else OPEN) for name in CASES
    }
    wanted = []
    for number, server in enumerate(servers.values()):
        place = str(folder / str(number))
        open_place(place)
        settings = {"DATASET": place, "BACK_OFF": 0.01}
        wanted.append({"urls": [server.url("/a")], "own": [server.own], "settings": settings})
    crawl(*wanted)
    first = {name: server.asked() for name, server in servers.items()}
    for number, (name, server) in enumerate(servers.items()):
        seconds, then, _ = CASES[name]
        age(folder / str(number), seconds)
        server.log.clear()
        server.routes["/robots.txt"] = (200, {}, then) if isinstance(then, bytes) else then
    crawl(*wanted)
    return {name: [first[name], server.asked()] for name, server in servers.items()}


@pytest.mark.parametrize("name", CASES)
def test_a_second_process_knows_what_the_first_was_told(asked, name: str) -> None:
    first, second = asked[name]
    assert first == ["/robots.txt", "/a"]
    assert second == CASES[name][2]


def test_a_file_that_speaks_of_another_host_is_not_used(tmp_path) -> None:
    place = open_place(str(tmp_path))
    kept = Kept(place, lambda: 0.0)
    kept.save("http://a.example", answered(200, OPEN, "http://a.example/robots.txt"))
    (name,) = place.names("robots/")
    kept.save("http://b.example", answered(200, CLOSED, "http://b.example/robots.txt"))
    (other,) = set(place.names("robots/")) - {name}
    (tmp_path / name).replace(tmp_path / other)
    assert kept.load("http://b.example") is None
    assert kept.load("http://a.example") is None
