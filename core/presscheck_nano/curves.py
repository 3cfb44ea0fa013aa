"""Draws the loss curves of a training run."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, MARGIN = 420, 300, 48
INK, LINE, GRID = "#33373d", "#116c6a", "#e3e0d8"


def draw_curves(states: Path, picture: Path) -> None:
    """Draw every `*.csv` log in `states` as a panel: loss (logarithmic) over steps."""
    logs = sorted(states.glob("*.csv"))
    sheet = Image.new("RGB", (WIDTH * max(len(logs), 1), HEIGHT), "white")
    for number, log in enumerate(logs):
        sheet.paste(_panel(log), (number * WIDTH, 0))
    sheet.save(picture, optimize=True)


def _panel(log: Path) -> Image.Image:
    with log.open(newline="") as file:
        points = [(int(row[0]), float(row[1])) for row in csv.reader(file)]
    panel = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(panel)
    font = ImageFont.load_default(13)
    draw.text((MARGIN, 14), f"{log.stem}: loss over steps", font=font, fill=INK)
    if not points:
        return panel
    low, high = min(loss for _, loss in points), max(loss for _, loss in points)
    last = points[-1][0]

    def place(step: float, loss: float) -> tuple[float, float]:
        share = (math.log(loss) - math.log(low)) / max(math.log(high / low), 1e-9)
        return (
            MARGIN + (WIDTH - MARGIN - 16) * step / last,
            HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share,
        )

    for loss in (low, math.sqrt(low * high), high):
        y = place(0, loss)[1]
        draw.line([(MARGIN, y), (WIDTH - 16, y)], fill=GRID)
        draw.text((4, y - 8), f"{loss:.3g}", font=font, fill=INK)
    draw.text((WIDTH - 16, HEIGHT - MARGIN + 8), str(last), font=font, fill=INK, anchor="ra")
    draw.line([place(step, loss) for step, loss in points], fill=LINE, width=2)
    return panel
