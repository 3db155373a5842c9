"""A picture becomes the same row, or is refused in the same words, with simplejpeg and without."""

from __future__ import annotations

import random
import sys
from dataclasses import asdict
from functools import partial
from importlib.util import find_spec
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from scraper.photos import codec
from scraper.photos.downsample import downsample
from scraper.photos.reasons import PhotoError

needed = pytest.mark.skipif(find_spec("simplejpeg") is None, reason="simplejpeg is not installed")


@pytest.fixture(autouse=True)
def asked_anew():
    codec.installed.cache_clear()
    yield
    codec.installed.cache_clear()


@pytest.fixture
def both(monkeypatch):
    """What becomes of bytes with the library, and without it."""

    def made(data: bytes):
        codec.installed.cache_clear()
        assert codec.installed() is not None
        having = said(data)
        with monkeypatch.context() as away:
            away.setitem(sys.modules, "simplejpeg", None)
            codec.installed.cache_clear()
            assert codec.installed() is None
            lacking = said(data)
        codec.installed.cache_clear()
        return having, lacking

    return made


def said(data):
    try:
        return asdict(downsample(data, size=80))
    except PhotoError as error:
        return error.reason


def taken(data, size=None):
    """The pixels that the library decodes, where it is asked."""
    with Image.open(BytesIO(data)) as image:
        if size:
            image.draft(None, size)
        pixels = codec.decoded(data, image)
        if pixels is not None:
            assert np.array_equal(pixels.ravel(), np.asarray(image).ravel())
        return pixels


@needed
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("size", [(701, 469), (401, 301), (97, 131), (17, 9), (8, 1)])
def test_a_photo_of_every_usual_kind(encoded, both, size, subsampling, progressive):
    data = encoded(*size, subsampling=subsampling, progressive=progressive)

    assert taken(data) is not None
    assert taken(data, tuple(max(1, side // 2) for side in size)) is not None
    with_it, without = both(data)
    assert with_it == without
    assert with_it["original_width"] == size[0]


@needed
@pytest.mark.parametrize("how", [{"mode": "L"}, {"keep_rgb": True}, {"restart_marker_rows": 1}])
def test_grey_colours_kept_as_they_are_and_restarts(encoded, both, how):
    data = encoded(401, 301, **how)

    assert taken(data) is not None
    with_it, without = both(data)
    assert with_it == without


@needed
@pytest.mark.parametrize("turn", range(2, 9))
def test_orientation(encoded, both, turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    with_it, without = both(encoded(401, 300, exif=exif))

    assert with_it == without
    assert (with_it["width"] < with_it["height"]) == (turn > 4)


@needed
def test_a_profile_and_bytes_after_the_end(encoded, both):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for data in (encoded(300, 200, icc_profile=profile), encoded(300, 200) + b"<?php echo 1;" * 99):
        assert taken(data) is not None
        with_it, without = both(data)
        assert with_it == without


@needed
@pytest.mark.parametrize(
    "how",
    [
        {"width": 200, "mode": "CMYK"},
        {"width": 200, "kind": "PNG"},
        {"width": 200, "kind": "PNG", "mode": "P"},
        {"width": 200, "kind": "WEBP"},
        {"width": 7, "height": 5},
    ],
)
def test_what_is_left_to_pillow(encoded, both, how):
    data = encoded(**how)

    assert taken(data) is None
    with_it, without = both(data)
    assert with_it == without


@needed
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95, 0.999])
def test_part_of_a_photo_is_refused_in_the_same_words(encoded, both, part, progressive):
    data = encoded(501, 369, progressive=progressive)
    with_it, without = both(data[: int(len(data) * part)])

    assert with_it == without
    assert with_it.startswith(("damaged", "not a picture"))


@needed
def test_damage_anywhere_ends_the_same_way(encoded, both):
    whole, chance = encoded(240, 180, progressive=True), random.Random(5)
    ends = []
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(2, len(data))] = chance.randrange(256)
        with_it, without = both(bytes(data))
        assert with_it == without
        ends.append(isinstance(with_it, str))
    assert True in ends
    assert False in ends


@needed
@pytest.mark.parametrize("claimed", [(13_000, 13_000), (6000, 6000), (10, 10)])
def test_a_file_that_claims_another_size(encoded, both, claimed):
    data = bytearray(encoded(200, 150))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = claimed[1].to_bytes(2) + claimed[0].to_bytes(2)
    with_it, without = both(bytes(data))

    assert with_it == without
    if claimed[0] > 10_000:
        assert with_it.startswith("too large: 13000 x 13000")


@needed
def test_pixels_go_no_further_than_the_size_that_pillow_read(encoded):
    with Image.open(BytesIO(encoded(64, 48))) as image:
        assert codec.decoded(encoded(640, 480), image) is None
        assert codec.decoded(encoded(32, 24), image) is None
        assert codec.decoded(encoded(64, 48), image) is not None


@needed
def test_a_decoder_with_other_pixels_is_not_taken():
    from simplejpeg import decode_jpeg

    assert codec.same_pixels(partial(decode_jpeg, fastdct=False, fastupsample=False))
    assert not codec.same_pixels(partial(decode_jpeg, fastupsample=True))


def test_without_the_library_pillow_decodes(encoded, monkeypatch):
    monkeypatch.setitem(sys.modules, "simplejpeg", None)

    assert codec.installed() is None
    assert taken(encoded(64, 48)) is None
    assert downsample(encoded()).width == 320
