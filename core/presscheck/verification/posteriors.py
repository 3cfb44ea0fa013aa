"""What a recogniser believes of a line of text: how likely each character is, frame by frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from presscheck.verification.normalise import normalise

BLANK = 0
"""The class that says "no new character here" (Graves et al. 2006, CTC)."""
LEAST = 1e-12
"""No probability counts as less: a recogniser is never that sure."""

Chances = np.ndarray[Any, np.dtype[np.float32]]
"""(frames, classes): probabilities, class 0 being the blank."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Posteriors:
    """The recogniser's probabilities for one line.

    `alphabet` says which class each character is. `across` is how many frames cover the line, from
    its left end to its right end; those behind it saw padding.
    """

    chances: Chances
    alphabet: Alphabet
    across: float


ONE = "ABEZHIKMNOPTYXoßµ" + "りへべぺ" + "口力工二夕卜八一" + "0123456789"
OTHER = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοβμ" + "リヘベペ" + "ロカエニタトハー" + "₀₁₂₃₄₅₆₇₈₉"
SAME_SHAPE = dict(zip(ONE + OTHER, OTHER + ONE, strict=True))
"""Latin and Greek, hiragana and katakana, kanji and katakana; old-style figures are read as if they
stood below the line."""


class Alphabet:
    """The characters that a recogniser knows, and which of them count as the same."""

    def __init__(self, classes: Mapping[str, int]) -> None:
        self.classes = dict(classes)
        self.characters = {number: character for character, number in self.classes.items()}
        self._alike: dict[str, list[int]] = {}
        for character, number in self.classes.items():
            plain = normalise(character) or character
            self._alike.setdefault(plain, []).append(number)

    def alike(self, character: str) -> list[int]:
        """Return the classes that are read as a normalised character; none if it knows none.

        Characters that have the same shape count, too: nobody can tell them apart.

        >>> Alphabet({"-": 1, "–": 2, "ß": 3, "β": 4}).alike("-")
        [1, 2]
        >>> Alphabet({"-": 1, "–": 2, "ß": 3, "β": 4}).alike("ß")
        [3, 4]
        """
        own = self._alike.get(character, [])
        return own and [*own, *self._alike.get(SAME_SHAPE.get(character, ""), [])]
