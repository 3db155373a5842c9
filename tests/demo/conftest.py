import http.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from scraper.demo.site import DemoSite


@dataclass
class Got:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def text(self) -> str:
        return self.body.decode()


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(houses=60) as running:
        yield running


@pytest.fixture
def get() -> Callable[..., Got]:
    def ask(site: DemoSite, path: str, method: str = "GET", agent: str = "tests") -> Got:
        connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=10)
        try:
            connection.request(method, path, headers={"User-Agent": agent})
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Got(answer.status, answer.read(), headers)
        finally:
            connection.close()

    return ask
