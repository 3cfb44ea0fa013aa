"""What counts as the same text: the rules that are applied before anything is compared.

* Unicode NFC; format characters (soft hyphen, joiners) are dropped.
* Every run of white space is one space; none at the ends.
* Curly and straight quotes are equal, and so are hyphens, dashes and minus signs.
* An ellipsis is three dots; full-width signs, which readers of Chinese return, are plain ones.

Nothing else is folded: case, accents, digits and punctuation count.
"""

from __future__ import annotations

import unicodedata

from rapidfuzz.distance import Levenshtein

_QUOTES = dict.fromkeys("‘’‚‛′`´ʼ", "'") | dict.fromkeys("“”„‟″«»", '"')
_DASHES = dict.fromkeys("‐‑‒–—―−﹣", "-")
_WIDE = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | dict(
    zip("￠￡￥￦", "¢£¥₩", strict=True)
)
_SAME = str.maketrans({**_QUOTES, **_DASHES, **_WIDE, "…": "..."})


def normalise(text: str) -> str:
    r"""Return `text` in the form that is compared.

    >>> normalise("Don’t  wait – buy\nnow")
    "Don't wait - buy now"
    """
    return tidy(text).translate(_SAME)


def tidy(text: str) -> str:
    """Return `text` in NFC, without format characters and spaces that don't show.

    >>> tidy("Don’t  wait ")
    'Don’t wait'
    """
    plain = unicodedata.normalize("NFC", text)
    kept = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    return " ".join(kept.split())


def bare(letter: str) -> str:
    """Return a letter without its accent.

    >>> bare("é"), bare("e")
    ('e', 'e')
    """
    return unicodedata.normalize("NFD", letter)[:1]


def compact(text: str) -> str:
    """Return `text` normalised and without spaces.

    >>> compact("S UMMER  SALE")
    'SUMMERSALE'
    """
    return normalise(text).replace(" ", "")


def allowed_case(expected: str, read: str) -> str:
    """Return `expected` in the case it is compared in: as written, or all in capitals.

    Copy may be drawn wholly in capitals; a single capital in the wrong place is an error. In faces
    without small letters some capitals are read as such: what is nearer to capitals is taken so.

    >>> allowed_case("Summer sale", "SUMMER SAIE"), allowed_case("Summer sale", "SUMMeR SALe")
    ('SUMMER SALE', 'SUMMER SALE')
    >>> allowed_case("Summer sale", "SUmmer sale")
    'Summer sale'

    The capital of ß is SS, or itself:

    >>> allowed_case("Großes Kino", "GROSSES KINO"), allowed_case("Großes Kino", "GROBES KINO")
    ('GROSSES KINO', 'GROßES KINO')
    """
    written = normalise(expected)
    upper = min(_capitals(written), key=lambda text: Levenshtein.distance(text, read))
    if read == read.upper():
        return upper if read != read.lower() else written
    nearer = Levenshtein.distance(upper, read) < Levenshtein.distance(written, read)
    return upper if nearer else written


def _capitals(text: str) -> tuple[str, ...]:
    """Return a text in capitals, as it may be written."""
    kept = "".join(letter if letter == "ß" else letter.upper() for letter in text)
    return tuple(dict.fromkeys((text.upper(), kept)))


def is_capitals(text: str) -> bool:
    """Tell whether a text has no small letters; a ß may be a capital one.

    >>> is_capitals("GROßES KINO"), is_capitals("GROSSES kINO")
    (True, False)
    """
    return text in _capitals(text)


def joins_without_space(before: str, after: str) -> bool:
    """Tell whether a line break between two characters stands for no space (Chinese, Japanese).

    >>> joins_without_space("夏", "日"), joins_without_space("E", "S")
    (True, False)
    """
    return _wide(before) and _wide(after)


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}


def is_right_to_left(text: str) -> bool:
    """Tell whether a line runs from right to left: it does where any of its letters do.

    >>> is_right_to_left("מבצע SALE"), is_right_to_left("SALE 50%")
    (True, False)
    """
    return any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)
