"""The fixed top level has plain names: a foreign module of the same name must not win."""

import subprocess
import sys
from pathlib import Path


def housecrawl(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scraper.cli.main", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_foreign_settings_module_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("BOT_NAME = 'somebody else'\n")
    said = housecrawl(tmp_path, "doctor")
    assert said.returncode == 2
    assert str(tmp_path / "settings.py") in said.stderr
    assert "Traceback" not in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1


def test_it_works_from_any_other_folder(tmp_path: Path) -> None:
    said = housecrawl(tmp_path, "doctor")
    assert "nothing is missing" in said.stdout or "missing:" in said.stdout
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_tests_folder_does_not_shadow_the_spiders() -> None:
    import spiders

    assert "tests" not in str(spiders.__path__)
