from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from scraper.photos import lanczos
from scraper.photos.lanczos import bands, shrunk, square

TURNED = Image.Transpose.TRANSPOSE


def difference(one, other):
    return np.abs(np.asarray(one, int) - np.asarray(other, int))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(
    ("full", "small"),
    [((768, 512), (320, 213)), ((641, 97), (320, 48)), ((40, 30), (32, 24)), ((9000, 3), (320, 1))],
)
def test_it_is_pillows_lanczos_with_columns_first(scene, mode, full, small):
    image = scene(*full).convert(mode)
    pillow = image.transpose(TURNED).resize(small[::-1], Image.Resampling.LANCZOS).transpose(TURNED)
    apart = difference(shrunk(image, small, None), pillow)

    assert apart.max() <= 1
    assert apart.mean() < 0.1


def test_another_filter_is_told_from_it(scene):
    image = scene(768, 512)
    rougher = image.resize((320, 213), Image.Resampling.BICUBIC)

    assert difference(shrunk(image, (320, 213), None), rougher).max() > 1


def test_a_box_that_ends_inside_a_pixel_is_pillows(scene):
    image, box = scene(801, 601), (0, 0, 800.5, 600.5)
    turned_box = (0, 0, 600.5, 800.5)
    pillow = image.transpose(TURNED).resize((240, 320), Image.Resampling.LANCZOS, box=turned_box)

    assert difference(shrunk(image, (320, 240), box), pillow.transpose(TURNED)).max() <= 1
    whole = shrunk(image, (320, 240), None)
    assert difference(whole, pillow.transpose(TURNED)).max() > 1


def test_the_order_of_adding_changes_nothing(scene):
    pixels = np.asarray(scene(768, 512)).reshape(512, -1)
    for band in bands(512, 0, 512, 213, 8):
        part = pixels[band.first : band.last].astype(np.float32)
        backwards = band.weights[:, ::-1] @ part[::-1]

        assert np.array_equal(band.weights @ part, backwards)
        assert np.array_equal(backwards, band.weights.astype(float) @ part.astype(float))


@pytest.mark.parametrize("limit", ["_NEAR", "_ROOM"])
def test_a_picture_too_large_for_one_piece_comes_out_the_same(scene, monkeypatch, limit):
    image = scene(640, 480)
    whole = shrunk(image, (320, 240), None)
    monkeypatch.setattr(lanczos, limit, 320 * 50)

    assert shrunk(image, (320, 240), None) == whole


@pytest.mark.parametrize("full", [(320, 213), (97, 131), (20, 9), (1, 1)])
def test_a_square_is_pillows_with_rows_first(scene, full):
    grey = scene(*full).convert("L")
    pillow = grey.resize((32, 32), Image.Resampling.LANCZOS)

    assert difference(square(np.asarray(grey), 32), pillow).max() <= 1


def test_a_plain_picture_stays_plain():
    image = Image.new("RGB", (1000, 700), (1, 128, 255))

    assert shrunk(image, (320, 224), None).getcolors() == [(320 * 224, (1, 128, 255))]


def test_a_small_picture_is_a_file_that_others_read(scene):
    data = BytesIO()
    shrunk(scene(640, 480), (320, 240), None).save(data, "JPEG")

    assert Image.open(data).size == (320, 240)
