"""Whatever image and copy come, there is a verdict or one clear error."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from presscheck.assets import Status
from presscheck.check import check_image, explain
from presscheck.errors import PresscheckError
from presscheck.images import open_image
from presscheck.report.overlay import draw_overlay
from presscheck_plugins.read_ppocr import PpOcrReader

SIZES = ((1, 1), (2, 900), (900, 2), (20_000, 50), (50, 3000), (640, 480))
MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F")
COPY = (
    "SALE",
    "Summer 🌞 sale 🎉",
    "Crème bru\u0302le\u0301e",
    "تخفيضات الصيف",
    "מבצע קיץ",
    "夏日大促销",
    "a" * 500,
    "½ €\u00a049 “x” — y…",
    "\u200b\u202ehidden",
)


@cache
def reader() -> PpOcrReader:
    return PpOcrReader()


def picture(random: Random, size: tuple[int, int]) -> Image.Image:
    """Return noise, a flat colour, or blocks of colours."""
    noise = np.random.default_rng(random.getrandbits(32))
    coarse = random.choice(((1, 1), (3, 5), (40, 60)))
    pixels = noise.integers(0, 256, (*coarse, 3), np.uint8)
    return Image.fromarray(pixels).resize(size, random.choice((0, 2)))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", range(6))
def test_any_image_and_copy_ends_in_a_verdict(size: tuple[int, int], number: int) -> None:
    random = Random(f"{size}{number}")
    copy = {f"slot-{index}": text for index, text in enumerate(random.sample(COPY[:8], 3))}
    image = picture(random, size)
    verdict = check_image(image, copy, reader())
    assert verdict.status in {Status.REJECT, Status.UNSUPPORTED}
    assert explain(verdict)
    assert draw_overlay(image, verdict).size == size


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["png", "tiff", "webp", "gif", "jpeg"])
def test_files_of_every_mode_are_checked_or_refused_in_a_sentence(
    mode: str, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / f"image.{kind}"
    try:
        picture(Random(mode), (120, 90)).convert("RGB").convert(mode.replace(";16", "")).save(path)
    except (OSError, ValueError):
        return  # this kind of file has no such mode
    try:
        verdict = check_image(open_image(path), {"headline": "SALE"}, reader())
    except PresscheckError as error:
        assert str(error)
    else:
        assert verdict.status is Status.REJECT


@pytest.mark.parametrize("copy", COPY)
def test_copy_that_no_reader_knows_is_unsupported_or_missing(copy: str) -> None:
    verdict = check_image(Image.new("RGB", (300, 200), "white"), {"headline": copy}, reader())
    assert verdict.status in {Status.REJECT, Status.UNSUPPORTED}
