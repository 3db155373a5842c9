"""Hosts with addresses of their own, in network namespaces: the site sees what the pool claims."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SITE, CRAWLER = f"hc-site-{os.getpid()}", f"hc-crawl-{os.getpid()}"
HERE = ("10.77.0.2", "10.77.0.3", "10.77.0.4")
SERVE = """
import json, sys
from scraper.demo.bans import Ban
from scraper.demo.site import DemoSite
with DemoSite(houses=24, seed=11, ban=Ban(30, "403"), host="10.77.0.1") as site:
    print(json.dumps({"url": site.url, "file": site.site_text()}), flush=True)
    sys.stdin.readline()
    print(json.dumps(sorted({one.client[0] for one in site.log.requests()})), flush=True)
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def namespaces() -> Iterator[None]:
    """Two namespaces with a cable between them, and nothing else."""
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("network namespaces take root and the command `ip`")
    try:
        for name in (SITE, CRAWLER):
            ip("netns", "add", name)
        ip("-n", SITE, "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", CRAWLER)
        ip("-n", SITE, "addr", "add", "10.77.0.1/24", "dev", "v0")
        for address in HERE:
            ip("-n", CRAWLER, "addr", "add", f"{address}/24", "dev", "v1")
        for name, end in ((SITE, "v0"), (CRAWLER, "v1")):
            ip("-n", name, "link", "set", end, "up")
            ip("-n", name, "link", "set", "lo", "up")
    except subprocess.CalledProcessError as error:
        clean()
        pytest.skip(f"this machine makes no network namespaces: {error.stderr.decode().strip()}")
    yield
    clean()


def clean() -> None:
    for name in (SITE, CRAWLER):
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def inside(name: str, *command: str, **options) -> subprocess.Popen[str]:
    return subprocess.Popen(["ip", "netns", "exec", name, sys.executable, *command], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)  # fmt: skip


def test_the_site_sees_the_addresses_that_the_pool_claims(namespaces, tmp_path: Path) -> None:
    with inside(SITE, "-c", SERVE) as served:
        told = json.loads(served.stdout.readline())
        (tmp_path / "demo.toml").write_text(told["file"])
        for stage in ("ids", "houses"):
            command = ["-m", "scraper.cli.scrapy", "crawl", stage]
            command += ["-a", f"site={tmp_path / 'demo.toml'}", "-s", f"DATASET={tmp_path / 'd'}"]
            command += ["-s", f"EGRESS=addresses:{','.join(HERE)}", "-s", "EGRESS_REST=600"]
            with inside(CRAWLER, *command, cwd=tmp_path, stderr=subprocess.PIPE) as crawl:
                said = crawl.communicate(timeout=150)[1]
            assert crawl.returncode in (0, 5), said[-3000:]
            if crawl.returncode == 5:
                break
        seen = json.loads(served.communicate("end\n", timeout=20)[0])
    claimed = json.loads((tmp_path / "d" / "run.json").read_text())["egress"]["addresses"]
    used = sorted(one["address"] for one in claimed if one["pages"] or one["refusals"])
    assert used == seen
    assert len(seen) >= 2
