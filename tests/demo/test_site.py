import http.client
import socket
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor

import pytest
from protego import Protego

from scraper.demo.server import Answer
from scraper.demo.site import DemoSite


def test_the_truth_is_what_is_listed_allowed_and_there(site):
    assert site.disallowed
    assert site.gone
    assert set(site.truth) == site.listed - site.disallowed - set(site.gone)
    assert all(row["house_id"] == one for one, row in site.truth.items())


def test_robots_txt_disallows_what_the_site_says_it_does(site, get):
    rules = Protego.parse(get(site, "/robots.txt").text)
    denied = {
        one for one in site.listed if not rules.can_fetch(f"{site.url}/house/{one}", "housecrawl")
    }
    assert denied == site.disallowed
    photo = next(iter(site.truth.values()))["photo_urls"][0]
    assert rules.can_fetch(photo, "housecrawl")


def test_gone_houses_are_gone_and_the_flaky_one_only_at_first(site, get):
    for house_id, status in site.gone.items():
        assert get(site, f"/house/{house_id}").status == status
    with DemoSite(houses=10) as fresh:
        flaky = next(one for one, house in fresh.catalogue.houses.items() if house.flaky)
        first, second = get(fresh, f"/house/{flaky}"), get(fresh, f"/house/{flaky}")
    assert (first.status, first.headers["retry-after"], second.status) == (503, "0", 200)


def test_the_log_knows_who_asked_for_what(get):
    with DemoSite(houses=10) as site:
        before = time.monotonic()
        get(site, "/search/nowhere?page=2", agent="somebody/1.0")
        get(site, "/robots.txt", method="HEAD")
        first, second = site.log.requests()
        assert (first.method, first.path, first.status) == ("GET", "/search/nowhere?page=2", 404)
        assert (first.agent, first.client[0]) == ("somebody/1.0", "127.0.0.1")
        assert before <= first.time <= second.time
        assert (second.method, second.status) == ("HEAD", 200)
        assert site.log.requests("/robots") == [second]


def test_an_override_answers_in_the_sites_place_until_it_leaves_it_to_the_site(get):
    with DemoSite(houses=10) as site:
        left = [2]

        def ban(request):
            left[0] -= 1
            return Answer(b"no", 429, headers={"Retry-After": "3"}) if left[0] >= 0 else None

        site.override("/house/*", ban)
        house_id = min(site.truth)
        answers = [get(site, f"/house/{house_id}").status for _ in range(4)]
        assert answers[:2] == [429, 429]
        assert answers[3] == 200
        assert get(site, "/").status == 200


@pytest.mark.parametrize(("status", "seen"), [(200, 200), (404, 404), (503, 503)])
def test_robots_txt_answers_as_told(get, status, seen):
    with DemoSite(houses=10, robots_status=status) as site:
        assert get(site, "/robots.txt").status == seen


def test_robots_txt_is_late_and_nothing_else_is(get):
    with DemoSite(houses=10, robots_delay=0.3) as site:
        start = time.monotonic()
        get(site, "/")
        middle = time.monotonic()
        get(site, "/robots.txt")
        assert middle - start < 0.3 <= time.monotonic() - middle


def test_a_reset_resets(get):
    with DemoSite(houses=10, robots_status="reset") as site, pytest.raises(ConnectionResetError):
        get(site, "/robots.txt")


def test_a_cut_answer_ends_early(get):
    with DemoSite(houses=10) as site:
        site.override("/cut", lambda request: Answer(b"x" * 1000, fault="cut"))
        with pytest.raises(http.client.IncompleteRead):
            get(site, "/cut")


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def test_it_stops_with_hanging_and_open_connections_and_leaves_nothing_behind():
    threads = set(threading.enumerate())
    site = DemoSite(houses=10, robots_status="hang")
    site.start()
    host, port = site.url.removeprefix("http://").split(":")
    hanging = socket.create_connection((host, int(port)))
    hanging.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n")
    idle = http.client.HTTPConnection(f"{host}:{port}")
    idle.request("GET", "/")
    idle.getresponse().read()
    site.stop()
    hanging.close()
    idle.close()
    assert set(threading.enumerate()) == threads
    # A process that another thread starts just now holds the port until it has begun.
    until = time.monotonic() + 20
    while listens(host, int(port)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not listens(host, int(port))


def test_a_site_that_never_started_stops_too():
    site = DemoSite(houses=1)
    site.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(site.url.rpartition(":")[2])), timeout=5)


def test_a_change_shows_at_once(get):
    with DemoSite(houses=20) as site:
        house_id = next(
            one
            for one in site.truth
            if not site.catalogue.houses[one].javascript and not site.catalogue.houses[one].flaky
        )
        assert "Week Two Street" not in get(site, f"/house/{house_id}").text
        site.change(house_id, street="1 Week Two Street")
        assert "Week Two Street" in get(site, f"/house/{house_id}").text
        assert site.truth[house_id]["address"] == "1 Week Two Street"
        site.change(house_id, gone=410)
        assert get(site, f"/house/{house_id}").status == 410
        assert house_id not in site.truth


def test_photos_may_have_a_port_of_their_own(get):
    with DemoSite(houses=10, photo_port=True) as site:
        url = next(iter(site.truth.values()))["photo_urls"][0]
        assert url.startswith(site.photo_root)
        assert site.photo_root != site.url
        connection = http.client.HTTPConnection(site.photo_root.removeprefix("http://"))
        connection.request("GET", url.removeprefix(site.photo_root))
        assert connection.getresponse().status == 200
        connection.close()
        assert len(site.photo_log) == 1
        assert len(site.log) == 0


def test_the_site_file_names_the_site_and_every_town(site, tmp_path):
    told = tomllib.loads(site.site_file(tmp_path).read_text())
    assert told["name"] == "demo"
    assert told["house"]["url"] == f"{site.url}/house/{{id}}"
    assert told["search"]["where"] == [town.slug for town in site.catalogue.towns]


def test_it_serves_hundreds_of_pages_a_second():
    with DemoSite(houses=100) as site:

        def crawl(ids):
            connection = http.client.HTTPConnection(site.url.removeprefix("http://"))
            for one in ids:
                connection.request("GET", f"/house/{one}")
                connection.getresponse().read()
            connection.close()

        ids = sorted(site.truth)
        start = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(crawl, [ids] * 8))
        rate = 8 * len(ids) / (time.monotonic() - start)
    assert rate > 200
