"""Certificates are looked at, and http and https are two hosts to robots.txt."""

CLOSED = b"User-agent: *\nDisallow: /private/"
VERIFY = {"DOWNLOAD_VERIFY_CERTIFICATES": True, "BACK_OFF": 0.01, "LOG_LEVEL": "CRITICAL"}


def test_a_certificate_that_nobody_trusts_is_not_taken(house, crawl, certificate) -> None:
    """With two controls: the same server for who trusts it, and stock Scrapy, which takes any."""
    stranger, trusted, lax = (house(b"", tls=certificate("127.0.0.1")) for _ in range(3))
    wrong = house(b"", tls=certificate("another.example"))

    def one(server, settings) -> dict[str, object]:
        return {"urls": [server.url("/a")], "own": [server.own], "settings": settings}

    crawl(one(stranger, VERIFY), one(lax, {**VERIFY, "DOWNLOAD_VERIFY_CERTIFICATES": False}))
    crawl(one(trusted, VERIFY), one(wrong, VERIFY), env={"SSL_CERT_FILE": certificate.authority})
    assert stranger.log == wrong.log == []
    assert trusted.asked() == lax.asked() == ["/robots.txt", "/a"]


def test_http_and_https_of_a_host_have_rules_of_their_own(house, crawl, certificate) -> None:
    """One name, http open and https closed; the scheme, not the host, is what differs."""
    free = house(b"")
    closed = house(CLOSED, tls=certificate("127.0.0.1"))
    urls = [free.url("/private/1"), closed.url("/private/1"), closed.url("/free")]
    own = [free.own, closed.own]
    env = {"SSL_CERT_FILE": certificate.authority}
    (said,) = crawl({"urls": urls, "own": own, "settings": VERIFY}, env=env)
    assert free.asked() == ["/robots.txt", "/private/1"]
    assert closed.asked() == ["/robots.txt", "/free"]
    assert said["got"][urls[1]].startswith("RequestDenied")


def test_rules_by_name_alone_would_leak(house, crawl, certificate) -> None:
    """Negative control: the rules of one port stand for the other, and for https."""
    free, port = house(b""), house(CLOSED)
    secure = house(CLOSED, tls=certificate("127.0.0.1"))
    servers = free, port, secure
    wanted = {
        "urls": [server.url("/private/1") for server in servers],
        "own": [server.own for server in servers],
        "settings": {**VERIFY, "CONCURRENT_REQUESTS": 1},
        "by_name": True,
    }
    crawl(wanted, env={"SSL_CERT_FILE": certificate.authority})
    assert free.asked() == ["/robots.txt", "/private/1"]
    assert port.asked() == secure.asked() == ["/private/1"]
