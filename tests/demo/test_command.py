import argparse
import os
import re
import signal
import subprocess
import sys
import tomllib
import urllib.request

import pytest

from scraper.cli import demo
from scraper.errors import ExitCode, InputFileError, UsageError


def asked(*words):
    parser = argparse.ArgumentParser()
    demo.arguments(parser)
    return parser.parse_args(words)


def test_it_serves_until_ctrl_c_and_says_what_to_do_next(tmp_path):
    command = [sys.executable, "-m", "scraper.cli.main", "demo", "--houses", "12"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=tmp_path, env=environment, text=True
    ) as child:
        try:
            said = ""
            while "Ctrl-C" not in said:
                line = child.stdout.readline()
                assert line, said
                said += line
            url = re.search(r"http://127\.0\.0\.1:\d+", said)[0]
            with urllib.request.urlopen(f"{url}/robots.txt", timeout=10) as answer:
                assert answer.status == 200
            assert "housecrawl run --site demo.toml --dataset demo-data" in said
            told = tomllib.loads((tmp_path / "demo.toml").read_text())
            assert told["house"]["url"].startswith(url)
            child.send_signal(signal.SIGINT)
            assert "stopped after" in child.communicate(timeout=30)[0]
            assert child.returncode == ExitCode.COMPLETE
        finally:
            child.kill()


def test_a_foreign_file_is_never_written_over(tmp_path):
    theirs = tmp_path / "demo.toml"
    theirs.write_text('name = "mine"\n')
    with pytest.raises(InputFileError, match="--site-file"):
        demo.run(asked("--houses", "3", "--site-file", str(theirs)))
    assert theirs.read_text() == 'name = "mine"\n'
    with pytest.raises(InputFileError, match="cannot be written"):
        demo.run(asked("--houses", "3", "--site-file", str(tmp_path / "none" / "demo.toml")))


def test_a_wrong_csv_ends_with_one_line(tmp_path):
    wrong = tmp_path / "a.csv"
    wrong.write_text("name\nann\n")
    with pytest.raises(InputFileError, match="no column"):
        demo.run(asked("--serve", str(wrong)))


def test_photos_without_rows_are_a_wrong_use(tmp_path):
    with pytest.raises(UsageError, match="--serve"):
        demo.run(asked("--photos", str(tmp_path)))


@pytest.mark.parametrize("words", [("--port", "70000"), ("--houses", "0"), ("--houses", "many")])
def test_numbers_out_of_range_are_a_wrong_use(words, capsys):
    with pytest.raises(SystemExit) as ended:
        asked(*words)
    assert ended.value.code == ExitCode.USAGE
    assert words[0] in capsys.readouterr().err


def test_a_port_that_is_taken_is_said_so():
    from scraper.demo.site import DemoSite

    with DemoSite(houses=1) as site, pytest.raises(UsageError, match="cannot be used"):
        demo.run(asked("--port", site.url.rpartition(":")[2], "--houses", "1"))
