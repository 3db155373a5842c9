"""Wrong use of the command line: one line on stderr, exit code 2, nothing started."""

import pytest

from scraper.cli.main import COMMANDS, main
from scraper.errors import ExitCode

WRONG = {
    "run": "--site and --dataset are missing, as in: housecrawl run --site my.toml --dataset data",
    "run --site a": "--dataset is missing, as in: housecrawl run --site my.toml --dataset data",
    "refresh --site a": "--dataset is missing",
    "refresh --site a --dataset b --pages -1": "--pages: found '-1', expected a number of houses",
    "run --site a --dataset b -s nope": "-s nope: expected -s NAME=VALUE",
    "export data": "OUT is missing, as in: housecrawl export data houses.feather",
    "export data a.csv --table homes": "'houses', 'photos', 'ids'",
    "status": "PLACE is missing, as in: housecrawl status data",
    "status a b": "housecrawl status takes no b",
    "rollback data x": "N: found 'x', expected a number",
    "plan --houses 0": "expected a whole number above 0",
    "fleet submit --site a": "--dataset and --engine are missing",
    "fleet": "STEP is missing, as in: housecrawl fleet status data",
    "check http://": "names no host",
    "demo --houses many": "--houses: found 'many', expected a number",
    "statsu": 'there is no command "statsu"; there are run, refresh',
    "--verbose": "housecrawl takes no --verbose",
}


@pytest.mark.parametrize("words", [*WRONG, *(f"{name} --nonsense x y z" for name in COMMANDS)])
def test_one_line_says_what_is_wrong(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("housecrawl: ")
    assert err.count("\n") == 1
    assert WRONG.get(words, "") in err


def test_help_is_still_there(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["refresh", "--help"], ["fleet", "submit", "--help"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 0
        assert "usage: " in capsys.readouterr().out
