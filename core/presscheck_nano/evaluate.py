# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Measures a checkpoint: `python -m presscheck_nano.evaluate [--count 12] [--json]`.

Held-out prompts at fixed seeds are planned, rendered and read back. Word accuracy is CVTG-2K's:
found words of all words in quotes, lower-cased, without order. `exact` counts headlines that the
copy verifier accepts.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from presscheck_nano import checkpoint_path
from presscheck_nano.posters import SIZES, make_poster
from presscheck_nano.wording import make_prompt, sample_copy, words
from presscheck_nano.world import CELL

if TYPE_CHECKING:
    from presscheck.engine.glm_image import GlmImageEngine
    from presscheck.registry import Reader


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One evaluated prompt."""

    format: str
    copy: str
    read: str
    words_found: int
    exact: bool
    plan_seconds: float
    render_seconds: float


def evaluate(
    engine: GlmImageEngine, reader: Reader, count: int, seed: int
) -> tuple[list[Sample], list[Image.Image]]:
    """Plan, render and read `count` held-out posters, the formats by turns."""
    samples, images = [], []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        format_ = list(SIZES)[number % len(SIZES)]
        columns = SIZES[format_][1]
        copy = sample_copy(rng, columns - 2, vocabulary=words("held_out"), random_share=0.0)
        poster = make_poster(rng, copy, format_=format_)
        sample, image = _evaluate_one(
            engine, reader, make_prompt(rng, poster), copy, format_, number
        )
        samples.append(sample)
        images.append(image)
    return samples, images


def _evaluate_one(
    engine: GlmImageEngine, reader: Reader, prompt: str, copy: str, format_: str, seed: int
) -> tuple[Sample, Image.Image]:
    from presscheck.check import check_image
    from presscheck.engine.contract import PlanRequest

    rows, columns = SIZES[format_]
    request = PlanRequest(prompt=prompt, width=columns * CELL, height=rows * CELL, seed=seed)
    plan = engine.plan([request])[0]
    started = time.perf_counter()
    image = engine.render(plan, seed=seed)
    seconds = time.perf_counter() - started
    verdict = check_image(image, {"headline": copy}, reader)
    reading = verdict.slots[0]
    found = reading.read.lower().split()
    sample = Sample(
        format=format_,
        copy=copy,
        read=reading.read,
        words_found=sum(word in found for word in copy.lower().split()),
        exact=reading.status.value == "accept",
        plan_seconds=plan.seconds,
        render_seconds=seconds,
    )
    return sample, image


def summarise(samples: list[Sample]) -> dict[str, Any]:
    """Return the figures of an evaluation."""
    total = sum(len(sample.copy.split()) for sample in samples)
    return {
        "count": len(samples),
        "word_accuracy": round(sum(sample.words_found for sample in samples) / total, 3),
        "exact_slot_rate": round(sum(sample.exact for sample in samples) / len(samples), 3),
        "plan_seconds": round(float(np.mean([sample.plan_seconds for sample in samples])), 2),
        "render_seconds": round(float(np.mean([sample.render_seconds for sample in samples])), 2),
    }


def draw_sheet(images: list[Image.Image], picture: Path, side: int = 300, across: int = 6) -> None:
    """Draw the samples on one sheet."""
    rows = -(-len(images) // across)
    sheet = Image.new("RGB", (across * side, rows * side), "#55595f")
    for number, image in enumerate(images):
        small = image.copy()
        small.thumbnail((side - 12, side - 12), Image.Resampling.LANCZOS)
        row, column = divmod(number, across)
        left = column * side + (side - small.width) // 2
        sheet.paste(small, (left, row * side + (side - small.height) // 2))
    sheet.save(picture, optimize=True)


def main() -> None:
    """Evaluate and print a table or JSON."""
    from presscheck.engine.glm_image import GlmImageEngine
    from presscheck.plugins import Plugins
    from presscheck.spec import EngineChoice

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", default=str(checkpoint_path()))
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path, help="draw the samples on one picture")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    engine = GlmImageEngine.create(EngineChoice(checkpoint=given.checkpoint))
    reader = Plugins.load().readers()["rapidocr"].create()
    samples, images = evaluate(engine, reader, given.count, given.seed)
    if given.sheet:
        draw_sheet(images, given.sheet)
    if given.json:
        print(json.dumps(summarise(samples)))
        return
    for sample in samples:
        mark = "exact" if sample.exact else "     "
        print(f"{mark}  {sample.format:9}{sample.copy:24}{sample.read}")
    for name, value in summarise(samples).items():
        print(f"{name:18}{value}")


if __name__ == "__main__":
    main()
