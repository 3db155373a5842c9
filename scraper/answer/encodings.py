"""A body out of its content encodings: whole, within a size, or a fault.

Each codec's own end mark is what tells a whole body from one that was cut (RFC 1951 3.2.3 and
RFC 1952 2.3.1, RFC 7932 9.2, RFC 8878 3.1.1), so it is looked for while decoding: the body is
decoded once.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Sequence
from typing import Final

import brotli

from scraper.answer.fault import Fault, cut

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MOST: Final = 3
"""Encodings on top of each other that are undone; honest servers use one."""
_NONE: Final = frozenset({"", "identity", "none", "utf-8", "binary"})
"""Names that servers give to no encoding at all."""
_WINDOW: Final = {int(zstd.DecompressionParameter.window_log_max): 23}
"""A frame may not ask for more than 8 MiB of memory (RFC 9659 3)."""

Decoded = tuple[bytes, bool]
"""What came out, no longer than the limit and one byte, and whether the end mark was met."""


def decoded(body: bytes, encodings: Sequence[str], limit: int) -> bytes | Fault:
    """The body without its encodings, which are given in the order they were applied.

    `limit`: bytes that may come out, of each of them. An empty body is its own content.

    >>> decoded(zlib.compress(b"hello"), ["deflate"], 100)
    b'hello'
    >>> decoded(zlib.compress(b"hello")[:-6], ["deflate"], 100).reason
    'truncated: the deflate data end in the middle'
    """
    names = [name for name in (one.strip().lower() for one in encodings) if name not in _NONE]
    if len(names) > MOST:
        return Fault(f"encoded {len(names)} times ({', '.join(names[:4])}, ...)")
    for name in reversed(names if body else []):
        codec = _CODECS.get(name)
        if codec is None:
            return Fault(f"the content encoding {name[:40]!r} is unknown")
        try:
            body, ended = codec(body, limit)
        except (zlib.error, brotli.error, zstd.ZstdError) as error:
            return Fault(f"garbled: the body is no {name} data ({error})", passing=True)
        if len(body) > limit:
            return too_large(limit, f"when its {name} is undone")
        if not ended:
            return cut(f"the {name} data end in the middle")
    return body


def too_large(limit: int, when: str) -> Fault:
    """The fault of a body beyond a number of bytes.

    >>> too_large(8 * 2**20, "on its way").reason
    'too large: more than 8.0 MiB on its way'
    """
    return Fault(f"too large: more than {limit / 2**20:.1f} MiB {when}")


def _gunzip(data: bytes, limit: int) -> Decoded:
    """All members of a gzip file, their checksums compared; what follows them is padding."""
    found = b""
    while True:
        member = zlib.decompressobj(wbits=31)
        found += member.decompress(data, limit + 1 - len(found))
        data = member.unused_data
        if not member.eof or len(found) > limit or not data.startswith(b"\x1f\x8b"):
            return found, member.eof


def _inflate(data: bytes, limit: int) -> Decoded:
    """With the frame of RFC 1950, or without, as some servers send it."""
    try:
        stream = zlib.decompressobj()
        found = stream.decompress(data, limit + 1)
    except zlib.error:
        stream = zlib.decompressobj(wbits=-15)
        found = stream.decompress(data, limit + 1)
    return found, stream.eof


def _unbrotli(data: bytes, limit: int) -> Decoded:
    stream = brotli.Decompressor()
    parts = [stream.process(data, output_buffer_limit=limit + 1)]
    size = len(parts[0])
    while parts[-1] and size <= limit and not stream.is_finished():
        parts.append(stream.process(b"", output_buffer_limit=limit + 1 - size))
        size += len(parts[-1])
    return b"".join(parts), stream.is_finished()


def _unzstd(data: bytes, limit: int) -> Decoded:
    """All frames, one after the other."""
    found = b""
    while True:
        frame = zstd.ZstdDecompressor(options=_WINDOW)
        found += frame.decompress(data, limit + 1 - len(found))
        if not frame.eof or len(found) > limit or not frame.unused_data:
            return found, frame.eof
        data = frame.unused_data


_CODECS: Final[dict[str, Callable[[bytes, int], Decoded]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
ACCEPTED: Final = "gzip, deflate, br, zstd"
"""The encodings that a server is told of (`Accept-Encoding`)."""
