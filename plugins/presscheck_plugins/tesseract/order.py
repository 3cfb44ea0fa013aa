"""Puts the words of a line that runs from right to left into logical order.

Tesseract guesses each line's direction: one that begins with a Latin word or a number at its left
comes back in the order of the page. Copy is compared in the order in which it is spoken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

from presscheck.verification.normalise import is_right_to_left

PERCENT = re.compile(r"^([%٪])([\d٠-٩۰-۹.,٫]+)$")
"""Beside Arabic digits stand to the right of their percent sign (Unicode Standard Annex 9, W2-W5);
they are spoken, and stored, before it."""


def logical(words: Sequence[tuple[float, str]]) -> str:
    """Return the text of words, each with its left edge, as it is spoken.

    >>> logical([(0, "SALE"), (60, "קיץ"), (120, "מבצע")])
    'מבצע קיץ SALE'
    >>> logical([(0, "%50"), (60, "خصم")])
    'خصم 50%'
    """
    if not is_right_to_left("".join(text for _, text in words)):
        return " ".join(text for _, text in words)
    seen = [text for _, text in sorted(words, key=lambda word: word[0])]
    spoken: list[str] = []
    for against, run in groupby(reversed(seen), key=_runs_against):
        # Latin words amidst the line keep their own order.
        spoken += list(run)[:: -1 if against else 1]
    return " ".join(PERCENT.sub(r"\2\1", word) for word in spoken)


def _runs_against(word: str) -> bool:
    return any(unicodedata.bidirectional(character) == "L" for character in word)
