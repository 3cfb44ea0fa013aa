"""Seeded images and copy that nobody would send on purpose: any size, mode, kind and script."""

from __future__ import annotations

import io
from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I;16", "F", "YCbCr", "LAB")
KINDS = ("PNG", "TIFF", "JPEG", "WEBP", "GIF", "BMP")
SIZES = ((1, 1), (1, 2000), (2000, 1), (20_000, 50), (50, 6000), (3, 3), (8192, 64))
MOST_PIXELS = 1_000_000
PIECES = (
    "SALE", "Summer", "50 %", "€49,99", "🌞🎉", "👨\u200d👩\u200d👧", "bru\u0302le\u0301e",
    "Z\u0351\u0343\u0364\u0334a\u0330\u0300l\u0321\u0358g\u0335o", "تخفيضات الصيف", "מבצע קיץ",
    "夏日大促销", "さくら", "ฤดูร้อน", "Лето", "\u202eevil\u202c", "\u200b",
    "\x00", "\x1b[31m", "\n\n", "\t", "½", "ﬁ", "ẞ", "\ufffd", "\ufffe", "𝕊𝔸𝕃𝔼",
    "[red]x[/]", "%s{}", "\\", "<b>", "l1I|O0",
    "a\u0301" * 40, "x" * 5000, "word " * 900, "\udcff",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """An image file's bytes, copy by slot, and text that is allowed."""

    data: bytes
    copy: dict[str, str]
    allowed: tuple[str, ...]
    what: str


def hostile(number: int) -> Hostile:
    """Return case `number`; the same number gives the same case."""
    random = Random(f"hostile {number}")
    image = _picture(random, _size(random))
    mode, kind = random.choice(MODES), random.choice(KINDS)
    data, saved = _file(image, mode, kind)
    if random.random() < 0.08:
        data = data[: random.randrange(len(data))]
        saved += ", cut off"
    copy = {f"slot-{at}": _text(random) for at in range(random.randint(1, 4))}
    allowed = tuple(_text(random) for _ in range(random.randint(0, 2)))
    what = f"{image.width}x{image.height} {saved}, {[text[:20] for text in copy.values()]!a}"
    return Hostile(data=data, copy=copy, allowed=allowed, what=what)


def _size(random: Random) -> tuple[int, int]:
    if random.random() < 0.3:
        return random.choice(SIZES)
    width = round(2 ** random.uniform(0, 12))
    return width, max(1, min(round(2 ** random.uniform(0, 12)), MOST_PIXELS // width))


def _text(random: Random) -> str:
    return random.choice(("", " ")).join(random.choices(PIECES, k=random.randint(1, 4)))


def _picture(random: Random, size: tuple[int, int]) -> Image.Image:
    noise = np.random.default_rng(random.getrandbits(32))
    drawn = random.choice((_flat, _noise, _blocks, _gradient, _stripes, _words))
    return drawn(random, noise, size)


def _flat(random: Random, _: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    return Image.new("RGB", size, random.choice(("black", "white", "red", "#7f7f7f")))


def _noise(_: Random, noise: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(noise.integers(0, 256, (size[1], size[0], 3), np.uint8))


def _blocks(random: Random, noise: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    rows, columns = random.choice(((1, 3), (3, 5), (40, 60)))
    pixels = noise.integers(0, 256, (rows, columns, 3), np.uint8)
    return Image.fromarray(pixels).resize(size, random.choice((0, 2)))


def _gradient(random: Random, _: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    ramp = Image.linear_gradient("L").rotate(random.choice((0, 90))).resize(size)
    return Image.merge("RGB", (ramp, ramp.transpose(Image.Transpose.ROTATE_180), ramp))


def _stripes(random: Random, _: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    image, step = Image.new("RGB", size, "white"), random.choice((2, 3, 9, 31))
    draw = ImageDraw.Draw(image)
    for x in range(0, size[0], 2 * step):
        draw.rectangle((x, 0, x + step - 1, size[1]), fill="black")
    return image


def _words(random: Random, _: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    image = Image.new("RGB", size, "#fbf3df")
    draw = ImageDraw.Draw(image)
    for _row in range(random.randint(1, 12)):
        font = ImageFont.load_default(random.choice((5, 12, 40, 160)))
        place = random.randrange(-9, size[0]), random.randrange(-9, size[1])
        draw.text(place, random.choice(("SALE", "Summer", "l1I|O0", "• • •")), "#16324f", font)
    return image


def _file(image: Image.Image, mode: str, kind: str) -> tuple[bytes, str]:
    """Return an image's file in this mode and of this kind, or where that can't be, as PNG."""
    for mode_, kind_ in ((mode, kind), (mode, "TIFF"), ("RGB", "PNG")):
        buffer = io.BytesIO()
        try:
            _in_mode(image, mode_).save(buffer, kind_)
        except (OSError, ValueError, KeyError):
            continue
        return buffer.getvalue(), f"{mode_} {kind_}"
    raise AssertionError("every image can be a PNG")


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    if mode == "LAB":
        return Image.merge("LAB", image.split())
    return image.convert(mode)
