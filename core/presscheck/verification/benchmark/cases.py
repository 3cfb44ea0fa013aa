"""The cases of a set: an advert, what it should say, and the mistake in it, if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageFont

from presscheck.assets import Box
from presscheck.verification.benchmark.copy import PHRASES, Text, draw_copy
from presscheck.verification.benchmark.draw import (
    Block,
    Look,
    bend,
    draw_ground,
    draw_look,
    finish,
    ink_colour,
    set_block,
)
from presscheck.verification.benchmark.faces import Face, faces, sized
from presscheck.verification.lines import grow
from presscheck.verification.mistakes import CHANGES, DRAWN, EXTRA, SIZE, TURNS, span, visible

CJK = frozenset({"Chinese", "Japanese"})
RIGHT = 0.5
"""The share of adverts without a mistake."""
SCRIPT = 0.12
"""The share of adverts in a script face: they are few, and hard to read."""
GIBBERISH = ("Lorpi tamen", "Sved orvo", "shulenter", "Abroct", "DELIHT FRSH", "stocd.com", "Wqrme")
TALLEST, LEAST = 0.12, 22
"""Type is at most so many parts of the shorter side tall, and at least so many pixels."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One advert: its number makes it. `mistake` is "" where all is right.

    `span` says where in the copy of `slot` the mistake is: the first character, and the first after
    it. `regions` are where each slot was to stand, roughly. `font` is the file that it is set
    in, at `weight`; `known` says whether the verifier is told.
    """

    number: int
    language: str
    face: str
    look: Look
    copy: tuple[Text, ...]
    mistake: str
    slot: str = ""
    wrong: str = ""
    span: tuple[int, int] = (0, 0)
    regions: tuple[Box, ...] = ()
    font: Path
    weight: float
    known: bool

    def sized(self, size: float) -> ImageFont.FreeTypeFont:
        """Return its font at a size in pixels per em."""
        return sized(self.font, size, self.weight)


def make_case(seed: int, number: int, *, apart: bool = False) -> tuple[Case, Image.Image]:
    """Return the advert of a number in the set of a seed, and its picture; always the same.

    One that is built `apart` has other copy, families of type and sizes.
    """
    for attempt in range(100):
        random = Random(f"{seed}:{number}:{attempt}")
        made = _make(random, number, apart=apart)
        if made is not None:
            return made
    raise RuntimeError(f"no advert could be drawn for number {number}")


def _make(random: Random, number: int, *, apart: bool) -> tuple[Case, Image.Image] | None:
    # Half of the adverts are right; the kinds of mistakes take turns, so that all are as frequent.
    mistake = "" if number % 2 == 0 else TURNS[number // 2 % len(TURNS)]
    look = draw_look(random, apart=apart)
    able = faces(apart=apart)
    known = {face.kind for face in able}
    languages = [name for name in PHRASES if name not in CJK or "Chinese, Japanese" in known]
    language = random.choice([*languages, *("English",) * 4])
    copy = draw_copy(random, language, apart=apart)
    chosen = _face(random, language, copy, able)
    if not chosen.draws("".join(text.text for text in copy)):
        return None
    at = random.randrange(len(copy))
    wrong = copy[at].text
    if mistake in CHANGES:
        wrong = CHANGES[mistake](wrong, random)
        if wrong == copy[at].text or not set(wrong) <= chosen.characters:
            return None
        if wrong and not visible(chosen.sized(SIZE), copy[at].text, wrong):
            return None
    drawn = [wrong if index == at else text.text for index, text in enumerate(copy)]
    malformed = at if mistake == DRAWN else None
    if mistake == EXTRA:
        drawn.append(random.choice(GIBBERISH))
    painted = _paint(look, chosen, drawn, malformed, random)
    if painted is None:
        return None
    image, broken, regions, weight = painted
    case = Case(
        number=number,
        language=language,
        face=chosen.kind,
        look=look,
        copy=tuple(copy),
        mistake=mistake,
        slot=copy[at].slot if mistake and mistake != EXTRA else "",
        wrong=wrong if mistake in CHANGES else "",
        regions=tuple(regions[: len(copy)]),
        font=chosen.path,
        weight=weight,
        # Rounds of all kinds take turns.
        known=number // 2 // len(TURNS) % 2 == 0,
        span=(broken, broken + 1) if malformed is not None else span(copy[at].text, wrong),
    )
    return case, image


def _face(random: Random, language: str, copy: Sequence[Text], faces: Sequence[Face]) -> Face:
    needed = set("".join(text.text for text in copy)) - {" "}
    wanted = language in CJK
    able = [f for f in faces if (f.kind == "Chinese, Japanese") is wanted]
    able = [face for face in able if needed <= face.characters] or able
    scripts = [face for face in able if face.kind == "script"]
    if scripts and random.random() < SCRIPT:
        return random.choice(scripts)
    family = random.choice(sorted({face.family for face in able}))
    return random.choice([face for face in able if face.family == family])


def _paint(
    look: Look, face: Face, drawn: Sequence[str], malformed: int | None, random: Random
) -> tuple[Image.Image, int, list[Box], float] | None:
    """Return the picture, which character of the malformed text is, the regions, the weight."""
    width, height = look.size
    pixels = draw_ground(look, random)
    colour = ink_colour(pixels, look.contrast, random)
    weight = random.random()
    room = height / (len(drawn) + 0.5)
    top, broken = 0.02 * height, 0
    regions: list[Box] = []
    for index, text in enumerate(drawn):
        if not text:
            regions.append(_region((0, round(top), width, round(room)), look.size, random))
            top += room
            continue
        tall = max(LEAST, round(min(width, height) * random.uniform(0.035, TALLEST)))
        block = Block(
            text=text, face=face, pixels=tall, weight=weight, malformed=index == malformed
        )
        made = set_block(block, random)
        while made is not None and (made[0].shape[1] > 0.96 * width or made[0].shape[0] > room):
            if block.pixels <= LEAST:
                return None
            block = replace(block, pixels=max(LEAST, round(block.pixels * 0.85)))
            made = set_block(block, random)
        if made is None:
            return None
        broken = broken if made[1] is None else made[1]
        ink = bend(made[0], look, random)
        if ink.shape[0] > height - top or ink.shape[1] > width:
            return None
        x, y = random.randrange(0, width - ink.shape[1] + 1), round(top)
        share = ink[:, :, None].astype(np.float32) / 255
        part = pixels[y : y + ink.shape[0], x : x + ink.shape[1]]
        pixels[y : y + ink.shape[0], x : x + ink.shape[1]] = part * (1 - share) + colour * share
        regions.append(_region((x, y, ink.shape[1], ink.shape[0]), look.size, random))
        top += max(room, ink.shape[0])
    return finish(pixels, look), broken, regions, weight


def _region(place: tuple[int, int, int, int], size: tuple[int, int], random: Random) -> Box:
    """Return a place, (left, top, width, height) in pixels, a little larger, in fractions."""
    left, top, across, down = place
    width, height = size
    by = random.uniform(0.0, 0.05)
    box = Box(
        x=max(0.0, left / width),
        y=max(0.0, top / height),
        width=min(1.0, across / width),
        height=min(1 - top / height, down / height),
    )
    return grow(box, by)
