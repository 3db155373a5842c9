"""The images, really built and run, where buildah is and a base image is at hand."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_the_images_are_built_and_do_their_work(deploy: Path) -> None:
    """`IMAGE_BASE` names the base, such as one that `buildah` made of a `debootstrap` folder."""
    base = os.environ.get("IMAGE_BASE")
    if not base:
        pytest.skip("IMAGE_BASE names no base image")
    if not shutil.which("buildah") or os.geteuid():
        pytest.skip("there is no buildah, or we are not root")
    script = deploy / "image_check.sh"
    said = subprocess.run([str(script), base], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.count("exit 3 after") == 2
    assert "Chromium's sandbox was on" in said.stdout
    if shutil.which("redis-server"):
        assert "one pace by FLEET_PACE: version 1" in said.stdout
