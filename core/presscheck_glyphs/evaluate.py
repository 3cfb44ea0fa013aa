"""Prints how many malformed glyphs the network sees: `python -m presscheck_glyphs.evaluate`.

Lines are drawn in the families of the score board, which it never saw, and looked at once. Some
defects are of kinds that it learned from, the last ones aren't. Needs `presscheck[benchmark]`.
"""

from __future__ import annotations

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from presscheck.errors import PresscheckError
from presscheck.verification.benchmark.defects import DEFECTS, Defect, Mask, malform
from presscheck.verification.benchmark.faces import faces
from presscheck.verification.by_glyphs import DOUBT, REJECT
from presscheck.verification.rates import Rate
from presscheck_glyphs.defects import MORE
from presscheck_glyphs.inspector import GlyphNetInspector
from presscheck_glyphs.samples import World
from presscheck_glyphs.train import words

BOUNDS = (DOUBT, REJECT)


def turn(glyph: Mask, random: Random) -> Mask:
    """Let it lean to a side."""
    height, width = glyph.shape
    angle = random.choice((-1, 1)) * random.uniform(12, 30)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return np.asarray(cv2.warpAffine(glyph, matrix, (width, height)), np.uint8)


def slide(glyph: Mask, random: Random) -> Mask:
    """Let its upper half slide to a side."""
    by = random.choice((-1, 1)) * max(2, round(glyph.shape[1] * random.uniform(0.12, 0.25)))
    split = round(glyph.shape[0] * random.uniform(0.35, 0.65))
    moved = np.roll(glyph, by, axis=1)
    return np.concatenate([moved[:split], glyph[split:]])


def echo(glyph: Mask, random: Random) -> Mask:
    """Draw it once more, beside itself."""
    down, across = (round(glyph.shape[0] * random.uniform(0.05, 0.12)) + 1 for _ in range(2))
    again = np.zeros_like(glyph)
    again[down:, across:] = glyph[:-down, :-across]
    return np.maximum(glyph, again)


def shrink(glyph: Mask, random: Random) -> Mask:
    """Draw it smaller than the others, on the same line."""
    height, width = glyph.shape
    size = random.uniform(0.6, 0.8)
    small = cv2.resize(glyph, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    shrunk = np.zeros_like(glyph)
    left = (width - small.shape[1]) // 2
    shrunk[height - small.shape[0] :, left : left + small.shape[1]] = small
    return shrunk


def crumble(glyph: Mask, random: Random) -> Mask:
    """Eat away at its edges."""
    height, width = glyph.shape
    noise = np.random.default_rng(random.getrandbits(32))
    cell = max(2, round(height * random.uniform(0.05, 0.09)))
    holes = noise.random((-(-height // cell), -(-width // cell))) < random.uniform(0.2, 0.4)
    eaten = np.kron(holes, np.ones((cell, cell), np.uint8))[:height, :width]
    return np.where(eaten == 1, 0, glyph).astype(np.uint8)


NEW: tuple[Defect, ...] = (turn, slide, echo, shrink, crumble)
"""Kinds that the network didn't learn from."""


def look_at(fonts: list[Path], lines: int, seed: str, defect: Defect) -> Counter[str]:
    """Draw lines with defects of a kind, and count glyphs and lines by what the network says."""
    drawing = partial(malform, defects=(defect,))
    random, told = Random(f"{seed} {defect.__name__}"), Counter[str]()
    world = World(faces=fonts, words=words(), random=random, malform=drawing)
    inspector = GlyphNetInspector()
    for _ in range(lines):
        sample = world.sample()
        odds = inspector.look(sample.strip, sample.text, sample.middles)
        letters = np.array([one.isalnum() for one in sample.text])
        malformed = odds[letters & (sample.wrong == 1)]
        whole = odds[letters & (sample.wrong == 0)]
        told["malformed"] += len(malformed)
        told["whole lines"] += bool(len(whole)) and not len(malformed)
        for bound in BOUNDS:
            told[f"malformed {bound}"] += int((malformed >= bound).sum())
            told[f"whole lines {bound}"] += not len(malformed) and bool((whole >= bound).any())
    return told


def main() -> int:
    """Print a table of all kinds, and how many whole lines were taken for malformed."""
    parser = argparse.ArgumentParser(prog="python -m presscheck_glyphs.evaluate")
    parser.add_argument("--lines", type=int, default=1000, help="lines drawn for each kind")
    parser.add_argument("--seed", default="evaluate")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    console = Console(width=100)
    try:
        fonts = [face.path for face in faces() if face.kind != "Chinese, Japanese"]
    except PresscheckError as error:
        console.print(str(error), markup=False)
        return error.exit_code
    kinds = (*DEFECTS, *MORE, *NEW)
    with ProcessPoolExecutor(asked.workers, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        told = list(pool.map(partial(look_at, fonts, asked.lines, asked.seed), kinds))
    table = Table("defect", "learned from", *(f"log odds from {bound:g}" for bound in BOUNDS))
    for defect, counts in zip(kinds, told, strict=True):
        seen = (Rate(hits=counts[f"malformed {one}"], of=counts["malformed"]) for one in BOUNDS)
        table.add_row(defect.__name__, "no" if defect in NEW else "yes", *map(str, seen))
    every = sum(told, Counter[str]())
    alarms = (Rate(hits=every[f"whole lines {one}"], of=every["whole lines"]) for one in BOUNDS)
    table.add_row("a whole line", "yes", *map(str, alarms), end_section=True)
    console.print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
