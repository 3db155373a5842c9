from __future__ import annotations

import imagehash
import pytest
from PIL import Image, ImageEnhance

from scraper.photos.perceptual import perceptual_hash


@pytest.mark.parametrize("turn", range(0, 360, 15))
def test_it_is_the_hash_that_others_compute(scene, turn):
    image = scene(320, 240).rotate(turn)

    assert perceptual_hash(image) == str(imagehash.phash(image))


def test_plain_pictures_have_one_hash():
    found = {perceptual_hash(Image.new("RGB", (90, 70), colour)) for colour in ("red", "#777")}

    assert len(found) == 1


def test_light_changes_little_and_another_picture_much(scene):
    image = scene(320, 240)
    lighter = ImageEnhance.Brightness(image).enhance(1.1)

    assert apart(image, lighter) <= 6
    assert apart(image, image.rotate(90, expand=True)) > 10


def apart(one, other):
    return (int(perceptual_hash(one), 16) ^ int(perceptual_hash(other), 16)).bit_count()
