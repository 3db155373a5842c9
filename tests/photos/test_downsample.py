from __future__ import annotations

from hashlib import sha256
from io import BytesIO

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageCms

from scraper.photos.downsample import downsample


def psnr(one, other):
    difference = np.asarray(one, float) - np.asarray(other, float)
    return 10 * np.log10(255**2 / max(np.mean(difference**2), 1e-9))


@pytest.mark.parametrize(
    ("full", "stored"),
    [
        ((1024, 681), (320, 213)),
        ((681, 1024), (213, 320)),
        ((320, 240), (320, 240)),
        ((200, 100), (200, 100)),
        ((3000, 7), (320, 1)),
        ((1, 1), (1, 1)),
    ],
)
def test_the_longer_side_fits_and_nothing_is_enlarged(encoded, small, full, stored):
    photo = downsample(encoded(*full))

    assert (photo.width, photo.height) == stored == small(photo.image).size
    assert (photo.original_width, photo.original_height) == full


def test_size_and_quality_are_obeyed(encoded, small):
    data = encoded()
    good, poor = downsample(data, size=100, quality=90), downsample(data, size=100, quality=20)

    assert small(good.image).size == (100, 75)
    assert len(good.image) > len(poor.image)


def test_what_is_remembered_of_the_download(encoded):
    data = encoded()
    photo = downsample(data)

    assert photo.original_bytes == len(data)
    assert photo.sha256 == sha256(data).hexdigest()
    assert int(photo.phash, 16) < 1 << 64
    assert len(photo.phash) == 16


def test_the_perceptual_hash_outlives_recompression_and_not_another_picture(encoded, scene):
    one, again = downsample(encoded()), downsample(encoded(kind="WEBP", quality=50))
    other = BytesIO()
    scene(640, 480).rotate(90).save(other, "JPEG")

    assert distance(one, again) <= 6
    assert distance(one, downsample(other.getvalue())) > 10


def distance(one, other):
    return imagehash.hex_to_hash(one.phash) - imagehash.hex_to_hash(other.phash)


@pytest.mark.parametrize("side", [1280, 1536, 1601, 2049])
def test_the_short_way_is_as_good_as_the_long_one(encoded, small, side):
    data = encoded(side, side * 2 // 3)
    photo = downsample(data, quality=95)
    size = (photo.width, photo.height)
    full = Image.open(BytesIO(data)).resize(size, Image.Resampling.LANCZOS)
    rough = Image.open(BytesIO(data))
    rough.draft("RGB", size)

    assert psnr(small(photo.image), again(full)) > 45
    assert psnr(again(rough.resize(size, Image.Resampling.BILINEAR)), again(full)) < 45


def again(image):
    """A picture after the same loss as a stored one."""
    data = BytesIO()
    image.save(data, "JPEG", quality=95)
    return Image.open(data)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_is_stored_upright(scene, small, turn):
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = scene(800, 600)
    if turn in back:
        lying = lying.transpose(back[turn])
    exif = Image.Exif()
    exif[0x0112] = turn
    data = BytesIO()
    lying.save(data, "JPEG", quality=95, exif=exif)
    photo = downsample(data.getvalue())

    red, _, blue = small(photo.image).getpixel((20, 20))
    assert (photo.original_width, photo.original_height) == (800, 600)
    assert small(photo.image).size == (320, 240)
    assert red > 190 > 80 > blue


def test_nothing_of_the_metadata_is_kept(encoded):
    exif = Image.Exif()
    exif[0x013B] = "Jane Roe"
    exif.get_ifd(0x8825)[1] = "N"
    data = encoded(exif=exif, comment=b"Jane Roe was here", xmp=b"<x>Jane Roe</x>")
    assert data.count(b"Jane Roe") == 3

    assert b"Jane Roe" not in downsample(data).image


def test_broken_exif_does_not_cost_the_photo(encoded):
    data = encoded(exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff" * 20)

    assert downsample(data).width == 320


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_every_usual_format_is_read(encoded, small, kind):
    photo = downsample(encoded(kind=kind))

    red, _, blue = small(photo.image).getpixel((20, 20))
    assert (photo.width, photo.height) == (320, 240)
    assert red > 180 > 90 > blue


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("L", "JPEG"), ("CMYK", "JPEG"), ("1", "PNG"), ("P", "PNG"), ("LA", "PNG"), ("RGBA", "PNG")],
)
def test_every_kind_of_pixel_is_read(encoded, small, mode, kind):
    assert small(downsample(encoded(mode=mode, kind=kind)).image).size == (320, 240)


def test_ink_keeps_its_colour(encoded, small):
    red, _, blue = small(downsample(encoded(mode="CMYK")).image).getpixel((20, 20))

    assert red > 180 > 90 > blue


def test_sixteen_bits_keep_their_shades(small):
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (256, 1))
    data = BytesIO()
    Image.fromarray(ramp).save(data, "PNG")
    stored = small(downsample(data.getvalue()).image)

    assert stored.getpixel((128, 128))[0] == pytest.approx(128, abs=3)
    assert stored.getpixel((30, 128))[0] == pytest.approx(30, abs=3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_lies_on_white(small, kind):
    data = BytesIO()
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(data, kind)

    assert min(small(downsample(data.getvalue()).image).getpixel((100, 100))) > 250


def test_a_transparent_palette_lies_on_white(small):
    data = BytesIO()
    Image.new("P", (400, 400), 0).save(data, "PNG", transparency=0)

    assert min(small(downsample(data.getvalue()).image).getpixel((100, 100))) > 250


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_picture_is_taken(scene, small, kind):
    data = BytesIO()
    second = Image.new("RGB", (640, 480), "blue")
    scene(640, 480).save(data, kind, save_all=True, append_images=[second], duration=99)
    red, _, blue = small(downsample(data.getvalue()).image).getpixel((20, 20))

    assert red > 180 > 90 > blue


def test_a_wide_profile_is_turned_to_srgb(encoded, small):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = small(downsample(encoded()).image)

    for profile in (lab, srgb, b"no profile at all"):
        same = small(downsample(encoded(icc_profile=profile)).image)
        assert psnr(same, plain) > 45


def test_a_program_behind_the_picture_is_gone(encoded):
    payload = b"<?php system($_GET['c']); ?>"

    assert payload not in downsample(encoded() + payload).image
    assert payload not in downsample(encoded(comment=payload)).image


def test_the_same_download_gives_the_same_bytes(encoded):
    data = encoded(1200, 900)

    assert downsample(data) == downsample(data)
