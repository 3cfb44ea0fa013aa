"""Finds the largest size at which copy fits its room, and where each line goes."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from PIL import ImageFont

from presscheck.errors import CopyError, FontError
from presscheck.fonts import Face
from presscheck.linebreak import Measure, balance, direction, wrap

STEP = 0.5
"""Sizes are tried in steps of half a pixel."""
GAP = 0.06
"""The least white between the ink of two lines, in em."""
EVEN = 0.92
"""Copy is set smaller, down to this share of what fits, where that makes its lines even."""
FINE = 128
"""Copy is measured and drawn at no fewer pixels per em than this, then scaled down."""
MAX_SCALE = 8
ASCENDING = frozenset("bdfhijklt")

Pixels = tuple[int, int, int, int]
"""Left, top, right, bottom; the last two are exclusive."""

Break = Callable[[str, float, Measure], list[str] | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How copy is set. `sizes` are the smallest and the largest, in pixels per em.

    `leading` is the distance of baselines, in em. `padding` is the white beside and above the
    copy, in em: room for a panel. `centred` lines stand in the middle of their block, wherever
    `align` puts the block itself.
    `language` is a BCP 47 tag that picks the font's localised forms.
    """

    face: Face
    sizes: tuple[float, float]
    leading: float = 1.15
    align: Literal["left", "center", "right"] = "left"
    valign: Literal["top", "middle", "bottom"] = "middle"
    padding: tuple[float, float] = (0.0, 0.0)
    centred: bool = False
    language: str = "en"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line: its `text` has its origin on the baseline at `x`, `y`.

    `box` bounds its ink, from that origin.
    """

    text: str
    x: int
    y: int
    box: Pixels


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Fitted copy, in pixels from the top left corner of its room.

    `ink` bounds the glyphs, `block` also the padding. `direction` and `language` are Raqm's.
    `font` has `scale` times the `size`.
    """

    font: ImageFont.FreeTypeFont
    size: float
    scale: int
    lines: tuple[Line, ...]
    ink: Pixels
    block: Pixels
    direction: str
    language: str


def fit(text: str, room: tuple[int, int], style: Style) -> Setting:
    """Set `text` as large as `style` allows in a room of width x height pixels.

    Lines are balanced, the block is centred by cap height rather than by the font's line height,
    and no ink leaves the room. "left" is "right" for right-to-left copy, and the reverse.

    Raises:
        CopyError: It does not fit even at the smallest size.
        FontError: FreeType refuses the font.
    """
    try:
        best = _fitted(text, room, style)
    except (OSError, RuntimeError) as error:  # FreeType reads a glyph only when it is needed
        raise FontError(
            f"font {style.face.path} cannot set {text!r}: {error}.",
            remedy="Download the font again, as TTF or OTF.",
        ) from error
    if best is None:
        raise CopyError(
            f"{text!r} does not fit {room[0]} x {room[1]} pixels at {style.sizes[0]:.3g} pixels, "
            "its smallest size.",
            remedy="Shorten it, enlarge the slot's region, or lower its min_size.",
        )
    return best


def _fitted(text: str, room: tuple[int, int], style: Style) -> Setting | None:
    low, high = style.sizes
    smallest = math.floor((high - low) / STEP)
    sizes = [high - step * STEP for step in range(smallest + 1)]
    size = _largest(sizes, lambda size: _set_at(text, room, style, size, wrap) is not None)
    if size is None:
        return None
    # Even lines may take more height: a descender or an accent comes to the outermost line.
    for near in (near for near in sizes if EVEN * size <= near <= size):
        setting = _set_at(text, room, style, near, balance)
        if setting is not None:
            return setting
    return _set_at(text, room, style, size, wrap)


def _largest(sizes: Sequence[float], fits: Callable[[float], bool]) -> float | None:
    """Return the first of the descending `sizes` that fits, by bisection."""
    if not fits(sizes[-1]):
        return None
    return sizes[bisect_left(sizes, True, key=fits)]


def _set_at(
    text: str, room: tuple[int, int], style: Style, size: float, breaking: Break
) -> Setting | None:
    """Return the copy set at one size, None when it leaves the room."""
    scale = min(MAX_SCALE, math.ceil(FINE / size))
    sheet = _Sheet(style.face.at(size * scale), scale, direction(text), style.language)
    aside, above = (math.ceil(em * size) for em in style.padding)
    lines = breaking(text, room[0] - 2 * aside, sheet.width)
    if lines is None:
        return None
    column = sheet.column(lines, style.leading * size, GAP * size)
    width, height = column.width + 2 * aside, column.height + 2 * above
    tallest = max(column.bottom - column.top, height if above else 0)
    if width > room[0] or tallest > room[1]:
        return None
    left = _share(_mirrored(style.align, sheet.direction), room[0] - width)
    first = _share(style.valign, room[1] - height) + above + column.cap
    first = min(max(first, -column.top), room[1] - column.bottom)
    align = "center" if style.centred else _mirrored(style.align, sheet.direction)
    placed = column.placed(left + aside, first, align)
    return Setting(
        font=sheet.font,
        size=size,
        scale=scale,
        lines=placed,
        ink=_bounds(placed),
        block=(left, first - column.cap - above, left + width, first + column.last + above),
        direction=sheet.direction,
        language=style.language,
    )


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Measures lines in a font that has `scale` times the size; all results are scaled back."""

    font: ImageFont.FreeTypeFont
    scale: int
    direction: str
    language: str
    known: dict[str, Pixels] = field(default_factory=dict[str, Pixels])
    widths: dict[str, float] = field(default_factory=dict[str, float])

    def box(self, line: str) -> Pixels:
        """Return the bounds of a line's pixels, from its origin on the baseline.

        The font's own bounds also hold the white beside the outer letters. It grows with the
        size, so that a headline would not stand flush with small copy below it.
        """
        if line not in self.known:
            mask, (x, y) = self.font.getmask2(
                line, "L", anchor="ls", direction=self.direction, language=self.language
            )
            left, top, right, bottom = mask.getbbox() or (-x, -y, -x, -y)
            edges = (left + x, top + y, right + x, bottom + y)
            self.known[line] = _scaled(edges, self.scale)
        return self.known[line]

    def width(self, line: str) -> float:
        """Return the width that a line takes, with the white beside its outer letters."""
        if line not in self.widths:
            left, _, right, _ = self.font.getbbox(
                line, anchor="ls", direction=self.direction, language=self.language
            )
            self.widths[line] = (right - left) / self.scale
        return self.widths[line]

    def cap(self, line: str, box: Pixels) -> int:
        """Return how high a line looks: capitals, ascenders, x-height, or else its ink."""
        latin = [c for c in line if "LATIN" in unicodedata.name(c, "") or c.isdigit()]
        if not latin:
            return -box[1]
        tall = any(c.isupper() or c.isdigit() or c in ASCENDING for c in latin)
        return -self.box("H" if tall else "x")[1]

    def column(self, lines: Sequence[str], leading: float, gap: float) -> _Column:
        """Stack lines at `leading`, or further apart where their ink would touch."""
        boxes = [self.box(line) for line in lines]
        touching = max((a[3] - b[1] for a, b in pairwise(boxes)), default=0)
        pitch = math.ceil(max(leading, touching + gap))
        return _Column(tuple(lines), tuple(boxes), pitch, self.cap(lines[0], boxes[0]))


@dataclass(frozen=True, slots=True)
class _Column:
    """Lines below each other, measured from the baseline of the first."""

    lines: tuple[str, ...]
    boxes: tuple[Pixels, ...]
    pitch: int
    cap: int

    @property
    def width(self) -> int:
        return max(box[2] - box[0] for box in self.boxes)

    @property
    def last(self) -> int:
        """The baseline of the last line."""
        return (len(self.lines) - 1) * self.pitch

    @property
    def height(self) -> int:
        """The height the eye sees: from the capitals' top to the last baseline."""
        return self.cap + self.last

    @property
    def top(self) -> int:
        return min(box[1] + index * self.pitch for index, box in enumerate(self.boxes))

    @property
    def bottom(self) -> int:
        return max(box[3] + index * self.pitch for index, box in enumerate(self.boxes))

    def placed(self, left: int, first: int, align: str) -> tuple[Line, ...]:
        """Place the lines by their ink, the first baseline at `first`."""
        return tuple(
            Line(
                text=line,
                x=left + _share(align, self.width - (box[2] - box[0])) - box[0],
                y=first + index * self.pitch,
                box=box,
            )
            for index, (line, box) in enumerate(zip(self.lines, self.boxes, strict=True))
        )


def _scaled(box: tuple[float, float, float, float], scale: int) -> Pixels:
    """Return whole pixels around a box that was measured `scale` times larger."""
    left, top, right, bottom = (edge / scale for edge in box)
    return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def _bounds(lines: Sequence[Line]) -> Pixels:
    return (
        min(line.x + line.box[0] for line in lines),
        min(line.y + line.box[1] for line in lines),
        max(line.x + line.box[2] for line in lines),
        max(line.y + line.box[3] for line in lines),
    )


def _share(align: str, white: int) -> int:
    """Return how much of the white goes before what is aligned."""
    return {"left": 0, "top": 0, "center": white // 2, "middle": white // 2}.get(align, white)


def _mirrored(align: str, reading: str) -> str:
    return {"left": "right", "right": "left"}.get(align, align) if reading == "rtl" else align
