"""Breaks copy into lines: few, and of about equal width."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

Measure = Callable[[str], float]
"""Returns the width of one line in pixels."""

NEVER_FIRST = "、。，．・：；！？）］｝」』】〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
"""Characters that no line begins with (JIS X 4051, "kinsoku")."""
NEVER_LAST = "（［｛「『【〈《"
"""Characters that no line ends with."""


def direction(text: str) -> str:
    """Return `rtl` or `ltr` by the first strong character (Unicode UAX #9, rules P2 and P3).

    >>> direction("تخفيضات 50%"), direction("50 % Rabatt")
    ('rtl', 'ltr')
    """
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def pieces(text: str) -> list[str]:
    """Split one line where it may break; a space stays at the end of the piece before it.

    Lines break at plain spaces, after hyphens and between ideographs, never at no-break spaces.
    Thai, Lao and Khmer break at spaces alone: their words need a dictionary.
    """
    found: list[str] = []
    for word in re.findall(r"[^ ]+ *", text.strip(" ")):
        for part in re.findall(r"[^-‐]*[^-‐ ][-‐](?=\w)|.+", word):
            found += _ideographs(part)
    return found


def _ideographs(part: str) -> list[str]:
    found: list[str] = []
    last = ""
    for character in part:
        wide = _is_wide(character) or _is_wide(last)
        held = character in NEVER_FIRST or last in NEVER_LAST or character == " "
        if found and (held or not wide):
            found[-1] += character
        else:
            found.append(character)
        last = character
    return found


def _is_wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in {"W", "F"}


def fill(parts: Sequence[str], width: float, measure: Measure) -> list[str] | None:
    """Fill lines up to `width`, the first as full as it goes; None when a piece is too wide."""
    lines: list[str] = []
    line = ""
    for part in parts:
        if line and measure((line + part).rstrip(" ")) <= width:
            line += part
            continue
        if measure(part.rstrip(" ")) > width:
            return None
        if line:
            lines.append(line.rstrip(" "))
        line = part
    return [*lines, line.rstrip(" ")]


def wrap(text: str, width: float, measure: Measure) -> list[str] | None:
    """Break `text` into the fewest lines of at most `width`; None when a piece is too wide.

    A line feed always breaks.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        filled = fill(pieces(paragraph), width, measure)
        if filled is None:
            return None
        lines += filled
    return lines


def balance(text: str, width: float, measure: Measure) -> list[str] | None:
    """Break as `wrap` does, then even the lines out without adding one.

    The narrowest measure that needs no further line is found by bisection, to half a pixel; it is
    what browsers do for `text-wrap: balance` (CSS Text 4).
    """
    best = wrap(text, width, measure)
    if best is None:
        return None
    low, high = 0.0, width
    while high - low > 0.5:
        middle = (low + high) / 2
        lines = wrap(text, middle, measure)
        if lines is not None and len(lines) <= len(best):
            best, high = lines, middle
        else:
            low = middle
    return best
