"""A child of an array job, as an engine starts it: no option says which part it has."""

from pathlib import Path

import pytest
from scrapy.settings import Settings

from scraper.cli.preflight import preflight
from scraper.ledger.array import INDICES, PARTS


@pytest.fixture
def prepared(site_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What a crawl of the houses makes ready before it starts, in an engine's environment."""

    def prepare(*, run_id: str = "", **env: str):
        for name in (*INDICES, PARTS):
            monkeypatch.delenv(name, raising=False)
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        settings = Settings()
        settings.setmodule("settings")
        settings.set("DATASET", str(tmp_path / "d"))
        settings.set("RUN_ID", run_id)
        run = preflight("houses", {"site": site_file}, settings)
        run.ledger.close()
        assert settings["RUN_ID"] == run.options.run_id, "whatever asks later, the same name"
        return run

    monkeypatch.setenv("HOUSECRAWL_STATE", str(tmp_path / "state"))
    return prepare


def test_a_child_has_its_part_its_ledger_and_a_run_id_of_its_own(prepared) -> None:
    parts = {"HOUSECRAWL_PARTS": "2"}
    one = prepared(run_id="night", JOB_COMPLETION_INDEX="0", **parts)
    two = prepared(run_id="night", JOB_COMPLETION_INDEX="1", **parts)
    again = prepared(run_id="night", JOB_COMPLETION_INDEX="1", **parts)
    assert [run.part for run in (one, two, again)] == [(0, 2), (1, 2), (1, 2)]
    assert one.ledger.folder != two.ledger.folder == again.ledger.folder
    names = {run.options.run_id for run in (one, two, again)}
    assert len(names) == 3
    assert all(name.startswith("night-part-") for name in names)
    # The control: outside of an array the name that was given is the name.
    whole = prepared(run_id="night")
    assert (whole.part, whole.options.run_id) == (None, "night")


def test_a_child_that_does_not_know_its_part_is_stopped(
    scrapy, site_file: str, tmp_path: Path
) -> None:
    env = {**dict.fromkeys((*INDICES, PARTS), ""), "SLURM_ARRAY_TASK_ID": "4"}
    common = ("-a", f"site={site_file}", "-s", f"DATASET={tmp_path / 'd'}")
    said = scrapy("crawl", "houses", *common, "-a", "parts=4", **env)
    assert said.returncode == 2, said.stderr
    assert "SLURM_ARRAY_TASK_ID=4" in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "d").exists()
