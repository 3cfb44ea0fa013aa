"""Bars of seconds by stage, as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

COLOURS = {"plan": "#2b62c4", "render": "#ee8434", "verify": "#2f7d4a", "other": "#8b9098"}
WIDTH, LEFT, ROW = 1200, 190, 96


def draw_bars(bars: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Draw a bar for each name, its stages side by side, all to one scale."""
    longest = max(sum(stages.values()) for stages in bars.values())
    scale = (WIDTH - LEFT - 130) / longest
    image = Image.new("RGB", (WIDTH, 110 + ROW * len(bars)), "white")
    draw = ImageDraw.Draw(image)
    font, small = ImageFont.load_default(24), ImageFont.load_default(20)
    draw.text((24, 20), "Seconds for one accepted image", font=font, fill="#14171d")
    for row, (name, stages) in enumerate(bars.items()):
        top, left = 70 + row * ROW, float(LEFT)
        draw.text((24, top + 30), name, font=font, fill="#14171d", anchor="lm")
        for stage, spent in stages.items():
            right = left + spent * scale
            draw.rectangle((left, top, right, top + 60), fill=COLOURS[stage])
            if right - left > 40:
                middle = ((left + right) / 2, top + 30)
                draw.text(middle, f"{spent:.1f}", font=small, fill="white", anchor="mm")
            left = right
        whole = f"{sum(stages.values()):.1f} s"
        draw.text((left + 14, top + 30), whole, font=font, fill="#14171d", anchor="lm")
    left = LEFT
    for stage, colour in COLOURS.items():
        draw.rectangle((left, image.height - 34, left + 20, image.height - 14), fill=colour)
        draw.text((left + 28, image.height - 24), stage, font=small, fill="#14171d", anchor="lm")
        left += 150
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
