"""Settings that cannot be used end a command in one line, which shows no password."""

import pytest

from scraper.demo.bans import Ban
from scraper.egress.open import open_backend
from scraper.egress.options import Options
from scraper.errors import SettingError

CANARY = "c4n4ry"


@pytest.mark.parametrize(
    "egress",
    [
        "tor",
        "direct:x",
        "ec2:x",
        "addresses",
        "addresses:",
        "addresses:1.2.3",
        "addresses:192.0.2.1",
        "addresses:127.0.0.2,127.0.0.2",
        "proxies:/no/such/file",
        f"proxies:http://me:{CANARY}@127.0.0.1:1",
        "proxies:env:NOT_SET_ANYWHERE",
        "proxies:env:LISTED",
        f"gateway:ftp://me:{CANARY}@127.0.0.1:1",
        f"ec2-pool:{CANARY}",
    ],
)
def test_a_wrong_value_is_named_without_what_is_secret(egress, monkeypatch) -> None:
    monkeypatch.setenv("LISTED", f"socks4://me:{CANARY}@127.0.0.1:1")
    with pytest.raises(SettingError) as told:
        open_backend(Options.from_settings({"EGRESS": egress}))
    assert CANARY not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EGRESS_ROTATIONS_PER_HOUR", "-1"),
        ("EGRESS_ROTATIONS_PER_HOUR", "many"),
        ("EGRESS_REST", "0"),
        ("EGRESS_REST", "nan"),
        ("EGRESS_PATIENCE", "-1"),
    ],
)
def test_a_wrong_number_is_named(name, value) -> None:
    with pytest.raises(SettingError, match=name):
        Options.from_settings({name: value})


def test_a_list_of_proxies_is_checked_before_a_crawl_starts(tmp_path) -> None:
    listed = tmp_path / "proxies.txt"
    listed.write_text(f"http://me:{CANARY}@127.0.0.1:1\nhttp://you:{CANARY}@127.0.0.1:1\n")
    with pytest.raises(SettingError, match="twice") as told:
        open_backend(Options.from_settings({"EGRESS": f"proxies:{listed}"}))
    assert CANARY not in str(told.value)
    assert CANARY not in repr(open_backend(Options.from_settings(
        {"EGRESS": "proxies:" + str(one_line(tmp_path))})).addresses())  # fmt: skip


def one_line(folder):
    path = folder / "one.txt"
    path.write_text(f"socks5h://me:{CANARY}@proxy.example\n")
    return path


@pytest.mark.parametrize("text", ["", "x", "4:404", "4:403:soon", "-1:403"])
def test_a_wrong_ban_is_refused(text) -> None:
    with pytest.raises(ValueError, match=r"PAGES|soon"):
        Ban.parse(text)


def test_a_gateway_names_each_session_anew(monkeypatch) -> None:
    monkeypatch.setenv("GATE", f"socks5://u-{{session}}:{CANARY}@127.0.0.1:1080")
    gateway = open_backend(Options.from_settings({"EGRESS": "gateway:env:GATE"}))
    assert CANARY not in repr(Options.from_settings({"EGRESS": f"gateway:http://u:{CANARY}@h:1"}))
    (first,) = gateway.addresses()
    second = gateway.exchange(first)
    assert [first.name, second.name] == ["127.0.0.1:1080#1", "127.0.0.1:1080#2"]
    users = [one.proxy.user for one in (first, second)]
    assert len(set(users)) == 2
    assert all(user.startswith("u-") and "{" not in user for user in users)
    assert CANARY not in repr((first, second))
