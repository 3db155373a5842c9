"""A crawl as its log, its metrics and its run.json tell it to programs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.settings import Settings

from scraper.cli.main import main
from scraper.cli.metrics import end_before_start
from scraper.demo.site import DemoSite
from scraper.errors import ExitCode
from scraper.ledger.tallies import hash_of
from scraper.watch.deliver import deliver

SAMPLE = re.compile(r'^housecrawl_\w+\{(\w+="[^"]*",?)+\} [-+0-9.e]+$')
COST = ("-s", "COST_PER_HOUR=t3-small/2")


@pytest.fixture(scope="module")
def gateway() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A push gateway that notes what it is given."""
    taken: list[tuple[str, str]] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((self.path, body.decode()))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", taken
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, gateway) -> SimpleNamespace:
    """The list, one part that is all of it, one that has no house, and the whole."""
    folder = tmp_path_factory.mktemp("watched")
    metrics = folder / "metrics"
    metrics.mkdir()

    def scrapy(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", *arguments]
        command += ["-a", f"site={site_file}", "-s", f"DATASET={folder / 'd'}"]
        env = {**os.environ, "HOUSECRAWL_STATE": str(folder / "state")}
        return subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=240
        )

    with DemoSite(houses=8, seed=11) as site:
        site_file = site.site_file(folder)
        site_file.write_text(site_file.read_text() + '\n[render]\nmode = "never"\n')
        taken = {hash_of(house) % 1000 for house in site.listed}
        none = next(n for n in range(1000) if n not in taken)
        json_ = ("-s", "LOG_JSON=True")
        told = SimpleNamespace(
            ids=scrapy("ids"),
            empty=scrapy("houses", "-a", f"part={none}/1000", *json_),
            part=scrapy("houses", "-a", "part=0/1", *json_, "-s", f"METRICS={metrics}", *COST),
            whole=scrapy("houses", "-s", f"METRICS={gateway[0]}", *COST),
        )
    told.place, told.metrics = folder / "d", metrics
    return told


def test_the_log_is_json_on_request(crawled) -> None:
    lines = [json.loads(line) for line in crawled.part.stderr.splitlines()]
    assert {"time", "level", "logger", "message", "run_id", "stage"} <= set(lines[0])
    assert len({line["run_id"] for line in lines}) == 1
    assert lines[-1]["exit_code"] == crawled.part.returncode
    assert lines[-1]["part"] == "0/1"
    with pytest.raises(json.JSONDecodeError):
        json.loads(crawled.ids.stderr.splitlines()[0])


def test_metrics_are_a_file_for_the_collector(crawled) -> None:
    (file,) = crawled.metrics.iterdir()
    assert file.name == "housecrawl-demo-houses-0-1.prom"
    lines = file.read_text().splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert all(SAMPLE.match(line) for line in samples), samples
    families = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(families) == len(set(families))
    ended = 'housecrawl_exit_code{site="demo",stage="houses",part="0/1"} '
    assert f"{ended}{crawled.part.returncode}" in samples
    assert any(line.startswith("housecrawl_cost_dollars") for line in samples)


def test_metrics_are_pushed_while_it_is_at_work_and_at_its_end(crawled, gateway) -> None:
    taken = gateway[1]
    assert {path for path, _ in taken} == {
        "/metrics/job/housecrawl/site/demo/stage/houses/part/all"
    }
    assert "housecrawl_exit_code" not in taken[0][1]
    assert "housecrawl_exit_code" in taken[-1][1]


def test_what_keeps_metrics_from_their_way_is_said(tmp_path: Path) -> None:
    assert "nowhere" in deliver(str(tmp_path / "nowhere"), {"site": "a"}, "x 1\n")
    assert not deliver(str(tmp_path), {"site": "a"}, "x 1\n")
    assert [file.name for file in tmp_path.iterdir()] == ["housecrawl-a.prom"]


def test_a_crawl_that_was_not_started_tells_its_code_too(tmp_path: Path) -> None:
    settings = Settings({"METRICS": str(tmp_path)})
    labels = {"site": "a", "stage": "houses", "part": "all"}
    end_before_start(settings, labels, ExitCode.USAGE)
    (file,) = tmp_path.iterdir()
    assert 'housecrawl_exit_code{site="a",stage="houses",part="all"} 2' in file.read_text()


def test_the_runs_of_the_parts_are_told_as_one(crawled) -> None:
    run = json.loads((crawled.place / "run.json").read_text())
    parts = [
        json.loads(path.read_text()) for path in crawled.place.glob("runs/*-part-*-houses.json")
    ]
    fleet = run["fleet"]
    assert (fleet["runs"], fleet["parts"]) == (2, 2) == (len(parts), len(parts))
    assert fleet["cpu_seconds"] == pytest.approx(sum(one["cpu_seconds"] for one in parts), abs=0.01)
    assert fleet["stats"]["houses/ok"] == sum(one["stats"].get("houses/ok", 0) for one in parts)
    assert fleet["dollars"] == pytest.approx(
        sum(one["cost"]["dollars"] for one in parts if one["cost"])
    )
    assert run["cost"]["dollars"] > 0


def test_a_part_without_a_house_of_the_list_is_complete(crawled) -> None:
    assert crawled.empty.returncode == 0, crawled.empty.stderr
    assert "none of the list's" in json.loads(crawled.empty.stderr.splitlines()[-1])["message"]


def test_status_and_plan_know_what_it_took(crawled, capsys, monkeypatch) -> None:
    monkeypatch.setenv("HOUSECRAWL_STATE", str(crawled.place.parent / "state"))
    assert main(["status", str(crawled.place)]) == 0
    assert "by 2 runs of 2 parts before it" in capsys.readouterr().out
    assert json.loads((crawled.place / "ledger.lock").read_text())["per_hour"] == 0.0129
    # The last run read no page: what is measured is what the parts took.
    assert main(["plan", "--houses", "1000", "--measured", str(crawled.place)]) == 0
    assert "seconds a page" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("LOG_JSON=perhaps", "expected True or False"),
        ("METRICS=/no/such/folder", "no such folder"),
        ("METRICS=ftp://gateway", "push gateway"),
        ("COST_PER_HOUR=abacus", "t3-small"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(setting: str, said: str) -> None:
    from scraper.errors import SettingError
    from scraper.watch.options import Options

    name, _, value = setting.partition("=")
    with pytest.raises(SettingError, match=said):
        Options.from_settings({name: value})
