"""Reads the patches of an image: each in the likeliest way first, then in others where that fails.

Clean level text is read once. What is read poorly is tried turned, upside down, or along its arc;
pieces that may be one line are read as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from presscheck.verification.normalise import compact
from presscheck_plugins.ppocr.arcs import Arc, grown
from presscheck_plugins.ppocr.detect import Patch, Pixels
from presscheck_plugins.ppocr.joins import arcs_of, columns_of, is_whole
from presscheck_plugins.ppocr.overlaps import cut, overlapping
from presscheck_plugins.ppocr.recognise import Line, Recogniser
from presscheck_plugins.ppocr.ways import (
    GOOD,
    Way,
    along,
    column,
    first_way,
    is_better,
    is_overturned,
    last_ways,
    other_ways,
    straight,
)

Read = tuple[Way, Line]
Others = Callable[[Pixels, Patch, Way], Iterator[Way]]
Group = tuple[tuple[int, ...], tuple[Way, ...]]
"""Patches that may be one line, by their numbers, and the ways to read that line."""


class Reading:
    """One look at an image."""

    def __init__(self, recogniser: Recogniser, pixels: Pixels, patches: Iterable[Patch]) -> None:
        self._recogniser, self._pixels = recogniser, pixels
        self._patches = list(patches)

    def lines(self) -> list[Read]:
        """Return every line, and the way it was read; pieces of one line are read as that."""
        ways = (first_way(self._pixels, patch) for patch in self._patches)
        read = self._read({at: way for at, way in enumerate(ways) if way is not None})
        read |= self._apart(read)
        for others in (other_ways, last_ways):
            read |= self._otherwise(read, others)
        for group in self._arcs():
            read = self._joined(read, *group)
        for group in self._columns(read):
            read = self._joined(read, *group)
        read |= self._stacked(read)
        return [read[at] for at in sorted(read) if not self._is_ghost(read[at], read.values())]

    def _is_ghost(self, one: Read, read: Iterable[Read]) -> bool:
        """Tell whether an arc was seen in the edge of a shape, through lines that read better."""
        way, line = one
        if len(way.outline) == 4 or line.score >= GOOD:
            return False
        arc = way.outline.astype(np.float32)
        return any(
            other.score > line.score
            and len(beside.outline) == 4
            and cv2.pointPolygonTest(arc, tuple(map(float, beside.outline.mean(axis=0))), False) > 0
            for beside, other in read
        )

    def _read(self, ways: Mapping[int, Way]) -> dict[int, Read]:
        lines = self._recogniser.read([way.strip for way in ways.values()])
        return {at: (way, line) for (at, way), line in zip(ways.items(), lines, strict=True)}

    def _apart(self, read: Mapping[int, Read]) -> dict[int, Read]:
        """Read level boxes again that reached into one another, once the worse one was cut."""
        level = [at for at, (way, _) in read.items() if way.turns == 0 and len(way.outline) == 4]
        boxes = [read[at][0].outline for at in level]
        again: set[int] = set()
        for unsure, sure in overlapping(boxes, [read[at][1] for at in level]):
            boxes[unsure] = cut(boxes[unsure], boxes[sure])
            again.add(unsure)
        for at in again:
            self._patches[level[at]] = replace(self._patches[level[at]], corners=boxes[at])
        return self._read({level[at]: straight(self._pixels, boxes[at]) for at in sorted(again)})

    def _otherwise(self, read: Mapping[int, Read], ways: Others) -> dict[int, Read]:
        """Return what was read poorly as it reads in other ways, where one is better."""
        asked = [
            (at, way)
            for at, (first, line) in read.items()
            if line.score < GOOD
            for way in ways(self._pixels, self._patches[at], first)
        ]
        lines = self._recogniser.read([way.strip for _, way in asked])
        found: dict[int, Read] = {}
        for (at, way), line in zip(asked, lines, strict=True):
            (first, before), best = read[at], found.get(at, read[at])[1]
            better = is_better(line, before, overturned=is_overturned(way, first))
            if better and line.score > best.score:
                found[at] = way, line
        return found

    def _arcs(self) -> Iterator[Group]:
        for indices, arc in arcs_of(self._patches):
            yield indices, tuple(self._along(arc))

    def _along(self, arc: Arc) -> Iterator[Way]:
        for below in (arc.below, not arc.below):
            yield along(self._pixels, grown(arc), below=below)

    def _columns(self, read: Mapping[int, Read]) -> Iterator[Group]:
        there = sorted(read)
        patches = [self._patches[at] for at in there]
        lines, turns = [read[at][1] for at in there], [read[at][0].turns for at in there]
        for indices, box in columns_of(patches, lines, turns):
            ways = straight(self._pixels, box), column(self._pixels, box)
            yield tuple(there[at] for at in indices), tuple(way for way in ways if way is not None)

    def _stacked(self, read: Mapping[int, Read]) -> dict[int, Read]:
        """Return the lines read downwards whose letters stand upright, beneath each other.

        The recogniser reads such letters on their sides as well, but those of a line that was
        turned say something else when they are laid side by side.
        """
        asked: dict[int, Way] = {}
        for at, (way, _) in read.items():
            if way.turns == 1:
                letters = column(self._pixels, np.roll(way.outline, way.turns, axis=0))
                if letters is not None:
                    asked[at] = letters
        found: dict[int, Read] = {}
        for at, (letters, other) in self._read(asked).items():
            way, line = read[at]
            if line.score >= GOOD and is_better(other, line):
                found[at] = letters, other
            elif compact(other.text) == compact(line.text):
                found[at] = replace(way, stacked=True), line
        return found

    def _joined(
        self, read: Mapping[int, Read], indices: Sequence[int], ways: Iterable[Way]
    ) -> dict[int, Read]:
        """Return what was read with some patches read as one line, if that is what they are."""
        pieces = [read[at][1] for at in indices if at in read]
        best: Read | None = None
        for way in ways:
            (line,) = self._recogniser.read([way.strip])
            if is_whole(line, pieces) and (best is None or line.score > best[1].score):
                best = way, line
            if best is not None and best[1].score >= GOOD:
                break
        if best is None:
            return dict(read)
        return {**{at: one for at, one in read.items() if at not in indices}, indices[0]: best}
