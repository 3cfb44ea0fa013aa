"""What the lines say that the network learns from."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

CONSONANTS, VOWELS = "bcdfghjklmnpqrstvwxyz", "aeiouy"
ACCENTED = "äöüßéèêàçñóíáúâîôûëïåøæœÄÖÜÉÈÀÇÑÓÁ"
SIGNS = "€$£%&!?.,:;-–'’\"()/+*#@"
CODES = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
LONGEST = 26
"""Characters of a line."""


def draw_text(random: Random, words: Sequence[str]) -> str:
    """Return words, made-up words, a price or a code, in one of several cases."""
    kind = random.random()
    if kind < 0.55:
        text = " ".join(random.choice(words) for _ in range(random.choice((1, 1, 2, 2, 3, 4))))
    elif kind < 0.8:
        text = " ".join(_word(random) for _ in range(random.choice((1, 1, 2, 3))))
    elif kind < 0.92:
        text = _price(random)
    else:
        text = "".join(random.choice(CODES) for _ in range(random.randint(3, 9)))
    case = random.random()
    if case < 0.25:
        text = text.upper()
    elif case < 0.4:
        text = text.title()
    elif case < 0.5:
        text = text.lower()
    if random.random() < 0.12:
        text += random.choice(SIGNS)
    return text[:LONGEST].strip()


def _word(random: Random) -> str:
    letters = ""
    for _ in range(random.randint(1, 4)):
        letters += random.choice(CONSONANTS) + random.choice(VOWELS)
        if random.random() < 0.4:
            letters += random.choice(CONSONANTS)
    if random.random() < 0.25:
        at = random.randrange(len(letters))
        letters = letters[:at] + random.choice(ACCENTED) + letters[at + 1 :]
    return letters if random.random() < 0.5 else letters.capitalize()


def _price(random: Random) -> str:
    number = str(random.randrange(1, 10000))
    cents = random.choice((".99", ",95", ".50", "", "", ",-", "%", " %"))
    sign = random.choice(("€", "$", "£", "", "", "-"))
    return sign + number + cents
