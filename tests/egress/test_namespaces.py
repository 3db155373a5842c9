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

from scraper.demo.seeded import Seeded
from tests.egress.crawling import listed

SITE, CRAWLER = f"hc-site-{os.getpid()}", f"hc-crawl-{os.getpid()}"
SERVER = {4: "10.77.0.1", 6: "fd77::1"}
HERE = {
    4: ("10.77.0.2", "10.77.0.3", "10.77.0.4"),
    6: ("fd77::2", "fd77::3", "fd77::4"),
}
SERVE = """
import json, sys
from scraper.demo.bans import Ban
from scraper.demo.site import DemoSite
with DemoSite(houses=40, seed=11, ban=Ban(10, "403"), host=sys.argv[1]) as site:
    print(json.dumps({"url": site.url, "file": site.site_text()}), flush=True)
    sys.stdin.readline()
    print(json.dumps(sorted({one.client[0] for one in site.log.requests()})), flush=True)
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def namespaces() -> Iterator[None]:
    """Two namespaces with a cable between them, and nothing else."""
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("network namespaces take root and the command `ip`")
    try:
        for name in (SITE, CRAWLER):
            ip("netns", "add", name)
        ip("-n", SITE, "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", CRAWLER)
        for name, end in ((SITE, "v0"), (CRAWLER, "v1")):
            ip("-n", name, "link", "set", end, "up")
            ip("-n", name, "link", "set", "lo", "up")
        give(SITE, "v0", SERVER[4])
        for address in HERE[4]:
            give(CRAWLER, "v1", address)
    except subprocess.CalledProcessError as error:
        clean()
        pytest.skip(f"this machine makes no network namespaces: {error.stderr.decode().strip()}")
    yield
    clean()


def give(name: str, end: str, address: str) -> None:
    # Without the search for somebody else with the address, which takes IPv6 two seconds.
    more = ["/64", "nodad"] if ":" in address else ["/24"]
    ip("-n", name, "addr", "add", address + more[0], "dev", end, *more[1:])


@pytest.fixture
def version(request: pytest.FixtureRequest, namespaces: None) -> int:
    """The version of IP, with its addresses."""
    if request.param == 6:
        try:
            give(SITE, "v0", SERVER[6])
            for address in HERE[6]:
                give(CRAWLER, "v1", address)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"this machine has no IPv6: {error.stderr.decode().strip()}")
    return int(request.param)


def clean() -> None:
    for name in (SITE, CRAWLER):
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def inside(name: str, *command: str, **options) -> subprocess.Popen[str]:
    return subprocess.Popen(["ip", "netns", "exec", name, sys.executable, *command], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)  # fmt: skip


@pytest.mark.parametrize("version", [4, pytest.param(6, marks=pytest.mark.full)], indirect=True)
def test_the_site_sees_the_addresses_that_the_pool_claims(version: int, tmp_path: Path) -> None:
    """Three addresses, each refused for good after ten requests: all are used, and it ends."""
    with inside(SITE, "-c", SERVE, SERVER[version]) as served:
        told = json.loads(served.stdout.readline())
        (tmp_path / "demo.toml").write_text(told["file"])
        listed(tmp_path / "d", told["url"], Seeded(40, 11).catalogue().towns)
        command = ["-m", "scraper.cli.scrapy", "crawl", "houses"]
        command += ["-a", f"site={tmp_path / 'demo.toml'}", "-s", f"DATASET={tmp_path / 'd'}"]
        command += ["-s", f"EGRESS=addresses:{','.join(HERE[version])}"]
        command += ["-s", "EGRESS_REST=600", "-s", "EGRESS_PATIENCE=1"]
        with inside(CRAWLER, *command, cwd=tmp_path, stderr=subprocess.PIPE) as crawl:
            said = crawl.communicate(timeout=150)[1]
        assert crawl.returncode == 5, said[-3000:]
        seen = json.loads(served.communicate("end\n", timeout=60)[0])
    claimed = json.loads((tmp_path / "d" / "run.json").read_text())["egress"]["addresses"]
    used = sorted(one["address"] for one in claimed if one["pages"] or one["refusals"])
    assert used == seen == [*HERE[version]]
