# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
"""Trains the network of glyphs: `python -m presscheck_glyphs.train --faces A --held-out B`.

Lines are drawn by as many processes as there are cores, kept, and learned from several times, for
as many minutes as are given; on a GPU where there is one. What is written is the mean of the
weights over the last steps. A run depends on how fast lines are drawn, so that no two are equal.
"""

from __future__ import annotations

import argparse
import os
import queue
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import torch
import torch.multiprocessing as processes
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from presscheck.errors import InputError
from presscheck.verification.benchmark.copy import PHRASES
from presscheck_glyphs.alphabet import SIZE, numbers
from presscheck_glyphs.net import GlyphNet
from presscheck_glyphs.samples import Sample, World
from presscheck_glyphs.strips import FAINT, HEIGHT

CHUNK, BATCH = 512, 128
"""Lines drawn at a time, of which those of like width share a batch."""
WIDE = 32
"""A batch's width is padded to a multiple of so many pixels."""
RATE, WARM, DECAY = 1.5e-3, 500, 0.02
"""The longest step, the steps until it is reached, and the decay of weights (AdamW)."""
SLOWEST = 0.01
"""Steps shorten evenly to this part of the longest one."""
EMA = 0.998
"""How slowly the mean of the weights follows them."""
NAMED = 0.1
"""How much it counts that a character is named, beside that it is judged."""
NEW, FRESH = 100, 0.3
"""Of the newest batches one is learned from so often."""
NOISE, STRAY = 0.03, 1.0
"""What is added to a strip's values, and to the middles of its glyphs, in pixels."""
TOLD = 30.0
"""Seconds between reports, and copies of the weights."""


class Batch(NamedTuple):
    """Strips (lines, HEIGHT, width) as bytes; the others are (lines, glyphs), as of `Sample`."""

    strips: Tensor
    letters: Tensor
    middles: Tensor
    wrong: Tensor

    def to(self, device: str) -> Batch:
        """Return it on a device."""
        return Batch(*(one.to(device) for one in self))


def words() -> list[str]:
    """Return the words of the score board's development copy."""
    latin = (PHRASES[one] for one in PHRASES if one not in {"Chinese", "Japanese"})
    return sorted({word for phrases in latin for phrase in phrases for word in phrase.split()})


def collate(samples: Sequence[Sample]) -> Batch:
    """Return lines as a batch; strips go on as they end, so that where they do is no edge."""
    width = -(-max(one.strip.shape[1] for one in samples) // WIDE) * WIDE
    shape = len(samples), max(len(one.text) for one in samples)
    strips = np.zeros((len(samples), HEIGHT, width), np.uint8)
    letters, middles = np.zeros(shape, np.int16), np.zeros(shape, np.float32)
    wrong = np.full(shape, -1, np.int8)
    for row, one in enumerate(samples):
        strips[row] = np.pad(one.strip, ((0, 0), (0, width - one.strip.shape[1])), "edge")
        letters[row, : len(one.text)] = numbers(one.text)
        middles[row, : len(one.text)] = one.middles
        visible = np.array([letter != " " for letter in one.text])
        wrong[row, : len(one.text)] = np.where(visible, one.wrong, -1)
    return Batch(*(torch.as_tensor(one) for one in (strips, letters, middles, wrong)))


def batches(faces: Sequence[Path], seed: str) -> Iterator[Batch]:
    """Yield batches without end."""
    world = World(faces=faces, words=words(), random=Random(seed))
    while True:
        drawn = sorted((world.sample() for _ in range(CHUNK)), key=lambda one: one.strip.shape[1])
        for start in range(0, CHUNK, BATCH):
            yield collate(drawn[start : start + BATCH])


class Painters:
    """Processes that draw batches, each from a seed of its own."""

    def __init__(self, faces: Sequence[Path], seed: str, count: int) -> None:
        context = processes.get_context("spawn")
        self._made: Any = context.Queue(maxsize=8 * count)
        self._painters = [
            context.Process(target=_draw, args=(faces, f"{seed} {n}", self._made), daemon=True)
            for n in range(count)
        ]
        for painter in self._painters:
            painter.start()

    def batch(self, seconds: float = 0.0) -> Batch | None:
        """Return a batch, which is waited for if need be; None if there is none by then."""
        try:
            arrays = self._made.get(timeout=seconds) if seconds else self._made.get_nowait()
        except queue.Empty:
            return None
        return Batch(*(torch.as_tensor(one) for one in arrays))

    def stop(self) -> None:
        """Draw no more."""
        for painter in self._painters:
            painter.terminate()
            painter.join()


def _draw(faces: Sequence[Path], seed: str, made: Any) -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    for batch in batches(faces, seed):
        made.put(tuple(one.numpy() for one in batch))


class Kept:
    """The batches that are learned from, up to a size in bytes; the oldest go first."""

    def __init__(self, most: float) -> None:
        self._batches: list[Batch] = []
        self._most, self._size = most, 0.0
        self.lines = 0

    def __len__(self) -> int:
        return len(self._batches)

    def add(self, batch: Batch) -> None:
        """Keep a batch."""
        self._batches.append(batch)
        self.lines += len(batch.strips)
        self._size += batch.strips.numel()
        while self._size > self._most and len(self._batches) > 1:
            self._size -= self._batches.pop(0).strips.numel()

    def choose(self, random: Random) -> Batch:
        """Return one of them; the newest come more often."""
        return random.choice(self._batches[-NEW:] if random.random() < FRESH else self._batches)


def normalised(strips: Tensor) -> Tensor:
    """Return strips as `presscheck_glyphs.strips.normalised` does, (lines, 1, HEIGHT, width)."""
    values = strips.float()[:, None]
    mean = values.mean(dim=(2, 3), keepdim=True)
    spread = values.std(dim=(2, 3), keepdim=True, correction=0)
    return (values - mean) / (spread + FAINT)


def losses(net: nn.Module, batch: Batch, *, augment: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return what is learned from, and the log odds and labels of all glyphs that are judged."""
    values, middles = normalised(batch.strips), batch.middles
    if augment:
        flip = torch.rand(len(values), 1, 1, 1, device=values.device) < 0.5
        values = torch.where(flip, -values, values)
        values = values + NOISE * torch.randn_like(values)
        middles = middles + STRAY * torch.randn(len(values), 1, device=values.device)
    letters = batch.letters.long()
    odds, named = (one.float() for one in net(values, letters, middles))
    judged, whole = batch.wrong >= 0, batch.wrong == 0
    wrong = batch.wrong[judged]
    judging = nn.functional.binary_cross_entropy_with_logits(odds[judged], wrong.float())
    naming = nn.functional.cross_entropy(named[whole], letters[whole])
    return judging + NAMED * naming, odds[judged].detach(), wrong


def caught(odds: npt.NDArray[Any], wrong: npt.NDArray[Any], rate: float) -> float:
    """Return the share of malformed glyphs whose odds only `rate` of the whole ones reach.

    >>> caught(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0, 0, 1, 1]), 0.5)
    1.0
    """
    whole = np.sort(odds[wrong == 0])[::-1]
    threshold = whole[min(len(whole) - 1, round(rate * len(whole)))]
    return float((odds[wrong == 1] > threshold).mean())


def evaluate(net: nn.Module, held_out: Sequence[Batch], device: str) -> str:
    """Say how many malformed glyphs are caught at several rates of false alarms."""
    net.eval()
    told: list[tuple[npt.NDArray[Any], npt.NDArray[Any]]] = []
    with torch.no_grad(), _precision(device):
        for batch in held_out:
            _, odds, wrong = losses(net, batch.to(device), augment=False)
            told.append((odds.cpu().numpy(), wrong.cpu().numpy()))
    net.train()
    odds_, wrong_ = (np.concatenate(one) for one in zip(*told, strict=True))
    rates = ", ".join(
        f"1/{apart} {caught(odds_, wrong_, 1 / apart):.3f}" for apart in (100, 1000, 3000, 10000)
    )
    count = f"{(wrong_ == 0).sum()} whole, {(wrong_ == 1).sum()} malformed"
    return f"{count}, of which caught at a false alarm in {rates}"


def _precision(device: str) -> torch.autocast:
    return torch.autocast(device, torch.bfloat16, enabled=device == "cuda")


def train(asked: argparse.Namespace, device: str) -> None:
    """Train for as long as is asked for, and write the weights."""
    started = time.monotonic()
    end = told = started + 60 * asked.minutes
    random = Random(asked.seed)
    torch.manual_seed(0)
    net = GlyphNet().to(device)
    if asked.start is not None:
        net.load_state_dict(torch.load(asked.start, map_location=device))

    def follow(mean: Tensor, new: Tensor, _: Tensor | int) -> Tensor:
        return torch.lerp(new.float(), mean.float(), weight=asked.ema)

    mean = AveragedModel(net, avg_fn=follow, use_buffers=True)
    optimiser = _optimiser(net)
    kept, held_out, steps = Kept(asked.kept_gb * 1e9), list[Batch](), 0
    judging = Painters(_fonts(asked.held_out), "held out", 1)
    drawing = Painters(_fonts(asked.faces), asked.seed, asked.workers)
    try:
        while len(held_out) * BATCH < asked.held_lines:
            if (drawn := judging.batch(seconds=TOLD)) is not None:
                held_out.append(drawn)
        judging.stop()
        told = time.monotonic()
        while time.monotonic() < end:
            while (drawn := drawing.batch(seconds=0.0 if len(kept) else TOLD)) is not None:
                kept.add(drawn.to(device))
            if not len(kept):
                continue
            part = (time.monotonic() - started) / (end - started)
            rate = asked.rate * min(1.0, (steps + 1) / asked.warm) * max(SLOWEST, 1 - part)
            for group in optimiser.param_groups:
                group["lr"] = rate
            loss = _step(net, optimiser, kept.choose(random), device)
            mean.update_parameters(net)
            steps += 1
            if time.monotonic() - told > TOLD:
                told = time.monotonic()
                so_far = f"{told - started:.0f} s, {kept.lines} lines, {steps} steps"
                print(f"{so_far}, loss {float(loss):.4f}", flush=True)
                torch.save(mean.module.state_dict(), asked.out)
    finally:
        judging.stop()
        drawing.stop()
    torch.save(mean.module.state_dict(), asked.out)
    print(f"{kept.lines} lines, {steps} steps; {evaluate(mean.module, held_out, device)}")


def _step(net: nn.Module, optimiser: torch.optim.Optimizer, batch: Batch, device: str) -> Tensor:
    with _precision(device):
        loss, _, _ = losses(net, batch, augment=True)
    optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    return loss.detach()


def _optimiser(net: nn.Module) -> torch.optim.Optimizer:
    weights = [one for one in net.parameters() if one.ndim > 1]
    rest = [one for one in net.parameters() if one.ndim <= 1]
    return torch.optim.AdamW(
        [{"params": weights, "weight_decay": DECAY}, {"params": rest, "weight_decay": 0.0}],
        lr=RATE,
        betas=(0.9, 0.98),
    )


def _fonts(folder: Path) -> list[Path]:
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    if not found:
        raise InputError(f"{folder} holds no fonts.", remedy="Name a folder of font files.")
    return found


def main() -> int:
    """Train, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m presscheck_glyphs.train")
    parser.add_argument("--faces", type=Path, required=True, help="a folder of font files")
    parser.add_argument("--held-out", type=Path, required=True, help="faces that tell how well")
    parser.add_argument("--held-lines", type=int, default=20000, help="lines drawn in these")
    parser.add_argument("--minutes", type=float, default=11.0)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--rate", type=float, default=RATE, help="the longest step")
    parser.add_argument("--warm", type=int, default=WARM, help="steps until it is reached")
    parser.add_argument("--ema", type=float, default=EMA, help="how slowly the mean follows")
    parser.add_argument("--seed", default="glyphs")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--kept-gb", type=float, default=40.0, help="lines kept, in gigabytes")
    parser.add_argument("--out", type=Path, default=Path("out/glyphs.pt"))
    asked = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    print(f"{device}, {SIZE} characters", flush=True)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    try:
        train(asked, device)
    except InputError as error:
        print(error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
