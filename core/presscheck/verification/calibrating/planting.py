"""Plants a mistake in a string that a person could see in the brand's type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from presscheck.fonts import Face
from presscheck.verification.judging import NARROW
from presscheck.verification.mistakes import CHANGES, SIZE, visible
from presscheck.verification.normalise import normalise

KINDS = tuple(kind for kind in CHANGES if kind != "missing line")
"""Copy that is missing altogether says nothing about thresholds."""
TRIES = 4
"""How often each kind is tried: most of them draw a place by chance."""

_NARROW = re.compile(rf" ?([{re.escape(''.join(sorted(NARROW)))}]) ?")


def plant(text: str, face: Face, start: int, random: Random) -> Iterator[tuple[str, str]]:
    """Yield kinds of mistakes with the text that has them, beginning with the kind at `start`."""
    font, told = face.at(SIZE), {text}
    for turn in range(len(KINDS)):
        kind = KINDS[(start + turn) % len(KINDS)]
        for _ in range(TRIES):
            wrong = CHANGES[kind](text, random)
            if wrong in told:
                continue
            told.add(wrong)
            if counts(text, wrong) and not face.missing(wrong) and visible(font, text, wrong):
                yield kind, wrong


def counts(right: str, wrong: str) -> bool:
    """Tell whether a text is wrong by the rules of comparing.

    >>> counts("50 % off", "50% off"), counts("Sale", "SALE"), counts("Sale", "Sale.")
    (False, False, True)
    """
    allowed = {_tight(normalise(right)), _tight(normalise(right).upper())}
    return bool(wrong.strip()) and _tight(normalise(wrong)) not in allowed


def _tight(text: str) -> str:
    """Return a text without the spaces that may as well be missing."""
    return _NARROW.sub(r"\1", text)
