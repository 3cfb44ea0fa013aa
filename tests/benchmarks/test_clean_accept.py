"""What a clean accept costs, against reading the same image with RapidOCR as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import pytest
from PIL import Image, ImageDraw

from presscheck.assets import Status
from presscheck.verification import Expected, overall, proofread
from presscheck.verification.benchmark.faces import Face
from presscheck.verification.shapes import KnownType
from presscheck_glyphs.inspector import GlyphNetInspector
from presscheck_plugins.read_ppocr import PpOcrReader
from presscheck_plugins.read_rapidocr import RapidOcrReader
from typefaces import face

pytestmark = [pytest.mark.timeout(0), pytest.mark.filterwarnings("ignore")]

SIDE, TIMES = 1024, 10
SETTLE = 0.2
"""Seconds."""
COPY = {
    "headline": ("SUMMER SALE", 120, 120),
    "subhead": ("Fresh bread daily", 60, 420),
    "cta": ("Shop now", 44, 640),
    "price": ("€49", 90, 800),
}
"""By slot: the text, its pixels per em, and its top."""


def advert(drawn_in: Face) -> Image.Image:
    image = Image.new("RGB", (SIDE, SIDE), "#f3ead8")
    draw = ImageDraw.Draw(image)
    for text, pixels, top in COPY.values():
        draw.text((80, top), text, font=drawn_in.sized(pixels), fill="#223355")
    return image


def seconds_of(*reads: Callable[[], object]) -> list[float]:
    """Return the CPU seconds of each call at its best of several rounds, in turns."""
    seconds: list[list[float]] = [[] for _ in reads]
    for _ in range(TIMES + 1):
        for read, took in zip(reads, seconds, strict=True):
            started = time.process_time()
            read()
            # Threads go on looking for work for a while: that is the cost of who started them.
            time.sleep(SETTLE)
            took.append(time.process_time() - started)
    return [min(took) for took in seconds]


def test_a_clean_accept_against_rapidocr_as_it_comes() -> None:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        inter = face("Inter")
        image, stock = advert(inter), RapidOcrReader()
        ours, inspector = PpOcrReader(), GlyphNetInspector()

        def accept(known: KnownType | None) -> None:
            slots = [
                Expected(name=name, text=text, type=known) for name, (text, *_) in COPY.items()
            ]
            assert (
                overall(*proofread(image, slots, ours.read, inspector=inspector)) is Status.ACCEPT
            )

        known = KnownType(font=inter.sized, certain=True)
        baseline, plain, shaped = seconds_of(
            lambda: stock.read(image), lambda: accept(None), lambda: accept(known)
        )
    finally:
        cv2.setNumThreads(threads)
    print(
        f"CPU seconds of a clean accept, {SIDE}x{SIDE} and four slots, to reading it with RapidOCR "
        f"as it comes: {plain / baseline:.2f}; with the type of every slot known "
        f"{shaped / baseline:.2f}"
    )
