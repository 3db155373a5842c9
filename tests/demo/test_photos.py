from io import BytesIO

import pytest
from PIL import Image, ImageOps

from scraper.demo.model import Photo
from scraper.demo.photos import photo


def opened(data):
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def test_a_photo_is_the_same_every_time_and_another_for_another_house():
    plain = Photo("1.jpg", "jpeg", 900, 600)
    photo.cache_clear()
    first = photo("1", plain, small=False)
    photo.cache_clear()
    assert photo("1", plain, small=False) == first
    assert photo("2", plain, small=False) != first
    assert opened(first).size == (900, 600)
    assert max(opened(photo("1", plain, small=True)).size) == 320


def test_a_turned_photo_is_upright_by_its_exif_only():
    data = photo("1", Photo("1.jpg", "turned", 900, 600), small=False)
    assert opened(data).size == (600, 900)
    assert ImageOps.exif_transpose(opened(data)).size == (900, 600)


def test_a_png_has_alpha_and_a_short_one_cannot_be_decoded():
    assert opened(photo("1", Photo("1.png", "png", 900, 600), small=False)).mode == "RGBA"
    with pytest.raises(OSError, match="truncated"):
        opened(photo("1", Photo("1.jpg", "truncated"), small=False))


def test_photos_come_in_both_sizes_and_the_missing_one_does_not(site, get):
    for house in site.catalogue.houses.values():
        for one in house.photos[:2]:
            answer = get(site, f"/photo/{house.house_id}/large/{one.name}")
            assert answer.status == (404 if one.kind == "missing" else 200)
            if one.decodable:
                upright = ImageOps.exif_transpose(opened(answer.body))
                assert upright.size == (one.width, one.height)
    assert get(site, f"/photo/{house.house_id}/huge/{one.name}").status == 404
