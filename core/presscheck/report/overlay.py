"""Draws a verdict on the image that it is about: slots framed, wrong characters circled."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from presscheck.assets import Box, Status, Verdict

COLOURS = {
    Status.ACCEPT: "#1a8f4c",
    Status.UNSURE: "#c98a00",
    Status.REJECT: "#d6273c",
    Status.UNSUPPORTED: "#7a45c9",
}
BAR = 0.035
"""Height of a label, in the image's shorter side."""


def draw_overlay(image: Image.Image, verdict: Verdict) -> Image.Image:
    """Return a copy of an RGB image with every slot framed and every wrong character circled.

    A label under the frame says what was read; text that nobody asked for is framed, too.
    """
    drawn = image.convert("RGB")
    draw = ImageDraw.Draw(drawn)
    thick = max(2, round(min(image.size) / 300))
    font = ImageFont.truetype(str(_font()), max(13, round(BAR * min(image.size) * 0.8)))
    for reading in verdict.slots:
        colour = COLOURS[reading.status]
        if reading.box is not None:
            _frame(draw, reading.box, image.size, colour, thick)
            label = f"{reading.slot}: {reading.status}"
            label += "" if reading.status is Status.ACCEPT else f" “{reading.read}”"
            _label(draw, reading.box, image.size, label, colour, font)
        for edit in reading.edits:
            if edit.box is not None:
                _circle(draw, edit.box, image.size, colour, thick)
    for finding in verdict.findings:
        if finding.box is not None:
            _frame(draw, finding.box, image.size, COLOURS[Status.REJECT], thick)
            _label(draw, finding.box, image.size, "not asked for", COLOURS[Status.REJECT], font)
    return drawn


def _font() -> Path:
    """Return a font with the letters of Latin languages."""
    return Path(str(files("presscheck"))) / "report/fonts/BarlowCondensed-Medium.ttf"


def _frame(
    draw: ImageDraw.ImageDraw, box: Box, size: tuple[int, int], colour: str, thick: int
) -> None:
    draw.rectangle(box.pixels(*size), outline=colour, width=thick)


def _circle(
    draw: ImageDraw.ImageDraw, box: Box, size: tuple[int, int], colour: str, thick: int
) -> None:
    left, top, right, bottom = box.pixels(*size)
    # A narrow letter gets a circle that can be seen.
    middle, reach = (left + right) / 2, max(right - left, (bottom - top) * 0.6) / 2 * 1.2
    draw.ellipse(
        (middle - reach, top - thick * 2, middle + reach, bottom + thick * 2),
        outline=colour,
        width=thick * 2,
    )


def _label(
    draw: ImageDraw.ImageDraw,
    box: Box,
    size: tuple[int, int],
    text: str,
    colour: str,
    font: ImageFont.FreeTypeFont,
) -> None:
    left, top, _, bottom = box.pixels(*size)
    _, _, wide, tall = draw.textbbox((0, 0), text, font=font)
    pad = tall / 4
    below = bottom + tall + 2 * pad <= size[1]
    y = bottom if below else max(0, top - tall - 2 * pad)
    x = min(left, max(0, size[0] - wide - 2 * pad))
    draw.rectangle((x, y, x + wide + 2 * pad, y + tall + 2 * pad), fill=colour)
    draw.text((x + pad, y + pad), text, font=font, fill="white")
