"""The characters that the network knows, as numbers."""

from __future__ import annotations

KNOWN = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    "€$£%&!?.,:;-–'’\"()/+*#@"
    "äöüßéèêàçñóíáúâîôûëïåøæœìòùãõýÿ"
    "ÄÖÜÉÈÊÀÇÑÓÍÁÚÂÎÔÛËÏÅØÆŒÌÒÙÃÕÝ"
)
UNLEARNED = frozenset("ìòùãõýÿÌÒÙÃÕÝ")
"""Of these no line that it learned from had any: they have a number, and count as unknown."""
NOTHING, OTHER = 0, 1
SIZE = len(KNOWN) + 2

_NUMBERS = {
    character: number
    for number, character in enumerate(KNOWN, start=2)
    if character not in UNLEARNED
}


def numbers(text: str) -> list[int]:
    """Return the number of each character; those that aren't known share one.

    >>> numbers("A€字ù")
    [2, 64, 1, 1]
    """
    return [_NUMBERS.get(character, OTHER) for character in text]
