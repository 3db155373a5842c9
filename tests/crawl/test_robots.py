"""robots.txt holds for every kind of request, however many start at once."""

import shutil

import pytest

from scraper.demo.site import DemoSite


@pytest.mark.parametrize("delay", [pytest.param(0.0, marks=pytest.mark.full), 1.0])
def test_64_starts_at_once_ask_for_nothing_disallowed(scrapy, tmp_path, delay: float) -> None:
    with DemoSite(houses=64, seed=9, robots_delay=delay) as site:
        common = ("-a", f"site={site.site_file(tmp_path)}", "-s", f"DATASET={tmp_path / 'd'}")
        assert scrapy("crawl", "ids", *common).returncode == 0
        shutil.rmtree(tmp_path / "d" / "robots")  # or the second process would know the rules
        before = len(site.log.requests())
        many = ("-s", "CONCURRENT_REQUESTS=64", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=64")
        said = scrapy("crawl", "houses", *common, *many)
        assert said.returncode == 0, said.stderr
        asked = {request.path for request in site.log.requests()[before:]}
        assert site.disallowed
        assert not [path for path in asked for one in site.disallowed if one in path]
        assert len([r for r in site.log.requests()[before:] if r.path == "/robots.txt"]) == 1


@pytest.mark.parametrize("status", [503, "reset"])
def test_no_rules_no_requests(scrapy, tmp_path, status) -> None:
    """RFC 9309 section 2.3.1.4: unreachable rules mean complete disallow."""
    with DemoSite(houses=12, seed=9, robots_status=status) as site:
        common = ("-a", f"site={site.site_file(tmp_path)}", "-s", f"DATASET={tmp_path / 'd'}")
        said = scrapy("crawl", "ids", *common, "-s", "BACK_OFF=0.05")
        assert said.returncode == 3, said.stderr
        assert "/robots.txt" in said.stderr.splitlines()[-1]
        assert "Traceback" not in said.stderr
        assert {request.path for request in site.log.requests()} == {"/robots.txt"}


def test_no_robots_txt_means_everything_is_allowed(scrapy, tmp_path) -> None:
    """RFC 9309 section 2.3.1.3; the control of the test above."""
    with DemoSite(houses=12, seed=9, robots_status=404) as site:
        common = ("-a", f"site={site.site_file(tmp_path)}", "-s", f"DATASET={tmp_path / 'd'}")
        assert scrapy("crawl", "ids", *common).returncode == 0
        assert len({request.path for request in site.log.requests()}) > 1
