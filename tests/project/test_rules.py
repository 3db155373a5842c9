"""The house's rules over everything that is in it."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("scraper", "spiders", "pipelines", "settings.py")
GRAB_BAGS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}


def modules() -> Iterator[Path]:
    for name in CODE:
        path = ROOT / name
        yield from [path] if path.is_file() else path.rglob("*.py")


def tracked() -> list[str]:
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [name for name in said.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("path", list(modules()), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 300
    assert path.stem not in GRAB_BAGS
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, node.name


def test_no_path_of_a_machine_and_no_registry_is_committed() -> None:
    """An address in a lock file, or somebody's home, would work on one machine only."""
    strangers = (
        "/" + "root/",
        "/" + "home/",
        "/opt/" + "pypi",
        "--index" + "-url",
        "--extra-" + "index",
    )
    for name in tracked():
        text = (ROOT / name).read_text(errors="ignore")
        found = [stranger for stranger in strangers if stranger in text]
        assert not found, f"{name}: {found}"


def test_nothing_is_left_for_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")
    for path in modules():
        found = [mark for mark in marks if mark in path.read_text()]
        assert not found, f"{path}: {found}"


def test_package_data_is_declared() -> None:
    """A data file that the wheel leaves out works in a clone and fails for users."""
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = declared["tool"]["setuptools"]["package-data"]["*"]
    endings = {pattern.removeprefix("*") for pattern in patterns}
    data = [Path(n) for n in tracked() if n.startswith("scraper/") and not n.endswith(".py")]
    assert {path.suffix for path in data} <= endings
