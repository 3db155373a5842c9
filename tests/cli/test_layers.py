"""The downloader's own way through the middlewares ends as Scrapy's own does, whatever they do."""

from itertools import product

import pytest
from scrapy import Request
from scrapy.core.downloader.middleware import DownloaderMiddlewareManager
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware as StockCookies
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.spiders import Spider

from scraper.answer.middleware import CookiesMiddleware
from scraper.cli.layers import Layers

URL = "http://homes.example/1"


class Layer:
    """Does at each of its three places what it was told, and notes that it was asked."""

    def __init__(self, name: str, does: tuple[str, str, str], said: list[str]) -> None:
        self.name, self.does, self.said = name, does, said

    def _do(self, what: str, same: object) -> object:
        self.said.append(f"{self.name} {what}")
        match what:
            case "answer":
                return Response(f"{URL}/{self.name}")
            case "ask":
                return Request(f"{URL}/{self.name}")
            case "raise":
                raise IgnoreRequest(self.name)
            case "wrong":
                return self.name
            case "later":
                return self._later(same)
        return same

    async def _later(self, same: object) -> object:
        self.said.append(f"{self.name} waited")
        return same

    def process_request(self, request):
        return self._do(self.does[0], None)

    def process_response(self, request, response):
        return self._do(self.does[1], response)

    def process_exception(self, request, exception):
        return self._do(self.does[2], None)


async def came(way, said: list[str], sends: str) -> tuple[str, list[str]]:
    async def send(request: Request) -> Response:
        said.append("sent")
        if sends == "raise":
            raise IgnoreRequest("send")
        return Response(request.url)

    try:
        result = await way.download_async(send, Request(URL))
    except Exception as error:
        kind = "wrong" if "wrong" in " ".join(said) else f"{type(error).__name__} {error}"
        return kind, [*said]
    return f"{type(result).__name__} {result.url}", [*said]


DOES = ("nothing", "answer", "ask", "raise", "wrong", "later")


@pytest.mark.parametrize("sends", ["answer", "raise"])
async def test_it_ends_as_scrapys_own(sends: str) -> None:
    ends = set()
    crawler = Crawler(Spider)
    for does in product(DOES, DOES, ("nothing", "answer", "ask", "raise", "later")):
        found = []
        for own in (False, True):
            said: list[str] = []
            layers = [Layer("first", ("nothing",) * 3, said), Layer("second", does, said)]
            stock = DownloaderMiddlewareManager(*layers, crawler=crawler)
            way = Layers.of(stock) if own else stock
            assert isinstance(way, Layers) is own
            found.append(await came(way, said, sends))
        assert found[0] == found[1], does
        ends.add(found[0][0])
    assert len(ends) > 4, "they end in many ways"


async def test_older_middlewares_go_scrapys_own_way() -> None:
    class Old:
        def process_request(self, request, spider):
            return None

    with pytest.warns(match="requires a spider argument"):
        stock = DownloaderMiddlewareManager(Old(), crawler=Crawler(Spider))
    assert Layers.of(stock) is stock


@pytest.mark.parametrize("meta", [{}, {"dont_merge_cookies": True}, {"cookiejar": 2}])
def test_cookies_are_those_of_scrapys_own(meta: dict[str, object], monkeypatch) -> None:
    # The list of endings of domains would be asked of a public host: `settings` sees to that.
    monkeypatch.setattr("scrapy.downloadermiddlewares.cookies._is_public_domain", lambda _: False)
    asked = [{}, {}, {"cookies": {"of": "request"}}, {"headers": {"Cookie": "given=1"}}, {}]
    given = [{}, {"Set-Cookie": "a=1"}, {}, {"Set-Cookie": "a=; Max-Age=0"}, {"Set-Cookie2": "b=1"}]
    sent = []
    for kind in (StockCookies, CookiesMiddleware):
        jar, sent_by = kind(), []
        for more, headers in zip(asked * 2, given * 2, strict=True):
            request = Request(URL, meta=meta, **more)
            jar.process_request(request)
            sent_by.append(request.headers.get("Cookie"))
            response = Response(URL, headers=headers)
            assert jar.process_response(request, response) is response
        sent.append(sent_by)
    assert sent[0] == sent[1]
    assert (b"a=1; of=request" in sent[0]) is ("dont_merge_cookies" not in meta)
