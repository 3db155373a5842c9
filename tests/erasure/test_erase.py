"""Nothing of an erased house is left in any byte, of any age; nothing of the others is lost."""

from datetime import timedelta
from pathlib import Path

import boto3
import orjson
import pytest
from deltalake import DeltaTable

from scraper.archive.files import latest
from scraper.cli.main import main
from scraper.dataset import read
from scraper.dataset.publish import pending_parts, publish
from scraper.dataset.table import open_table
from scraper.dataset.version import versions
from scraper.erasure.erase import erase
from scraper.erasure.find import House, by_contact, by_id, by_url
from scraper.errors import UsageError
from scraper.house import FoundId
from scraper.ledger.parts import read_manifests, verify
from scraper.ledger.store import Ledger
from scraper.ledger.suppressed import FOLDER
from scraper.place.place import Place
from tests.erasure.conftest import GONER, MARKS, SITE, START, build, crawl, url
from tests.erasure.traces import in_folder, traces

LATER = START + timedelta(days=20)


def run(place: Place, *houses: House, by: str = "id"):
    with Ledger.open(place, run_id="erase") as ledger:
        return erase(place, ledger, houses or by_id(place, ledger, GONER, None), by, LATER)


def everything(place: Place, archive: Place):
    yield from in_folder(Path(place.url))
    yield from in_folder(Path(archive.url))


def test_nothing_is_left_and_nothing_else_is_lost(built, capsys) -> None:
    place, archive = built
    before = traces(everything(place, archive), MARKS)
    expected = {"ledger.sqlite", "ids.parquet", "run.json", "report.html", "alarms/run-2/1.html"}
    assert expected < set(before)
    for part in ("parts/photos", "tables/houses", "tables/photos", "_change_data", "archive/",
                 "releases/", "parts/visits"):  # fmt: skip
        assert any(part in name for name in before), part
    kept_rows = {v: read(place, version=v).query("house_id != @GONER") for v in (1, 2)}

    assert main(["erase", place.url, "--id", GONER]) == 0
    assert "erased 1 houses" in capsys.readouterr().out

    assert traces(everything(place, archive), MARKS) == {}
    for number, rows in kept_rows.items():
        now = read(place, version=number).sort_values("house_id").reset_index(drop=True)
        wanted = rows.sort_values("house_id").reset_index(drop=True)
        assert now.equals(wanted)
        assert versions(place)[number - 1].rows == 5
        assert len(read(place, "photos", version=number)) == 5
    assert len(read(place, "visits")) == 10
    assert len(read(place, "ids")) == 5
    table = DeltaTable(f"{place.url}/tables/houses")
    for age in range(table.version() + 1):
        table.load_as_version(age)
        assert GONER not in str(list(table.to_pyarrow_dataset().to_table()["house_id"]))
    assert all(not verify(place, one) for one in read_manifests(place))
    assert pending_parts(place, versions(place)) == []
    assert publish(place) is None
    run_file = orjson.loads(place.read("run.json"))
    assert run_file["findings"][0]["examples"] == [url("700000003")]
    # The house's own page, and that of the house which shows it among its neighbours.
    assert {one.house_id for one in latest(archive, SITE)} == {f"70000000{n}" for n in (0, 3, 4, 5)}


def test_the_log_does_not_name_it_for_files_that_a_vacuum_removed(built) -> None:
    place, _ = built
    crawl(place, "run-3", 15, 300_000.0)
    kept = {one.tables["houses"] for one in versions(place)[1:]}
    houses = open_table(place, "houses")
    assert houses.vacuum(kept, 0, dry_run=False)
    logs = [place.read(name) for name in place.names("tables/houses/_delta_log/")]
    assert any(b"77 Vanishing Lane" in log for log in logs), "the greatest address of a file"
    run(place)
    assert not traces(in_folder(Path(place.url) / "tables"), MARKS)
    assert len(read(place, version=2)) == len(read(place)) == 5


def test_the_proof_says_what_was_removed_and_not_whose(built) -> None:
    place, _ = built
    main(["erase", place.url, "--url", url(GONER) + "/"])
    (name,) = [n for n in place.names("erasures/") if n.endswith(".json")]
    proof = orjson.loads(place.read(name))
    assert proof["by"] == "url"
    assert proof["pages"] == 2
    assert proof["rows"]["houses"] == proof["rows"]["photos"] == proof["rows"]["visits"] == 2
    assert proof["rows"]["ids"] == 1
    assert any(name.startswith("parts/houses/run-1-") for name in proof["removed"])
    assert len(proof["houses"]) == 1
    assert GONER not in place.read(name).decode()


def test_it_is_kept_out(built) -> None:
    place, _ = built
    run(place)
    with Ledger.open(place, run_id="run-3") as ledger:
        added = ledger.add_ids(SITE, [FoundId(GONER, url(GONER), "all", 0)])
        assert added.new == 0
        ledger.reopen(SITE, ["ok"])
        assert GONER not in {lease.house_id for lease in ledger.lease(SITE, 100)}


def test_without_the_list_it_comes_back(built) -> None:
    """The control: it is the list that keeps it out."""
    place, _ = built
    run(place)
    for name in list(place.names(FOLDER)):
        place.delete(name)
    with Ledger.open(place, run_id="run-3") as ledger:
        assert ledger.add_ids(SITE, [FoundId(GONER, url(GONER), "all", 0)]).new == 1


def test_a_ledger_that_is_built_again_does_not_have_it(built) -> None:
    place, _ = built
    run(place)
    for name in ("ledger.sqlite", "ledger.lock"):
        (Path(place.url) / name).unlink()
    with Ledger.open(place, run_id="run-3") as ledger:
        assert ledger.faults == []
        assert ledger.counts().states["ok"] == 5


STEPS = [
    "scraper.erasure.erase.clean_files",
    "scraper.erasure.erase.remove_pages",
    "scraper.erasure.erase.forget_suppressed",
    "scraper.erasure.parts._follow",
    "scraper.erasure.erase.rewrite_tables",
    "scraper.erasure.tables._rewrite_log",
    "scraper.erasure.erase.rewrite_versions",
    "scraper.erasure.erase.compact",
]


@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_that_broke_off_is_finished_by_the_same_again(built, step, monkeypatch) -> None:
    place, archive = built

    def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(step, broken)
        with pytest.raises(KeyboardInterrupt):
            run(place)
    assert main(["erase", place.url, "--id", GONER]) == 0
    assert traces(everything(place, archive), MARKS) == {}
    assert sorted(read(place)["house_id"]) == [f"70000000{n}" for n in (0, 2, 3, 4, 5)]
    assert len(read(place, version=1)) == 5
    assert publish(place) is None


def test_a_place_that_is_worked_on_is_refused(built, capsys) -> None:
    place, archive = built
    with Ledger.open(place, run_id="a-crawl"):
        assert main(["erase", place.url, "--id", GONER]) == 3
    assert "is in use by process" in capsys.readouterr().err
    assert traces(everything(place, archive), MARKS)
    assert len(read(place)) == 6
    assert not list(place.names("erasures/"))


def test_by_what_reaches_somebody(built) -> None:
    place, _ = built
    with Ledger.open(place, run_id="look") as ledger:
        assert by_contact(place, ledger, "nobody@homes.example", []) == []
        (found,) = by_url(place, ledger, url(GONER))
        assert found.house_id == GONER
        with pytest.raises(UsageError):
            by_contact(place, ledger, "12", [])


def test_a_contact_is_found_where_it_stands(built) -> None:
    place, archive = built
    from scraper.archive.writer import Writer
    from tests.archive.conftest import kept

    writer = Writer(archive, SITE, "run-3")
    writer.add(kept(1, site=SITE, house_id=GONER, body=b"<p>Call (503) 555.0142</p>"))
    writer.seal()
    with Ledger.open(place, run_id="look") as ledger:
        (found,) = by_contact(place, ledger, "+1 503-555-0142", [archive])
    assert found.house_id == GONER


def test_a_contact_takes_its_house_out_of_everything(built, capsys) -> None:
    place, archive = built
    from scraper.archive.writer import Writer
    from tests.archive.conftest import kept

    writer = Writer(archive, SITE, "run-3")
    writer.add(kept(1, site=SITE, house_id=GONER, url=url(GONER), body=b"<p>(503) 555.0142</p>"))
    writer.seal()
    assert main(["erase", place.url, "--contact", "+1 503 555 0199"]) == 0
    assert traces(everything(place, archive), MARKS), "the control: of nobody nothing is removed"
    assert main(["erase", place.url, "--contact", "+1 503 555 0142"]) == 0
    assert "erased 1 houses" in capsys.readouterr().out
    assert traces(everything(place, archive), (*MARKS, "555.0142")) == {}
    assert sorted(read(place)["house_id"]) == [f"70000000{n}" for n in (0, 2, 3, 4, 5)]


def test_an_unknown_id_needs_its_site(tmp_path) -> None:
    from scraper.place.open import open_place

    place = open_place(str(tmp_path / "empty"))
    assert main(["erase", place.url, "--id", "1"]) == 2
    assert main(["erase", place.url, "--id", "1", "--site", "homes"]) == 0
    with Ledger.open(place, run_id="r") as ledger:
        assert ledger.add_ids("homes", [FoundId("1", "https://homes.example/1", "", 0)]).new == 0


@pytest.mark.full
def test_a_bucket_with_versions(s3_place: str, s3_endpoint: str) -> None:
    bucket = s3_place.split("/")[2]
    client = boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1")
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def everything_ever():
        for one in client.list_object_versions(Bucket=bucket)["Versions"]:
            answer = client.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
            yield f"{one['Key']}@{one['VersionId']}", answer["Body"].read()

    place, _ = build(s3_place, s3_place.rsplit("/", 1)[0] + "/pages")
    assert len(traces(everything_ever(), MARKS)) > 10
    proof = run(place)
    assert proof.versions > 5
    assert traces(everything_ever(), MARKS) == {}
    assert [len(read(place, version=n)) for n in (1, 2)] == [5, 5]
    client.close()
