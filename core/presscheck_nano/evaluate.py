# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Measures a checkpoint: `python -m presscheck_nano.evaluate [--count N] [--sheet FILE] [--json]`.

Prompts for held-out copy at fixed seeds are planned, rendered and read back; every other one is for
512x512 pixels.

- word accuracy: the share of the words in quotes that stand among the words read, lower-cased and
  in any order, each found once; as CVTG-2K counts (Du et al. 2025, "TextCrafter")
- edit similarity: 1 - edits / length of the longer, of each word and the word read that is nearest
- exact slots: headlines that the copy verifier accepts
- previews: how often what a plan's codes spell was right about the verdict on its image
- colour error: mean CIE76 distance (L*a*b*) of the colours asked for from the nearest one that the
  picture shows; a colour counts as shown where it holds a hundredth of the picture
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.progress import track
from rich.table import Table

from presscheck.search import Record
from presscheck_nano import checkpoint_path
from presscheck_nano.posters import MAX_LINES, SIZES, Poster, make_poster
from presscheck_nano.wording import held_out_copy, make_prompt
from presscheck_nano.world import CELL, CHARACTERS, COLOURS

if TYPE_CHECKING:
    from presscheck.assets import Plan
    from presscheck.engine.glm_image import GlmImageEngine
    from presscheck.registry import Reader, ReadText

SIZE_NAMES = {name: f"{columns * CELL}x{rows * CELL}" for name, (rows, columns) in SIZES.items()}
TOGETHER = 8
"""How many prompts are planned in one batch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One evaluated prompt. Planning's seconds are its share of the batch's."""

    format: str
    copy: str
    lines: int
    read: str
    words_found: int
    similarity: float
    exact: bool
    planned: bool
    drafted: bool
    colour_error: float
    plan_seconds: float
    render_seconds: float
    decode_seconds: float

    @property
    def words(self) -> int:
        """Return how many words were asked for."""
        return len(self.copy.split())

    @property
    def script(self) -> str:
        """Return what the copy is made of."""
        if any(not character.isascii() and character.isalpha() for character in self.copy):
            return "accented"
        if any(character not in CHARACTERS[:52] + " " for character in self.copy):
            return "digits and signs"
        return "capitals" if self.copy.isupper() else "lower case"


def evaluate(
    engine: GlmImageEngine, reader: Reader, count: int, seed: int
) -> tuple[list[Sample], list[Image.Image]]:
    """Plan, render and read `count` held-out posters, as many of each format."""
    asked: list[tuple[int, Poster, str]] = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        others = [name for name in SIZES if name != "square"]
        format_ = others[number // 2 % len(others)] if number % 2 else "square"
        lines = int(rng.integers(1, MAX_LINES + 1))
        copy = held_out_copy(rng, SIZES[format_][1] - 2, lines)
        poster = make_poster(rng, copy, format_=format_)
        asked.append((number, poster, make_prompt(rng, poster)))
    found: dict[int, tuple[Sample, Image.Image]] = {}
    batches = []
    for format_ in SIZES:
        alike = [row for row in asked if row[1].format == format_]
        batches += [alike[start : start + TOGETHER] for start in range(0, len(alike), TOGETHER)]
    for batch in track(batches, "evaluating", console=Console(stderr=True)):
        plans, seconds = _plan(engine, batch)
        for (number, poster, _), plan in zip(batch, plans, strict=True):
            found[number] = _measure(engine, reader, poster, plan, seconds, number)
    return [found[n][0] for n in sorted(found)], [found[n][1] for n in sorted(found)]


def _plan(
    engine: GlmImageEngine, batch: Sequence[tuple[int, Poster, str]]
) -> tuple[list[Plan], float]:
    from presscheck.engine.contract import PlanRequest

    requests = []
    for number, poster, prompt in batch:
        rows, columns = SIZES[poster.format]
        requests.append(
            PlanRequest(prompt=prompt, width=columns * CELL, height=rows * CELL, seed=number)
        )
    started = time.perf_counter()
    plans = engine.plan(requests)
    return plans, (time.perf_counter() - started) / len(plans)


def _measure(
    engine: GlmImageEngine, reader: Reader, poster: Poster, plan: Plan, seconds: float, seed: int
) -> tuple[Sample, Image.Image]:
    from presscheck.check import check_image
    from presscheck.engine.contract import Step

    ticks: list[float] = []

    def tick(_: Step) -> None:
        ticks.append(time.perf_counter())

    started = time.perf_counter()
    image = engine.render(plan, seed=seed, progress=tick)
    ended = time.perf_counter()
    remembering = Remembering(reader)
    verdict = check_image(image, {"headline": poster.copy}, remembering)
    text = " ".join(part.text for part in remembering.read(image))
    sample = Sample(
        format=poster.format,
        copy=poster.copy,
        lines=len(poster.lines),
        read=text,
        words_found=words_found(poster.copy, text),
        similarity=similarity(poster.copy, text),
        exact=verdict.status.value == "accept",
        planned=_spelt(engine, plan.tokens, plan.columns) == poster.copy,
        drafted=_spelt(engine, plan.draft, draft_columns(plan)) == poster.copy,
        colour_error=colour_error(image, [COLOURS[name] for name in asked_colours(poster)]),
        plan_seconds=seconds,
        render_seconds=ticks[-1] - started,
        decode_seconds=ended - ticks[-1],
    )
    return sample, image


def _spelt(engine: GlmImageEngine, tokens: Sequence[int], columns: int) -> str:
    """Return what the codes of a grid spell; "" where the checkpoint doesn't say."""
    readout = engine.checkpoint.readout
    return " ".join(line.text for line in readout.read(tokens, columns)) if readout else ""


def draft_columns(plan: Plan) -> int:
    """Return the width of a plan's small grid: the divisor nearest to the large one's ratio."""
    divisors = [n for n in range(1, len(plan.draft) + 1) if len(plan.draft) % n == 0]
    ratio = plan.columns / plan.rows
    return min(divisors, key=lambda n: abs(math.log(n * n / len(plan.draft) / ratio)))


class Remembering:
    """A reader that reads the same picture once."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.name = reader, reader.name
        self.unreadable = reader.unreadable
        self.seen: list[tuple[Image.Image, list[ReadText]]] = []

    def read(self, image: Image.Image, *, closely: bool = False) -> list[ReadText]:
        """Return the lines of an image."""
        if closely:
            return list(self.reader.read(image, closely=True))
        for other, lines in self.seen:
            if other is image:
                return lines
        self.seen.append((image, list(self.reader.read(image))))
        return self.seen[-1][1]


def asked_colours(poster: Poster) -> list[str]:
    """Return the names of the colours that a poster shows: its motif may have use for one."""
    shown = {stroke.colour for stroke in poster.strokes if stroke.colour and stroke.kind == "solid"}
    return [poster.ground, *(name for name in poster.accents if name in shown)]


def words_found(copy: str, read: str) -> int:
    """Return how many words of `copy` were read, each word read counted once."""
    left = read.lower().split()
    found = 0
    for word in copy.lower().split():
        if word in left:
            left.remove(word)
            found += 1
    return found


def similarity(copy: str, read: str) -> float:
    """Return the mean similarity (0..1) of each word with the word read that is nearest."""
    seen = read.lower().split()
    each = [
        max((Levenshtein.normalized_similarity(word, other) for other in seen), default=0.0)
        for word in copy.lower().split()
    ]
    return float(np.mean(each))


def colour_error(image: Image.Image, asked: Sequence[str]) -> float:
    """Return the mean CIE76 distance of hex colours from the nearest shown in a picture."""
    from presscheck.colour_words import lab

    pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    coarse = (pixels // 16).astype(np.int64) @ np.array([256, 16, 1])
    counts = np.bincount(coarse)
    shown = []
    for bin_ in np.flatnonzero(counts >= min(0.01 * len(pixels), counts.max())):
        mean = pixels[coarse == bin_].mean(axis=0)
        shown.append(lab("#" + "".join(f"{round(part):02x}" for part in mean)))
    each = [np.linalg.norm(np.subtract(shown, lab(colour)), axis=1).min() for colour in asked]
    return float(np.mean(each))


def summarise(samples: Sequence[Sample]) -> dict[str, float]:
    """Return the figures of some samples."""
    total = sum(sample.words for sample in samples)
    plan, render, decode = (
        float(np.mean([getattr(sample, name) for sample in samples]))
        for name in ("plan_seconds", "render_seconds", "decode_seconds")
    )
    return {
        "count": len(samples),
        "word_accuracy": round(sum(sample.words_found for sample in samples) / total, 3),
        "edit_similarity": round(float(np.mean([s.similarity for s in samples])), 3),
        "exact_slot_rate": round(sum(sample.exact for sample in samples) / len(samples), 3),
        "colour_error": round(float(np.mean([s.colour_error for s in samples])), 1),
        "plan_seconds": round(plan, 2),
        "render_seconds": round(render, 2),
        "decode_seconds": round(decode, 2),
        "seconds_per_image": round(plan + render + decode, 2),
    }


def preview_records(samples: Sequence[Sample]) -> dict[str, Record]:
    """Return how often what the codes spell was right about the verdict, by grid."""
    records = {"large grid": Record(), "small grid": Record()}
    for sample in samples:
        for name, said in (("large grid", sample.planned), ("small grid", sample.drafted)):
            records[name] = records[name].seen(preview=said, verdict=sample.exact)
    return records


def preview_table(samples: Sequence[Sample]) -> Table:
    """Return the records as a table."""
    table = Table("what its codes spell", "right", "and the image", "wrong", "and the image")
    for name, record in preview_records(samples).items():
        table.add_row(
            name,
            str(record.accepted),
            f"accepted {record.accepted_right}, rejected {record.accepted_wrong}",
            str(record.rejected),
            f"accepted {record.rejected_wrong}, rejected {record.rejected_right}",
        )
    return table


def by_group(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """Return the figures by size, number of lines and of words, and script; and of all."""
    views: tuple[tuple[str, Callable[[Sample], str]], ...] = (
        ("", lambda sample: SIZE_NAMES[sample.format]),
        ("512x512, lines: ", lambda sample: _few(sample) if sample.format == "square" else ""),
        ("lines: ", lambda sample: str(sample.lines)),
        ("words: ", lambda sample: str(sample.words)),
        ("", lambda sample: sample.script),
    )
    groups: dict[str, dict[str, float]] = {}
    for view, key in views:
        for name in dict.fromkeys(sorted(key(sample) for sample in samples)):
            chosen = [sample for sample in samples if key(sample) == name]
            if name:
                groups[f"{view}{name}"] = summarise(chosen)
    return {**groups, "all": summarise(samples)}


def _few(sample: Sample) -> str:
    return "1 or 2" if sample.lines <= 2 else "3 or 4"


def draw_sheet(
    images: Iterable[Image.Image], picture: Path, side: int = 300, across: int = 8
) -> None:
    """Draw samples on one sheet."""
    shown = list(images)
    rows = -(-len(shown) // across)
    sheet = Image.new("RGB", (across * side, rows * side), "#55595f")
    for number, image in enumerate(shown):
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
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path, help="draw the first 32 samples on one picture")
    parser.add_argument("--each", action="store_true", help="print every sample, too")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    engine = GlmImageEngine.create(EngineChoice(checkpoint=given.checkpoint))
    reader = Plugins.load().readers()["ppocr"].create()
    samples, images = evaluate(engine, reader, given.count, given.seed)
    if given.sheet:
        draw_sheet(images[:32], given.sheet)
    groups = by_group(samples)
    if given.json:
        records = {name: asdict(record) for name, record in preview_records(samples).items()}
        print(json.dumps({**groups["all"], "groups": groups, "previews": records}))
        return
    for sample in samples if given.each else ():
        mark = "exact" if sample.exact else "     "
        print(f"{mark}  {sample.format:9}{sample.copy:30}{sample.read}")
    table = Table("", *(name.replace("_", " ") for name in groups["all"]))
    for name, figures in groups.items():
        table.add_row(name, *(f"{value:g}" for value in figures.values()))
    console = Console(width=140)
    console.print(table)
    console.print(preview_table(samples))


if __name__ == "__main__":
    main()
