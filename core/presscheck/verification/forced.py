"""Forced scoring: how well expected text explains what a recogniser saw, character by character.

The text is laid along the frames by the likeliest path of a CTC model (Graves et al. 2006). Between
two characters the frames are cut in the middle, and in its own window each character is compared
with what could stand there instead: another character, none, or one more before or after it. Each
of these is a sum over all its paths. A character's *loss* is the logarithm of how many times
likelier the best alternative is than the character: below 0, nothing is likelier. Its *posterior*
is its share among all that was compared.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from presscheck.verification.posteriors import BLANK, LEAST, Posteriors

SEEN = 1e-3
"""A class is an alternative where some frame gives it at least this probability."""
MOST = 12
"""How many alternatives are compared with a character, the likeliest first."""
WORST = 30.0
"""The loss of a character for which there is no frame left."""

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """How a character of the expected text fares.

    `instead` is the best alternative: another character, "" for none, or two characters, one of
    which is the expected one. `start`, `end` are where it stands along the line, 0-1.
    """

    character: str
    loss: float
    posterior: float
    instead: str
    start: float
    end: float


def score_text(posteriors: Posteriors, text: str) -> tuple[Score, ...]:
    """Return a score for each character of a normalised `text`, spaces too."""
    groups = [posteriors.alphabet.alike(character) for character in text]
    if not text or not all(groups):
        return tuple(_lost(character) for character in text)
    chances = np.maximum(posteriors.chances, LEAST)
    own: Floats = np.log(np.stack([chances[:, group].sum(axis=1) for group in groups], axis=1))
    blank: Floats = np.log(chances[:, BLANK].astype(np.float64))
    spans = forced_path(own.astype(np.float64), blank, text)
    if spans is None:
        return tuple(_lost(character) for character in text)
    edges = [0, *(_between(*pair) for pair in itertools.pairwise(spans)), len(blank)]
    windows = list(itertools.pairwise(edges))
    others = _others(posteriors, windows, groups)
    losses, shares, best = _compare(own, blank, chances, windows, others)
    most = max(map(len, others))
    named = [[posteriors.alphabet.characters[one] for one in other] for other in others]
    return tuple(
        Score(
            character=character,
            loss=round(float(losses[index]), 3),
            posterior=round(float(shares[index]), 4),
            instead=_instead(int(best[index]), character, named[index], most),
            start=min(1.0, spans[index][0] / posteriors.across),
            end=min(1.0, (spans[index][1] + 1) / posteriors.across),
        )
        for index, character in enumerate(text)
    )


def _lost(character: str) -> Score:
    return Score(character=character, loss=WORST, posterior=0.0, instead="", start=0.0, end=1.0)


def _between(one: tuple[int, int], other: tuple[int, int]) -> int:
    return (one[1] + 1 + other[0] + 1) // 2


def forced_path(own: Floats, blank: Floats, text: str) -> list[tuple[int, int]] | None:
    """Return the first and last frame of each character on the likeliest path; None if none fits.

    `own` holds log probabilities (frames, characters), `blank` (frames,). Between two equal
    characters a path has a blank.
    """
    frames, count = own.shape
    states = 2 * count + 1
    emitted = np.empty((frames, states))
    emitted[:, 0::2], emitted[:, 1::2] = blank[:, None], own
    skips = np.full(states, -np.inf)
    skips[3::2] = [0.0 if a != b else -np.inf for a, b in itertools.pairwise(text)]
    best = np.full(states, -np.inf)
    best[:2] = emitted[0, :2]
    came = np.zeros((frames, states), np.int8)
    moves = np.full((3, states), -np.inf)
    for frame in range(1, frames):
        moves[0] = best
        moves[1, 1:] = best[:-1]
        moves[2, 2:] = best[:-2]
        moves[2] += skips
        came[frame] = moves.argmax(axis=0)
        best = moves.max(axis=0) + emitted[frame]
    state = states - 1 if best[-1] >= best[-2] else states - 2
    if not np.isfinite(best[state]):
        return None
    spans = [(frames, -1)] * count
    for frame in range(frames - 1, -1, -1):
        if state % 2:
            first, last = spans[state // 2]
            spans[state // 2] = min(first, frame), max(last, frame)
        state -= int(came[frame, state])
    return spans


def _others(
    posteriors: Posteriors, windows: Sequence[tuple[int, int]], groups: Sequence[Sequence[int]]
) -> list[list[int]]:
    """Return for each window the likeliest classes seen in it that are not the expected one."""
    frames, classes = np.nonzero(posteriors.chances >= SEEN)
    found: list[list[int]] = []
    for (start, end), group in zip(windows, groups, strict=True):
        inside = classes[(frames >= start) & (frames < end)]
        there: list[int] = sorted(set(inside.tolist()) - {BLANK, *group})
        peaks: list[float] = posteriors.chances[start:end, there].max(axis=0).tolist()
        likely = sorted(zip(peaks, there, strict=True), key=lambda pair: -pair[0])
        found.append([one for _, one in likely[:MOST]])
    return found


def _compare(
    own: Floats,
    blank: Floats,
    chances: Any,
    windows: Sequence[tuple[int, int]],
    others: Sequence[Sequence[int]],
) -> tuple[Floats, Floats, Any]:
    """Return losses, posteriors, and which alternative is the best, for each window.

    Alternatives are numbered: 0 none, then the others, then the character twice, then with one
    before, then with one after.
    """
    count = len(windows)
    longest = max(end - start for start, end in windows)
    most = max((len(other) for other in others), default=0)
    quiet = np.zeros((count, longest))
    mine = np.full((count, longest, 1), -np.inf)
    theirs = np.full((count, longest, most), -np.inf)
    for index, (start, end) in enumerate(windows):
        quiet[index, : end - start] = blank[start:end]
        mine[index, : end - start, 0] = own[start:end, index]
        if other := others[index]:
            theirs[index, : end - start, : len(other)] = np.log(chances[start:end][:, other])
    expected = _one(quiet, mine)[:, 0]
    rivals = np.concatenate(
        [
            quiet.sum(axis=1)[:, None],
            _one(quiet, theirs),
            _two(quiet, mine, mine, apart=True),
            _two(quiet, theirs, mine),
            _two(quiet, mine, theirs),
        ],
        axis=1,
    )
    best = rivals.argmax(axis=1)
    losses = rivals.max(axis=1) - expected
    every = np.concatenate([expected[:, None], rivals], axis=1)
    top = every.max(axis=1, keepdims=True)
    shares = np.exp(expected - top[:, 0]) / np.exp(every - top).sum(axis=1)
    return losses, shares, best


def _one(blank: Floats, character: Floats) -> Floats:
    """Return the log probability that windows hold one character, (windows, characters)."""
    count, frames, kinds = character.shape
    before = np.zeros((count, 1))
    on = after = np.full((count, kinds), -np.inf)
    for frame in range(frames):
        quiet = blank[:, frame, None]
        after = np.logaddexp(after, on) + quiet
        on = np.logaddexp(before, on) + character[:, frame]
        before = before + quiet
    return np.logaddexp(on, after)


def _two(blank: Floats, first: Floats, second: Floats, *, apart: bool = False) -> Floats:
    """Return the log probability that windows hold two characters, one by one.

    Equal ones stand `apart`: between them there is a blank.
    """
    count, frames, _ = first.shape
    kinds = max(first.shape[2], second.shape[2]) if min(first.shape[2], second.shape[2]) else 0
    before = np.zeros((count, 1))
    on = between = then = after = np.full((count, kinds), -np.inf)
    for frame in range(frames):
        quiet = blank[:, frame, None]
        after = np.logaddexp(after, then) + quiet
        ready = between if apart else np.logaddexp(on, between)
        then = np.logaddexp(ready, then) + second[:, frame]
        between = np.logaddexp(between, on) + quiet
        on = np.logaddexp(before, on) + first[:, frame]
        before = before + quiet
    return np.logaddexp(then, after)


def _instead(best: int, character: str, others: Sequence[str], most: int) -> str:
    """Return the text of an alternative by its number; see `_compare`."""
    if best == 0:
        return ""
    if best <= most:
        return others[best - 1]
    if best == most + 1:
        return 2 * character
    kind, place = divmod(best - most - 2, most)
    return (others[place] + character, character + others[place])[kind]
