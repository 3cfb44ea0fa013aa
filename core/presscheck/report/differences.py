"""What was expected against what was read, character by character."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A run of characters, and whether the other text lacks it."""

    text: str
    differs: bool


Line = tuple[Span, ...]


def differences(expected: str, read: str) -> tuple[Line, Line]:
    """Return both texts as spans; joined, the spans are the texts again.

    Characters are compared with their combining marks, so that no mark is torn off its letter.

    >>> [span.text for span in differences("Fresh start", "Fresh stort")[1] if span.differs]
    ['o']
    """
    left, right = _characters(expected), _characters(read)
    matcher = SequenceMatcher(a=left, b=right, autojunk=False)
    lines: tuple[list[Span], list[Span]] = ([], [])
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        pieces = ("".join(left[start:end]), "".join(right[other_start:other_end]))
        for line, piece in zip(lines, pieces, strict=True):
            if piece:
                line.append(Span(text=piece, differs=kind != "equal"))
    return tuple(lines[0]), tuple(lines[1])


def _characters(text: str) -> list[str]:
    joined: list[str] = []
    for character in text:
        if joined and unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}:
            joined[-1] += character
        else:
            joined.append(character)
    return joined
