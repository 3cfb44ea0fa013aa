"""Scores a slot's copy against the probabilities of the lines that it was found in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Levenshtein, Opcodes

from presscheck.assets import Box, CharReading
from presscheck.verification.directions import along, has_sides, is_curved
from presscheck.verification.forced import WORST, Score, score_text
from presscheck.verification.lines import Line, around
from presscheck.verification.normalise import allowed_case, joins_without_space

SNAP = 3
"""A line may end so many characters away from where the reader would end it."""


def score_slot(expected: str, found: Sequence[Line]) -> tuple[CharReading, ...] | None:
    """Return how each character of a slot's normalised copy fares in its lines.

    None where a line has no probabilities, or ends within a word.
    """
    wanted = allowed_case(expected, " ".join(line.text for line in found))
    pieces = split_copy(wanted, [line.text for line in found])
    if pieces is None or not found:
        return None
    scored: list[CharReading] = []
    for piece, line in zip(pieces, found, strict=True):
        if line.posteriors is None:
            return None
        if scored and _gap(scored[-1].character, piece):
            # Where one line ends and the next begins there is a space for certain.
            scored.append(
                CharReading(character=" ", loss=-WORST, posterior=1.0, instead="", box=line.box)
            )
        scored += [_reading(score, line) for score in score_text(line.posteriors, piece)]
    return tuple(scored)


def _gap(before: str, piece: str) -> bool:
    return bool(piece) and not joins_without_space(before, piece[0])


def split_copy(wanted: str, lines: Sequence[str]) -> list[str] | None:
    """Return the piece of `wanted` that stands in each line; None when a line ends within a word.

    >>> split_copy("BACK TO SCHOOL", ["BAK TO", "SCHOOL"])
    ['BACK TO', 'SCHOOL']
    >>> split_copy("BACK TO SCHOOL", ["BACK TO SC", "HOOL"]) is None
    True
    """
    read = " ".join(lines)
    blocks = Levenshtein.opcodes(read, wanted)
    pieces: list[str] = []
    start = end = 0
    for line in lines[:-1]:
        end += len(line)
        cut = _nearest_cut(wanted, carried(blocks, end), start)
        if cut is None:
            return None
        pieces.append(wanted[start:cut].strip())
        start, end = cut, end + 1
    pieces.append(wanted[start:].strip())
    return pieces if all(pieces) else None


def carried(blocks: Opcodes, place: int) -> int:
    """Return where a place of the read text lies in the expected one."""
    for block in blocks:
        if block.src_start <= place <= block.src_end:
            if block.tag == "equal":
                return int(block.dest_start + place - block.src_start)
            if place == block.src_end:
                return int(block.dest_end)
            share = (place - block.src_start) / max(1, block.src_end - block.src_start)
            return int(block.dest_start + round(share * (block.dest_end - block.dest_start)))
    return 0


def _nearest_cut(wanted: str, place: int, start: int) -> int | None:
    cuts = [cut for cut in _cuts(wanted) if cut > start and abs(cut - place) <= SNAP]
    return min(cuts, key=lambda cut: abs(cut - place), default=None)


def _cuts(text: str) -> Iterator[int]:
    for index in range(1, len(text)):
        if text[index] == " " or joins_without_space(text[index - 1], text[index]):
            yield index


def _reading(score: Score, line: Line) -> CharReading:
    return CharReading(
        character=score.character,
        loss=score.loss,
        posterior=score.posterior,
        instead=score.instead,
        box=part_of(line, score.start, score.end),
    )


def part_of(line: Line, start: float, end: float) -> Box:
    """Return the box of a part of a line, `start` to `end` of its length."""
    if not has_sides(line.corners):
        return line.box
    outline = line.corners
    between = (start, (start + end) / 2, end) if is_curved(outline) else (start, end)
    points = [point for share in between for point in along(outline, share)]
    return around(Box(x=x, y=y, width=0, height=0) for x, y in points)
