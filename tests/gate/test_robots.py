"""The rules of RFC 9309, section by section, on files written for the purpose."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from scraper.gate.robots import Rate, Rules, product_token

HOST = "http://homes.example"


def allowed(robots: str, path: str, token: str = "housecrawl") -> bool:
    return Rules.parse(robots.encode()).verdict(token, HOST + path).allowed


@pytest.mark.parametrize(
    ("robots", "expected"),
    [
        ("User-agent: housecrawl\nDisallow: /", False),
        ("User-agent: HouseCrawl\nDisallow: /", False),
        ("USER-AGENT: housecrawl\nDISALLOW: /", False),
        ("User-agent: housecrawl/2.0\nDisallow: /", False),
        ("User-agent: housecrawler\nDisallow: /", True),
        ("User-agent: house\nDisallow: /", True),
        ("User-agent: example\nDisallow: /", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: housecrawl\nDisallow:", True),
        ("User-agent: housecrawl\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: housecrawl\nAllow: /h\n\nUser-agent: housecrawl\nDisallow: /", False),
        ("User-agent: other\nUser-agent: housecrawl\nDisallow: /", False),
        ("User-agent: other\nDisallow: /x\nUser-agent: housecrawl\nAllow: /", True),
        ("Disallow: /\nUser-agent: *\nAllow: /x", True),
        ("User-agent: other\nDisallow: /", True),
    ],
)
def test_2_2_1_the_group_of_the_product_token(robots: str, expected: bool) -> None:
    assert allowed(robots, "/a") is expected


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ("Disallow: /a", "/abc", False),
        ("Disallow: /a", "/A", True),
        ("Disallow: /a/", "/a", True),
        ("Disallow:", "/a", True),
        ("Allow: /a/b\nDisallow: /a", "/a/b/c", True),
        ("Disallow: /a/b\nAllow: /a", "/a/b/c", False),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Allow: /*.html\nDisallow: /houses/", "/houses/1.html", False),
        ("Disallow: /?where=", "/?where=x", False),
        ("Disallow: /caf\u00e9", "/caf%c3%a9", False),
        ("Disallow: /caf%C3%A9", "/caf\u00e9", False),
        ("Disallow: /%62%61z", "/baz", False),
        ("Disallow: /baz", "/%62az", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /a%2fb", "/a%2Fb", False),
        ("Disallow: /", "/robots.txt", True),
    ],
)
def test_2_2_2_the_most_specific_rule_decides(rules: str, path: str, expected: bool) -> None:
    assert allowed(f"User-agent: *\n{rules}", path) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/*.php", "/a.php?x", False),
        ("/*.php$", "/a.php?x", True),
        ("/*.php$", "/a.php", False),
        ("/a*z", "/a/b/z/c", False),
        ("/a*z$", "/a/z/b", True),
        ("/a*b*b", "/ab", True),
        ("/a*a$", "/a", True),
        ("*/private", "/x/private", False),
        ("/$", "/", False),
        ("/$", "/a", True),
        ("/a$b", "/a$b", False),
        ("/a**b", "/ab", False),
    ],
)
def test_2_2_3_special_characters(pattern: str, path: str, expected: bool) -> None:
    assert allowed(f"User-agent: *\nDisallow: {pattern}", path) is expected


ELSE_WRONG = [
    ("User-agent: housecrawl\nNoise: 7\nUser-agent: *\nDisallow: /", "housecrawl", "/a", False),
    ("User-agent: HOUSECRAWL tester\nDisallow: /", "housecrawl", "/a", False),
    ("User-agent: housecrawl tester\nDisallow: /", "HouseCrawl", "/a", False),
    ("User-agent: HouseCrawl Tester\nDisallow: /", "housecrawl", "/a", False),
    ("User-agent: *\nDisallow: /\nUser-agent: housecrawl x\nAllow: /a", "housecrawl", "/a", True),
    ("User-agent: *\nDisallow: /\nUser-agent: our bot\nAllow: /a", "our bot", "/a", False),
    ("User-agent: *\nDisallow: /\nAllow: /h/\u5bb6", "housecrawl", "/h/\u5bb6", False),
    ("User-agent: *\nDisallow: /\nAllow: /h/%E5%AE%B6", "housecrawl", "/h/\u5bb6", False),
    ("User-agent: *\nDisallow: /\nAllow: /h/%61%62", "housecrawl", "/h/ab", False),
]
"""Unknown lines, names up to the first space, spellings of an `Allow`: as Google reads them."""


@pytest.mark.parametrize(("robots", "token", "path", "expected"), ELSE_WRONG)
def test_where_protego_reads_otherwise(robots, token, path, expected: bool) -> None:
    """With its answer as the control: each case tells the two apart."""
    assert allowed(robots, path, token) is expected
    assert Protego.parse(robots).can_fetch(HOST + path, token) is not expected


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\n", " # a word\n", "\t \n"])
def test_2_2_lines_and_comments(end: str) -> None:
    robots = end.join(("User-agent :  * ", "# none", "  Disallow:/a", ""))
    assert not allowed(robots, "/a")


def test_2_2_4_other_records_do_not_end_a_group() -> None:
    robots = "User-agent: other\nSitemap: /map.xml\nUser-agent: *\nFoo: bar\nDisallow: /"
    assert not allowed(robots, "/a", "other")
    assert Rules.parse(robots.encode()).sitemaps == ("/map.xml",)


def test_2_5_what_is_beyond_the_limit_is_not_read() -> None:
    start, rule = b"User-agent: *\nDisallow: /a\n", b"Disallow: /other"
    filled = start + b"#" * (500 * 1024 - len(start) - 5) + b"\n"
    rules = Rules.parse(filled + rule)
    assert not rules.verdict("housecrawl", HOST + "/a").allowed
    assert rules.verdict("housecrawl", HOST + "/other").allowed
    assert rules.verdict("housecrawl", HOST + "/o").allowed


def test_the_rule_that_decided_is_named() -> None:
    rules = Rules.parse(b"User-agent: *\nDisallow: /caf\xc3\xa9 # closed\n", "http://h.example")
    verdict = rules.verdict("housecrawl", HOST + "/caf%C3%A9")
    assert verdict.rule == "http://h.example line 2: Disallow: /caf\u00e9"
    assert verdict.reason == f"disallowed by {verdict.rule}"
    assert rules.verdict("housecrawl", HOST + "/a").rule == "http://h.example: no rule"


@pytest.mark.parametrize(
    ("line", "delay", "rate"),
    [
        ("Crawl-delay: 2.5", 2.5, None),
        ("Crawl-delay: soon", None, None),
        ("Crawl-delay: -1", None, None),
        ("Crawl-delay: inf", None, None),
        ("Crawl-delay: 1\nCrawl-delay: 3", 3, None),
        ("Request-rate: 1/5", None, Rate(1, 5)),
        ("Request-rate: 30/1m 0600-0845", None, Rate(30, 60)),
        ("Request-rate: 0/5", None, None),
        ("Request-rate: 1/10s\nRequest-rate: 1/5", None, Rate(1, 10)),
    ],
)
def test_delay_and_rate(line: str, delay: float | None, rate: Rate | None) -> None:
    rules = Rules.parse(f"User-agent: *\n{line}\nDisallow: /x".encode())
    assert rules.crawl_delay("housecrawl") == delay
    assert rules.request_rate("housecrawl") == rate


def test_a_delay_counts_for_the_agents_above_it() -> None:
    robots = b"User-agent: slurp\nCrawl-delay: 60\n\nUser-agent: *\nDisallow: /x\nCrawl-delay: 2"
    rules = Rules.parse(robots)
    assert rules.crawl_delay("housecrawl") == 2
    assert rules.crawl_delay("slurp") == 60


@pytest.mark.parametrize(
    ("lines", "path", "expected"),
    [
        ("Content-Usage: / train-ai=n", "/a", ("train-ai=n",)),
        ("Content-Usage: train-ai=n", "/a", ("train-ai=n",)),
        ("Content-Usage: / train-ai=n\nContent-Usage: /ok/ train-ai=y", "/ok/1", ("train-ai=y",)),
        ("Content-Usage: / train-ai=n\nContent-Usage: /ok/ train-ai=y", "/no", ("train-ai=n",)),
        ("Content-Usage: /*.jpg$ train-ai=n", "/a.jpg", ("train-ai=n",)),
        ("Content-Usage: /a%62 x=n\nContent-Usage: /ab x=y", "/ab", ("x=n", "x=y")),
        ("Content-Usage: /a", "/a", ("",)),
        ("Content-Usage:", "/a", ("",)),
        ("Disallow: /b", "/a", ()),
    ],
)
def test_the_preference_with_the_longest_path_counts(lines, path, expected) -> None:
    robots = f"User-agent: *\n{lines}\nAllow: /".encode()
    assert Rules.parse(robots).usage("housecrawl", HOST + path) == expected


def test_preferences_are_those_of_our_group() -> None:
    robots = b"User-agent: *\nContent-Usage: / x=n\nUser-agent: housecrawl\nContent-Usage: / x=y"
    assert Rules.parse(robots).usage("housecrawl", HOST + "/a") == ("x=y",)


@pytest.mark.parametrize(
    ("agent", "token"),
    [
        ("housecrawl/0.1 (+https://bot.example/x)", "housecrawl"),
        ("house_crawl-x", "house_crawl-x"),
        ("", ""),
        ("(odd)", ""),
    ],
)
def test_product_token(agent: str, token: str) -> None:
    assert product_token(agent) == token


@given(st.binary(max_size=400), st.text(max_size=60))
def test_no_file_and_no_address_breaks_the_parser(body: bytes, path: str) -> None:
    rules = Rules.parse(b"User-agent: *\n" + body + b"\nUser-agent: *\nDisallow: /private/\n")
    rules.verdict("housecrawl", HOST + "/" + path)
    rules.crawl_delay("housecrawl")
    rules.request_rate("housecrawl")


def test_a_hostile_file_costs_little() -> None:
    """Many groups with many rules, and patterns that would make a backtracking matcher hang."""
    agents = b"".join(b"User-agent: a%s\n" % bytes([97 + n % 26]) * 3 for n in range(4000))
    rules = Rules.parse(b"User-agent: *\n" + agents + b"Disallow: /a\n" * 15000)
    assert not rules.verdict("housecrawl", HOST + "/a").allowed
    stars = Rules.parse(b"User-agent: *\nDisallow: /" + b"*a" * 5000 + b"b$\n")
    assert stars.verdict("housecrawl", HOST + "/" + "a" * 20000).allowed


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("/" + "*a" * 5000, "/" + "a" * 200_000 + "b"),
        ("/" + "a*" * 5000 + "$", "/" + "ab" * 100_000),
        ("/x" * 200_000, "/x" * 200_001),
        ("/%" * 100_000, "/%25" * 100_000),
    ],
)
def test_no_rule_makes_matching_slow(rule: str, path: str) -> None:
    began = time.process_time()
    rules = Rules.parse(f"User-agent: *\nDisallow: {rule}\n".encode())
    rules.verdict("housecrawl", f"http://h.example{path}")
    Rules.parse(b"User-agent: *\nDisallow: " + b"/" * 100_000_000)
    assert time.process_time() - began < 2


def test_a_regular_expression_of_such_a_rule_is_slow() -> None:
    """The control: what a matcher that goes back makes of it."""
    stars, text = 5, "/" + "a" * 80
    began = time.process_time()
    assert re.match("/" + ".*a" * stars + "b$", text) is None
    backtracking = time.process_time() - began
    began = time.process_time()
    assert allowed("User-agent: *\nDisallow: /" + "*a" * stars + "b$\n", text)
    assert backtracking > 20 * (time.process_time() - began)
