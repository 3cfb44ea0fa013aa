"""Images that others made are opened safely, or refused in words."""

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from presscheck.errors import ImageError
from presscheck.images import open_image


def data_of(image: Image.Image, format_: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def huge_png(side: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"])
def test_common_formats_open_as_rgb(format_: str) -> None:
    image = open_image(data_of(Image.new("RGB", (40, 30), (250, 20, 20)), format_))
    assert (image.mode, image.size) == ("RGB", (40, 30))


def test_transparency_lies_on_white() -> None:
    image = open_image(data_of(Image.new("RGBA", (4, 4), (0, 0, 0, 0))))
    assert image.getpixel((1, 1)) == (255, 255, 255)


def test_photographs_stand_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert open_image(data_of(Image.new("RGB", (40, 30)), "JPEG", exif=exif)).size == (30, 40)


def test_sixteen_bits_keep_their_brightness() -> None:
    grey = Image.fromarray(np.full((8, 8), 32768, np.uint16))
    pixel = open_image(data_of(grey)).getpixel((0, 0))
    assert pixel == (128, 128, 128)


def test_grey_and_palette_images_open() -> None:
    assert open_image(data_of(Image.new("L", (4, 4), 77))).getpixel((0, 0)) == (77, 77, 77)
    palette = Image.new("RGB", (4, 4), (10, 200, 30)).convert("P", palette=Image.Palette.ADAPTIVE)
    assert open_image(data_of(palette)).mode == "RGB"


@pytest.mark.parametrize("side", [20_000, 60_000])
def test_a_bomb_is_refused_by_its_header_without_a_warning(side: int) -> None:
    before = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageError, match=f"{side} x {side} pixels"):
            open_image(huge_png(side))
    assert before == Image.MAX_IMAGE_PIXELS


def test_a_webp_bomb_is_refused() -> None:
    data = bytearray(data_of(Image.new("RGBA", (8, 8), (1, 2, 3, 4)), "WEBP"))
    assert data[12:16] == b"VP8X"
    data[24:30] = b"\xff\x3f\0" * 2
    with pytest.raises(ImageError, match="too large"):
        open_image(bytes(data))


def test_the_limit_can_be_set() -> None:
    with pytest.raises(ImageError, match="100 are allowed"):
        open_image(data_of(Image.new("RGB", (11, 10))), max_pixels=100)


def test_truncated_and_foreign_files_are_named(tmp_path: Path) -> None:
    whole = data_of(Image.effect_noise((200, 200), 90).convert("RGB"))
    for name, data, told in [
        ("cut.png", whole[: len(whole) // 2], "damaged or cut off"),
        ("head.png", whole[:20], "damaged or cut off"),
        ("note.png", b"not an image at all", "no image"),
        ("empty.png", b"", "is empty"),
    ]:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ImageError, match=told) as caught:
            open_image(tmp_path / name)
        assert name in str(caught.value)
        assert caught.value.remedy


def test_what_pillow_warns_of_is_refused_and_filters_are_put_back(tmp_path: Path) -> None:
    broken = b"Exif\0\0II*\0\x08\0\0\0\x05\0\x12\x01"
    path = tmp_path / "photo.jpg"
    path.write_bytes(data_of(Image.new("RGB", (8, 8)), "JPEG", exif=broken))
    before = list(warnings.filters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ImageError, match=r"photo\.jpg is damaged"):
            open_image(path)
    assert list(warnings.filters) == before


def test_folders_and_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="is a folder"):
        open_image(tmp_path)
    with pytest.raises(ImageError, match="No such file"):
        open_image(str(tmp_path / "gone.png"))
