"""Prints how text that isn't level is judged: `python -m presscheck.verification.benchmark.bends`.

An advert holds one text that is turned, stacked, in columns or on an arc, and a level price. These
adverts are no part of the published set. Needs fonts: `pip install 'presscheck[benchmark]'`.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from presscheck.assets import Box, Status
from presscheck.errors import InputError, PresscheckError
from presscheck.verification import Expected, overall, proofread
from presscheck.verification.benchmark.copy import PHRASES
from presscheck.verification.benchmark.defects import Mask
from presscheck.verification.benchmark.draw import (
    draw_ground,
    draw_look,
    finish,
    ink_colour,
)
from presscheck.verification.benchmark.faces import Face, faces
from presscheck.verification.benchmark.families import CJK
from presscheck.verification.benchmark.readers import inspector, reader
from presscheck.verification.benchmark.setting import KINDS, set_in, turned
from presscheck.verification.grounds import Pixels
from presscheck.verification.lines import grow
from presscheck.verification.mistakes import CHANGES, SIZE, visible

PRICES = ("$19", "£25", "-30%", "€49", "50%")
TALLEST, SMALLEST = 0.13, 24
"""Type is at most so many parts of the shorter side tall, and at least so many pixels."""
ROOM = 0.8
"""The part of an advert's height that the bent text may take; the price stands below it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bent:
    """One advert: its copy by slot with each slot's region, and what was drawn in its place."""

    kind: str
    copy: tuple[tuple[str, str, Box], ...]
    drawn: str
    image: Image.Image

    @property
    def right(self) -> bool:
        """Tell whether the copy was drawn as it is written."""
        return self.copy[0][1] == self.drawn


def draw_bent(kind: str, number: int, cjk: Path = CJK) -> Bent:
    """Return an advert; even numbers are right, in odd ones one character is wrong."""
    for attempt in range(100):
        random = Random(f"bent:{kind}:{number}:{attempt}")
        made = _draw(kind, number % 2 == 0, random, cjk)
        if made is not None:
            return made
    raise RuntimeError(f"no advert could be drawn: {kind} {number}")


def _draw(kind: str, right: bool, random: Random, cjk: Path) -> Bent | None:
    face, text = _text(kind, random, cjk)
    drawn = text if right else _mistaken(text, random)
    if face is None or (
        not right and (drawn == text or not visible(face.sized(SIZE), text, drawn))
    ):
        return None
    look = replace(draw_look(random), contrast="high", bend=kind)
    width, height = look.size
    ink = _fitting(kind, drawn, face, random, (0.9 * width, ROOM * height))
    if ink is None:
        return None
    pixels = draw_ground(look, random)
    colour = ink_colour(pixels, look.contrast, random)
    price = random.choice(PRICES)
    latin = face if set(price) <= face.characters else _face(set(price), random)
    label = turned(price, latin.sized(round(0.07 * min(width, height))), 0)
    x = random.randrange(round(0.02 * width), width - ink.shape[1] - round(0.02 * width))
    y = random.randrange(round(0.02 * height), round((ROOM + 0.04) * height) - ink.shape[0])
    places = [(ink, x, y), (label, round(0.06 * width), round(0.89 * height))]
    regions = [_paint(pixels, colour, *place) for place in places]
    copy = (("headline", text, regions[0]), ("price", price, regions[1]))
    return Bent(kind=kind, copy=copy, drawn=drawn, image=finish(pixels, look))


def _text(kind: str, random: Random, cjk: Path) -> tuple[Face | None, str]:
    if kind == "vertical CJK":
        text = random.choice(PHRASES[random.choice(("Chinese", "Japanese"))])
        found = Face(family="CJK", path=cjk, kind="Chinese, Japanese", characters=frozenset(text))
        return (found if cjk.is_file() else None), text
    text = random.choice(PHRASES["English"])
    if kind == "stacked":
        words = text.upper().split()
        text = random.choice([word for word in words if len(word) >= 3] or words)
    return _face(set(text) - {" "}, random), text


def _face(needed: set[str], random: Random) -> Face:
    able = [
        face
        for face in faces()
        if needed <= face.characters and face.kind not in {"script", "display", "Chinese, Japanese"}
    ]
    if not able:
        raise InputError(
            f"no installed font to draw with has all of {''.join(sorted(needed))!r}.",
            remedy="Install some with: pip install 'presscheck[benchmark]'.",
        )
    return random.choice(able)


def _mistaken(text: str, random: Random) -> str:
    """Return a text with one letter changed, or left out where none has a double."""
    changed = CHANGES["similar letter"](text, random)
    return changed if changed != text else CHANGES["dropped letter"](text, random)


def _fitting(
    kind: str, text: str, face: Face, random: Random, room: tuple[float, float]
) -> Mask | None:
    size = round(min(room) * random.uniform(0.06, TALLEST))
    state = random.getstate()
    while size >= SMALLEST:
        random.setstate(state)
        ink = set_in(kind, text, face.sized(size), random)
        if ink.shape[1] <= room[0] and ink.shape[0] <= room[1]:
            return ink
        size = round(size * 0.88)
    return None


def _paint(pixels: Pixels, colour: Pixels, ink: Mask, x: int, y: int) -> Box:
    """Paint ink at a place; return that, a little larger, in fractions."""
    height, width = pixels.shape[:2]
    down, across = ink.shape
    share = ink[:, :, None].astype(np.float32) / 255
    part = pixels[y : y + down, x : x + across]
    pixels[y : y + down, x : x + across] = part * (1 - share) + colour * share
    return grow(Box(x=x / width, y=y / height, width=across / width, height=down / height), 0.02)


def judge_bent(name: str, cjk: Path, asked: tuple[str, int]) -> tuple[str, bool, Status, float]:
    """Draw an advert and judge it: its kind, whether it is right, the status, CPU seconds."""
    bent, using = draw_bent(*asked, cjk), reader(name)
    started = time.process_time()
    slots = [Expected(name=slot, text=text, box=box) for slot, text, box in bent.copy]
    status = overall(*proofread(bent.image, slots, using.read, inspector=inspector()))
    return bent.kind, bent.right, status, time.process_time() - started


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw and judge adverts of every kind, and print a table of what was accepted."""
    parser = argparse.ArgumentParser(prog="python -m presscheck.verification.benchmark.bends")
    parser.add_argument(
        "--count", type=int, default=40, help="adverts of a kind, half of them wrong"
    )
    parser.add_argument("--kind", action="append", choices=KINDS, help="only these")
    parser.add_argument("--reader", default="ppocr", help="the reader of the verifier")
    parser.add_argument("--cjk", type=Path, default=CJK, help="a Chinese and Japanese font")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args(arguments)
    kinds = [kind for kind in asked.kind or KINDS if kind != "vertical CJK" or asked.cjk.is_file()]
    every = [(kind, number) for kind in kinds for number in range(asked.count)]
    try:
        with ProcessPoolExecutor(asked.workers) as pool:
            judge = partial(judge_bent, asked.reader, asked.cjk)
            judged = list(pool.map(judge, every, chunksize=4))
    except PresscheckError as error:
        Console(stderr=True).print(str(error), markup=False)
        return error.exit_code
    Console(width=100).print(table_of(judged))
    return 0


def table_of(judged: Sequence[tuple[str, bool, Status, float]]) -> Table:
    """Return how often the right adverts and the wrong ones of each kind got each status."""
    table = Table("set", "right: accepted", "unsure", "rejected", "wrong: accepted", "unsure")
    table.add_column("rejected")
    table.add_column("CPU s")
    for kind in dict.fromkeys(one[0] for one in judged):
        counts = Counter((right, status) for name, right, status, _ in judged if name == kind)
        seconds = [spent for name, _, _, spent in judged if name == kind]
        cells = [
            str(counts[right, status])
            for right in (True, False)
            for status in (Status.ACCEPT, Status.UNSURE, Status.REJECT)
        ]
        table.add_row(kind, *cells, f"{sum(seconds) / len(seconds):.2f}")
    return table


if __name__ == "__main__":
    raise SystemExit(main())
