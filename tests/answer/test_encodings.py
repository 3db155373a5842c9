"""Bodies out of their encodings: whole, within the size, or a fault that says why."""

import gzip
import zlib

import brotli
import pytest
from backports import zstd

from scraper.answer.encodings import decoded
from scraper.answer.fault import Fault

TEXT = b"".join(b"<p>house %d costs %d</p>" % (n, n * n * 7919) for n in range(400))
PACK = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}
PACK |= {"zstd": zstd.compress, "x-gzip": gzip.compress}
LIMIT = 2**20


@pytest.mark.parametrize("name", PACK)
def test_a_whole_body_comes_out(name: str) -> None:
    assert decoded(PACK[name](TEXT), [name], LIMIT) == TEXT
    assert decoded(PACK[name](TEXT), [f" {name.upper()} "], len(TEXT)) == TEXT


@pytest.mark.parametrize("name", PACK)
def test_a_body_cut_anywhere_is_a_fault(name: str) -> None:
    packed = PACK[name](TEXT)
    for end in [*range(1, len(packed), 37), len(packed) - 1]:
        fault = decoded(packed[:end], [name], LIMIT)
        assert isinstance(fault, Fault), end
        assert fault.passing
        assert fault.reason.startswith(("truncated: ", "garbled: "))


@pytest.mark.parametrize("name", PACK)
def test_a_body_beyond_the_limit_is_a_fault(name: str) -> None:
    fault = decoded(PACK[name](TEXT), [name], len(TEXT) - 1)
    assert isinstance(fault, Fault)
    assert not fault.passing
    assert "too large" in fault.reason


def test_a_changed_byte_is_a_fault() -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[-5] ^= 1
    fault = decoded(bytes(packed), ["gzip"], LIMIT)
    assert isinstance(fault, Fault)
    assert "garbled" in fault.reason


def test_a_frame_that_asks_for_much_memory_is_a_fault() -> None:
    wide = {zstd.CompressionParameter.window_log: 27}
    stream = zstd.ZstdCompressor(options=wide)
    packed = stream.compress(TEXT) + stream.flush()
    assert zstd.decompress(packed) == TEXT
    fault = decoded(packed, ["zstd"], LIMIT)
    assert isinstance(fault, Fault)


def test_encodings_on_each_other() -> None:
    twice = brotli.compress(gzip.compress(TEXT))
    assert decoded(twice, ["gzip", "br"], LIMIT) == TEXT
    assert isinstance(decoded(twice, ["br", "gzip"], LIMIT), Fault)
    assert isinstance(decoded(TEXT, ["gzip"] * 4, LIMIT), Fault)


@pytest.mark.parametrize("name", ["identity", "", "none", "utf-8"])
def test_names_for_no_encoding(name: str) -> None:
    assert decoded(TEXT, [name], LIMIT) == TEXT


def test_odd_but_whole_bodies() -> None:
    assert decoded(b"", ["gzip"], LIMIT) == b""
    assert decoded(zlib.compress(TEXT)[2:-4], ["deflate"], LIMIT) == TEXT
    members = gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:])
    assert decoded(members + b"\0\0\0", ["gzip"], LIMIT) == TEXT
    frames = zstd.compress(TEXT[:99]) + zstd.compress(TEXT[99:])
    assert decoded(frames, ["zstd"], LIMIT) == TEXT
