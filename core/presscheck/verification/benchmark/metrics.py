"""Published measures of text in generated images, for comparing models; they are no gates.

CVTG-2K (Du et al. 2025, "TextCrafter") and LongText-Bench (Geng et al. 2025, "X-Omni") count words
that were found. Neither sees extra text, nor the order of words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Levenshtein

KEPT = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9àâäéèêëîïôöùûüÿçÀÂÄÉÈÊËÎÏÔÖÙÛÜŸÇ\s]")
"""What LongText-Bench deletes: all but Chinese, Latin letters, digits and French accents."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in text.lower().split()]


def word_accuracy(wanted: Sequence[str], read: Sequence[str]) -> float:
    """Return CVTG-2K's word accuracy: the share of wanted words that were read somewhere.

    >>> word_accuracy(["Summer sale"], ["SALE", "Sumer"])
    0.5
    """
    words, found = _words(wanted), set(_words(read))
    return sum(word in found for word in words) / len(words) if words else 0.0


def normalised_edit_distance(wanted: Sequence[str], read: Sequence[str]) -> float:
    """Return CVTG-2K's NED: how like the closest read word each wanted word is, on average; 1 best.

    >>> round(normalised_edit_distance(["sale"], ["sole", "x"]), 2)
    0.75
    """
    words, found = _words(wanted), _words(read)
    return sum(_nearest(word, found) for word in words) / len(words) if words else 0.0


def _nearest(word: str, found: Sequence[str]) -> float:
    return max(
        (
            1 - Levenshtein.distance(word, other) / (max(len(word), len(other)) + 1e-5)
            for other in found
        ),
        default=0.0,
    )


def long_text_accuracy(wanted: Sequence[str], read: Sequence[str]) -> float:
    """Return LongText-Bench's accuracy: the share of wanted words that were read, as often.

    Chinese is counted by character.

    >>> long_text_accuracy(["to be or not to be"], ["to be, or not"])
    0.6666666666666666
    """
    words, found = Counter(_pieces(wanted)), Counter(_pieces(read))
    return (words & found).total() / words.total() if words else 0.0


def _pieces(texts: Iterable[str]) -> list[str]:
    text = KEPT.sub("", " ".join(texts)).lower()
    return CHINESE.findall(text) + CHINESE.sub(" ", text).split()
