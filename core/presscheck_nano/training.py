# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""What every training run shares: a seed, a schedule, a log, and a state file to go on from."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long and how fast to learn. `warm_up` steps rise linearly, then a cosine falls to 5 %."""

    steps: int
    rate: float
    warm_up: int = 100

    def at(self, step: int) -> float:
        """Return the learning rate of a step."""
        if step < self.warm_up:
            return self.rate * (step + 1) / self.warm_up
        done = min((step - self.warm_up) / max(self.steps - self.warm_up, 1), 1.0)
        return self.rate * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done)))


def stray(rng: np.random.Generator, cells: np.ndarray, share: float) -> np.ndarray:
    """Return a poster's cells with about a `share` of them replaced by others of them."""
    wrong = rng.random(cells.size).reshape(cells.shape) < share
    others = cells.reshape(-1)[rng.integers(cells.size, size=cells.size)].reshape(cells.shape)
    strayed: np.ndarray = np.where(wrong, others, cells)
    return strayed


def train(
    module: nn.Module,
    loss: Callable[[int], torch.Tensor],
    schedule: Schedule,
    state: Path,
    *,
    every: int = 100,
    look: Callable[[int], str] | None = None,
    seconds: float | None = None,
) -> None:
    """Train `module` on `loss(step)`, going on from `state` where it exists.

    The state file is written every `every` steps, with a line in the CSV file beside it. `look` may
    add a measure to that line. The run ends at the schedule's end, or after `seconds`.
    """
    optimiser = torch.optim.AdamW(
        module.parameters(), lr=schedule.rate, betas=(0.9, 0.98), weight_decay=0.01
    )
    first = _resume(module, optimiser, state)
    began, total, count = time.monotonic(), 0.0, 0
    for step in range(first, schedule.steps):
        for group in optimiser.param_groups:
            group["lr"] = schedule.at(step)
        value = loss(step)
        optimiser.zero_grad(set_to_none=True)
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimiser.step()
        total, count = total + float(value.detach()), count + 1
        over = seconds is not None and time.monotonic() - began > seconds
        if (step + 1) % every == 0 or step + 1 == schedule.steps or over:
            note = look(step + 1) if look else ""
            _save(module, optimiser, state, step + 1)
            _log(state, step + 1, total / count, time.monotonic() - began, note)
            total, count = 0.0, 0
        if over:
            return


def _resume(module: nn.Module, optimiser: torch.optim.Optimizer, state: Path) -> int:
    if not state.exists():
        return 0
    kept = torch.load(state, weights_only=True)
    module.load_state_dict(kept["module"])
    optimiser.load_state_dict(kept["optimiser"])
    step: int = kept["step"]
    return step


def _save(module: nn.Module, optimiser: torch.optim.Optimizer, state: Path, step: int) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    fresh = state.with_suffix(".new")
    torch.save(
        {"module": module.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, fresh
    )
    fresh.replace(state)


def _log(state: Path, step: int, loss: float, seconds: float, note: str) -> None:
    with state.with_suffix(".csv").open("a", newline="") as file:
        csv.writer(file).writerow([step, f"{loss:.5f}", f"{seconds:.0f}", note])
    print(f"{state.stem} step {step} loss {loss:.4f} {seconds:.0f} s {note}", flush=True)
