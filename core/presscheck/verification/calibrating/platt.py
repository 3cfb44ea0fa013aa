"""Calibrated probabilities: Platt scaling, and how far predictions are from what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from presscheck.verification.rates import Rate

BINS = 10
STEPS, HALVINGS = 100, 20
RIDGE, ENOUGH = 1e-12, 1e-8

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Platt:
    """P(right | loss) = 1 / (1 + exp(slope * loss + intercept))."""

    slope: float
    intercept: float

    def __call__(self, losses: Sequence[float]) -> list[float]:
        """Return the probability that each character is right."""
        raised = self.slope * np.asarray(losses, np.float64) + self.intercept
        found: list[float] = np.exp(-np.logaddexp(0.0, raised)).tolist()
        return found


def fit(losses: Sequence[float], right: Sequence[bool]) -> Platt | None:
    """Fit the probability that a character is right by its loss; None without both kinds.

    Platt (1999), by Newton's method with backtracking as Lin, Lin and Weng (2007), "A note on
    Platt's probabilistic outputs for support vector machines", correct it; targets are theirs too.
    """
    hits = sum(right)
    if not 0 < hits < len(right):
        return None
    x = np.asarray(losses, np.float64)
    high, low = (hits + 1) / (hits + 2), 1 / (len(right) - hits + 2)
    target: Floats = np.where(np.asarray(right), high, low).astype(np.float64)
    point = np.array([0.0, np.log((len(right) - hits + 1) / (hits + 1))])
    for _ in range(STEPS):
        gradient, step = _newton(x, target, point)
        if np.abs(gradient).max() < ENOUGH * len(x):
            break
        further = _backtrack(x, target, point, gradient, step)
        if further is None:
            break
        point = further
    return Platt(slope=float(point[0]), intercept=float(point[1]))


def _cost(x: Floats, target: Floats, point: Floats) -> float:
    """Return the negative log likelihood, in the form that neither over- nor underflows."""
    raised = point[0] * x + point[1]
    return float((np.logaddexp(0.0, raised) - (1 - target) * raised).sum())


def _newton(x: Floats, target: Floats, point: Floats) -> tuple[Floats, Floats]:
    """Return the gradient, and Newton's step."""
    chance = np.exp(-np.logaddexp(0.0, point[0] * x + point[1]))
    slack, weight = target - chance, chance * (1 - chance)
    gradient: Floats = np.array([(x * slack).sum(), slack.sum()])
    cross = (x * weight).sum()
    hessian = np.array([[(x * x * weight).sum(), cross], [cross, weight.sum()]])
    step: Floats = -np.linalg.solve(hessian + RIDGE * np.eye(2), gradient).astype(np.float64)
    return gradient, step


def _backtrack(
    x: Floats, target: Floats, point: Floats, gradient: Floats, step: Floats
) -> Floats | None:
    """Return the point after a step that lowers the cost enough; None where none does."""
    before, slope = _cost(x, target, point), float(gradient @ step)
    for halving in range(HALVINGS):
        size = 0.5**halving
        moved = point + size * step
        if _cost(x, target, moved) < before + 1e-4 * size * slope:
            return moved
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """Predictions of about the same probability: their mean, and how many came true."""

    low: float
    high: float
    predicted: float
    observed: Rate


def reliability(predicted: Sequence[float], right: Sequence[bool]) -> tuple[Bin, ...]:
    """Return ten bins of equal width; empty ones are left out."""
    places = [min(BINS - 1, int(one * BINS)) for one in predicted]
    bins: list[Bin] = []
    for place in range(BINS):
        inside = [index for index, at in enumerate(places) if at == place]
        if inside:
            bins.append(
                Bin(
                    low=place / BINS,
                    high=(place + 1) / BINS,
                    predicted=sum(predicted[index] for index in inside) / len(inside),
                    observed=Rate(hits=sum(right[index] for index in inside), of=len(inside)),
                )
            )
    return tuple(bins)


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error (Naeini, Cooper and Hauskrecht 2015), 0-1."""
    count = sum(one.observed.of for one in bins)
    apart = sum(one.observed.of * abs(one.observed.share - one.predicted) for one in bins)
    return apart / count if count else 0.0
