"""Finds the lines that belong to each slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from presscheck.assets import Box
from presscheck.verification.compare import edits, likeness
from presscheck.verification.lines import (
    Line,
    grow,
    is_decoration,
    join,
    rows_of,
    share_inside,
)

TOLERANCE = 0.10
"""How far a slot's region is grown, as a fraction of the image: image models place loosely."""
MIN_LIKENESS = 0.45
"""Lines that agree less with the copy are no attempt at it: the slot is missing."""

Found = tuple[Line, ...]


def assign(
    wanted: Mapping[str, str], regions: Mapping[str, Box], lines: Sequence[Line]
) -> dict[str, Found]:
    """Return each slot's lines, in reading order; no line belongs to two slots.

    A slot's lines follow each other in reading order. The slot that agrees best chooses first.
    """
    left, open_slots = list(lines), dict(wanted)
    found: dict[str, Found] = dict.fromkeys(wanted, ())
    while open_slots:
        choices = {name: _best(open_slots[name], regions.get(name), left) for name in open_slots}
        name = max(choices, key=lambda name: (choices[name][0], len(wanted[name])))
        score, chosen = choices[name]
        del open_slots[name]
        if score >= MIN_LIKENESS:
            found[name] = chosen
            left = [line for line in left if all(line is not other for other in chosen)]
    return found


def _best(expected: str, region: Box | None, lines: Sequence[Line]) -> tuple[float, Found]:
    """Return the likeness and the lines of the best run: inside the region first, then anywhere."""
    pools = [list(lines)]
    if region is not None:
        near = grow(region, TOLERANCE)
        pools.insert(0, [line for line in lines if share_inside(line.box, near) >= 0.5])
    pools = [kept for pool in pools for kept in (_without_shapes(pool), pool)]
    best: tuple[tuple[float, int], Found] = ((0.0, 0), ())
    for pool in pools:
        # Lines of other slots may have stood between two of the same row.
        ordered = [line for row in rows_of(pool) for line in row]
        for run in _runs(ordered, len(expected)):
            text = join(run)
            score = likeness(expected, text), -edits(expected, text)
            if score > best[0]:
                best = score, run
    return best[0][0], best[1]


def _without_shapes(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if not is_decoration(line)]


def _runs(lines: Sequence[Line], length: int) -> list[Found]:
    """Return every run of lines that isn't much longer than the copy."""
    runs: list[Found] = []
    for start in range(len(lines)):
        for end in range(start + 1, len(lines) + 1):
            if sum(len(line.text) for line in lines[start : end - 1]) > 2 * length:
                break
            runs.append(tuple(lines[start:end]))
    return runs
