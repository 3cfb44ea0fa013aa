"""Compares two normalised strings: edits, and the words that are wrong."""

from __future__ import annotations

from difflib import SequenceMatcher

from rapidfuzz.distance import Levenshtein

from presscheck.verification.normalise import allowed_case, compact, normalise


def edits(expected: str, read: str) -> int:
    """Return the Levenshtein distance of the normalised strings, in the allowed case.

    >>> edits("Summer sale", "SUMER SALE")
    1
    """
    text = normalise(read)
    return Levenshtein.distance(allowed_case(expected, text), text)


def likeness(expected: str, read: str) -> float:
    """Return 0-1: how much of the longer string agrees; case and spaces don't count.

    >>> likeness("Summer sale", "SUMMER  SALE")
    1.0
    """
    wanted, found = compact(expected).casefold(), compact(read).casefold()
    return float(Levenshtein.normalized_similarity(wanted, found))


def same_letters(expected: str, read: str) -> bool:
    """Tell whether only spaces differ.

    >>> same_letters("SUMMER SALE", "S UMMERSALE")
    True
    """
    text = normalise(read)
    return compact(allowed_case(expected, text)) == compact(text)


def is_part(read: str, expected: str) -> bool:
    """Tell whether what was read is the copy, or a part of it, or nothing: case doesn't count.

    >>> is_part("the rhythm", "Feel the rhythm"), is_part("Feel that", "Feel the rhythm")
    (True, False)
    """
    return compact(read).casefold() in compact(expected).casefold()


def wrong_words(expected: str, read: str) -> tuple[tuple[str, str], ...]:
    """Pair each expected word that was not read with what stood in its place.

    >>> wrong_words("BIG SUMMER SALE", "BIG SUMER")
    (('SUMMER', 'SUMER'), ('SALE', ''))
    """
    text = normalise(read)
    wanted, found = allowed_case(expected, text).split(), text.split()
    pairs: list[tuple[str, str]] = []
    for kind, i, j, k, end in SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes():
        if kind != "equal":
            pairs += _pair(wanted[i:j], found[k:end])
    return tuple(pairs)


def _pair(wanted: list[str], found: list[str]) -> list[tuple[str, str]]:
    """Pair the words of a block that differs; spaces in the wrong place keep it together."""
    if "".join(wanted) == "".join(found) or len(found) > len(wanted) > 0:
        return [(" ".join(wanted), " ".join(found))]
    pairs: list[tuple[str, str]] = []
    for word in wanted:
        near = max(found, key=lambda other: likeness(word, other), default="")
        if near and likeness(word, near) > 0.4:
            found = found[found.index(near) + 1 :]
            pairs.append((word, near))
        else:
            pairs.append((word, ""))
    return pairs
