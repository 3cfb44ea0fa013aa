"""The copy of a slot, line by line, along the course of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from presscheck.assets import CharReading
from presscheck.verification.assign import Found
from presscheck.verification.directions import has_sides
from presscheck.verification.lines import Line
from presscheck.verification.normalise import allowed_case
from presscheck.verification.scoring import split_copy
from presscheck.verification.shapes.strip import Course


@dataclass(frozen=True, kw_only=True)
class Laid:
    """A part of the copy and the line that it stands in; `start` counts in the whole copy.

    `ways` are how far along the course each character stands, in pixels of the image.
    """

    text: str
    start: int
    line: Line
    course: Course
    ways: tuple[float, ...]


def laid_along(
    size: tuple[int, int], expected: str, found: Found, characters: Sequence[CharReading]
) -> Iterator[Laid]:
    """Yield the lines of an image of `size` pixels in which normalised copy is found.

    None where a line ends within a word; and a line without two sides, as of a single point, is
    left out.
    """
    wanted = allowed_case(expected, " ".join(line.text for line in found))
    texts = split_copy(wanted, [line.text for line in found])
    if texts is None or len(wanted) != len(characters):
        return
    start = 0
    for line, text in zip(found, texts, strict=True):
        start = wanted.index(text, start)
        end = start + len(text)
        if has_sides(line.corners):
            course = Course.of(line, *size)
            ways = tuple(course.way_of_box(one.box, size) for one in characters[start:end])
            yield Laid(text=text, start=start, line=line, course=course, ways=ways)
        start = end
