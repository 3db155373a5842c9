"""What is shipped for running elsewhere, judged by the tools of those who read it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
BESIDE = Path(sys.executable).parent
"""Where pip puts programs: the tests are also run by the path of their Python."""

Check = Callable[..., str]


@pytest.fixture
def deploy() -> Path:
    """The folder that is shipped."""
    return DEPLOY


@pytest.fixture
def tool() -> Check:
    """Run a tool; skipped where it is not installed, failed where it complains."""

    def run(*command: str | Path, code: int = 0, **options: object) -> str:
        program = shutil.which(str(command[0]), path=f"{BESIDE}{os.pathsep}{os.environ['PATH']}")
        if program is None:
            pytest.skip(f"{command[0]} is not installed: this file is not checked here")
        said = subprocess.run(
            [program, *map(str, command[1:])],
            capture_output=True,
            text=True,
            check=False,
            **options,  # type: ignore[call-overload]
        )
        assert said.returncode == code, said.stdout + said.stderr
        return str(said.stdout + said.stderr)

    return run
