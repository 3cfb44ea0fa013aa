"""Decides by the ink whether there is a space where the reader saw none, or one too many.

Between two letters the columns of a line hold no ink. A gap is a space when it is wide both
against the line and against the other gaps of the line. The figures are chosen for letterspaced
monospaced capitals (letter gaps 0.1-0.35 of the line's height, 0.5 between two I, spaces 0.7 and
more) and for proportional sans serifs (letter gaps below 0.15, spaces 0.25-0.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

MIN_SPACE = 0.16
"""Narrowest space, in heights of the ink."""
SURE_SPACE = 0.66
"""A gap as wide as this is a space whatever the others are, in heights of the ink."""
TIMES_USUAL = 3.2
"""A space is at least this much wider than the lower quartile of the line's gaps."""
MIN_USUAL = 0.05
"""Gaps of touching letters are not seen; the quartile counts as at least this, in heights."""
INK = 0.35
"""Share of the largest contrast from which a pixel counts as ink."""

WIDER, NARROWER, CLOSE = 1.5, 0.6, 1.2
"""A space is so many times as wide as the widest gap between letters, and as any other space; two
letters without one stand no further apart than so many times the widest gap."""

Run = tuple[int, int]
"""First column with ink and the first without, of one run."""


def ink_runs(pixels: npt.NDArray[np.uint8]) -> tuple[list[Run], int]:
    """Return the runs of columns with ink, and the height of the ink in pixels.

    `pixels` is (height, width, 3). The ground is the median colour of the frame of the crop.
    """
    values = pixels.astype(np.float32)
    frame = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    contrast = np.abs(values - np.median(frame, axis=0)).max(axis=2)
    strongest = float(contrast.max())
    if strongest < 24:
        return [], 0
    ink = contrast > INK * strongest
    rows = np.nonzero(ink.any(axis=1))[0]
    return _runs(ink.any(axis=0)), int(rows[-1] - rows[0] + 1)


def _runs(columns: npt.NDArray[np.bool_]) -> list[Run]:
    edges = np.diff(np.concatenate([[0], columns.astype(np.int8), [0]]))
    starts, ends = np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0]
    return [(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]


def words_of(runs: Sequence[Run], height: int) -> list[int]:
    """Return the number of ink runs in each word.

    >>> words_of([(0, 20), (24, 44), (48, 60), (90, 110)], 40)
    [3, 1]
    """
    gaps = [after[0] - before[1] for before, after in pairwise(runs)]
    if not gaps:
        return [len(runs)]
    usual = max(float(np.quantile(gaps, 0.25)), MIN_USUAL * height)
    least = max(MIN_SPACE * height, TIMES_USUAL * usual)
    counts = [1]
    for gap in gaps:
        if gap >= min(least, SURE_SPACE * height):
            counts.append(1)
        else:
            counts[-1] += 1
    return counts


def confirms(pixels: npt.NDArray[np.uint8], words: Sequence[str], read: Sequence[str] = ()) -> bool:
    """Tell whether the ink of one line falls into `words`, and not into the words of `read`.

    There must be as many words, each of as many runs of ink as it has letters. Where touching
    letters or signs such as % make another sum of runs, each word may be off by a third, and
    `words` must fit better than what was read.
    """
    counts = words_of(*ink_runs(pixels))
    lengths = [len(word) for word in words]
    if len(counts) != len(words) or len(words) == 1:
        return len(counts) == len(words)
    if sum(counts) == sum(lengths):
        return counts == lengths
    near = all(
        abs(count - length) <= max(1, length // 3)
        for count, length in zip(counts, lengths, strict=True)
    )
    other = [len(word) for word in read]
    return near and (len(other) != len(counts) or _misfit(counts, lengths) < _misfit(counts, other))


def refutes(pixels: npt.NDArray[np.uint8], words: Sequence[str], read: Sequence[str]) -> bool:
    """Tell whether the ink of one line falls into the words that were `read`, not into `words`.

    Both have the same letters, each of which must stand by itself. A gap between letters is one
    where neither has a space, a space where both have one.
    """
    runs, height = ink_runs(pixels)
    wanted, seen = _ends(words), _ends(read)
    if len(runs) != sum(map(len, words)):
        return False
    gaps = {at: after[0] - before[1] for at, (before, after) in enumerate(pairwise(runs), start=1)}
    widest = max((gap for at, gap in gaps.items() if at not in wanted | seen), default=0)
    narrowest = min((gaps[at] for at in wanted & seen), default=0)
    space = max(MIN_SPACE * height, WIDER * widest, NARROWER * narrowest)
    return (
        wanted != seen
        # What stands as far apart as words do is a space that neither has.
        and 0 < widest < max(MIN_SPACE * height, NARROWER * narrowest)
        and all(gaps[at] >= space for at in seen - wanted)
        and all(gaps[at] <= CLOSE * widest for at in wanted - seen)
    )


def _ends(words: Sequence[str]) -> set[int]:
    """Return after how many letters words end, but for the last one.

    >>> sorted(_ends(["BACK", "TO", "SCHOOL"]))
    [4, 6]
    """
    return set(accumulate(len(word) for word in words[:-1]))


def _misfit(counts: Sequence[int], lengths: Sequence[int]) -> int:
    return sum(abs(count - length) for count, length in zip(counts, lengths, strict=True))
