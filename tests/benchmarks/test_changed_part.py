"""What reading only the changed part costs, against reading the whole image again.

Adverts of three slots are drawn twice: the second time one slot's region is drawn anew, right or
wrong, and every pixel outside keeps its bytes. Both ways must come to the same status.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from PIL import Image

from presscheck.assets import Status
from presscheck.verification import Expected, overall, proofread
from presscheck.verification.benchmark.copy import PHRASES
from presscheck.verification.benchmark.draw import (
    Block,
    draw_ground,
    draw_look,
    finish,
    ink_colour,
    set_block,
)
from presscheck.verification.benchmark.faces import Face, faces
from presscheck.verification.grounds import Pixels
from presscheck.verification.memory import Memory
from presscheck.verification.mistakes import CHANGES, SIZE, visible
from presscheck.verification.proofread import Look
from presscheck.verification.rereading import Rereader
from presscheck_glyphs.inspector import GlyphNetInspector
from presscheck_plugins.read_ppocr import PpOcrReader

pytestmark = [pytest.mark.timeout(0), pytest.mark.filterwarnings("ignore")]

CASES = 60
KINDS = ("right to right", "wrong to right", "right to wrong")
SLOTS = ("headline", "subhead", "cta")
INSPECTOR = GlyphNetInspector()


@pytest.fixture(scope="module")
def reader() -> PpOcrReader:
    """Return the default reader, warm."""
    found = PpOcrReader()
    found.read(Image.new("RGB", (64, 64)))
    return found


def draw_pair(number: int) -> tuple[Image.Image, Image.Image, list[Expected]]:
    """Return an advert, the same one with a slot's region drawn anew, and its copy."""
    for attempt in range(100):
        random = Random(f"pair:{number}:{attempt}")
        texts = random.sample(PHRASES["English"], len(SLOTS))
        face = random.choice([one for one in faces() if one.kind != "script"])
        at, kind = number // 3 % len(SLOTS), KINDS[number % 3]
        wrong = CHANGES["similar letter"](texts[at], random)
        known = set("".join(texts) + wrong) - {" "} <= face.characters
        if not known or wrong == texts[at] or not visible(face.sized(SIZE), texts[at], wrong):
            continue
        first = {**dict(enumerate(texts)), at: wrong if kind == "wrong to right" else texts[at]}
        then = {**dict(enumerate(texts)), at: wrong if kind == "right to wrong" else texts[at]}
        look = replace(draw_look(random), contrast="high", blur=0.0, quality=100)
        ground = draw_ground(look, random)
        images = [
            _draw(ground, texts_, face, f"{number}:{attempt}", at, turn)
            for turn, texts_ in enumerate((first, then))
        ]
        if images[0] is not None and images[1] is not None:
            slots = [
                Expected(name=name, text=text) for name, text in zip(SLOTS, texts, strict=True)
            ]
            return finish(images[0], look), finish(images[1], look), slots
    raise RuntimeError(f"no advert could be drawn for number {number}")


def _draw(
    ground: Pixels, texts: dict[int, str], face: Face, seed: str, at: int, turn: int
) -> Pixels | None:
    pixels = ground.copy()
    height, width = pixels.shape[:2]
    colour = ink_colour(ground, "high", Random(seed))
    for slot, text in texts.items():
        random = Random(f"{seed}:{slot}:{turn if slot == at else 0}")
        size = round(min(width, height) * random.uniform(0.05, 0.1))
        made = set_block(Block(text=text, face=face, pixels=size, weight=0.5), random)
        if made is None or made[0].shape[1] > 0.96 * width or made[0].shape[0] > 0.3 * height:
            return None
        share = made[0][:, :, None].astype(np.float32) / 255
        down, across = made[0].shape
        x, y = random.randrange(0, width - across), round((0.02 + 0.32 * slot) * height)
        part = pixels[y : y + down, x : x + across]
        pixels[y : y + down, x : x + across] = part * (1 - share) + colour * share
    return pixels


def judged(image: Image.Image, slots: list[Expected], look: Look) -> tuple[Status, float]:
    """Return the status of an image, and the CPU seconds that it took."""
    started = time.process_time()
    status = overall(*proofread(image, slots, look, inspector=INSPECTOR))
    return status, time.process_time() - started


def test_reading_what_changed_against_reading_the_whole(reader: PpOcrReader) -> None:
    spent: dict[tuple[str, str], float] = defaultdict(float)
    same = Counter[str]()
    for number in range(CASES):
        original, image, slots = draw_pair(number)
        kind, memory = KINDS[number % 3], Memory()
        proofread(original, slots, Rereader(reader, original, None, memory).read)
        whole, seconds = judged(image, slots, reader.read)
        spent[kind, "whole"] += seconds
        part, seconds = judged(image, slots, Rereader(reader, image, original, memory).read)
        spent[kind, "changed"] += seconds
        same[kind] += whole is part
        if whole is not part:
            print(f"  {number}: {kind}: the whole image {whole}, what changed {part}")
    for kind in KINDS:
        ratio = spent[kind, "changed"] / spent[kind, "whole"]
        print(
            f"{kind}: same status in {same[kind]} of {CASES // len(KINDS)}; CPU seconds of reading "
            f"what changed to reading the whole image: {ratio:.2f}"
        )
