"""Mistakes that image models make, planted in copy one at a time."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIZE = 48
"""Pixels per em at which a mistake is looked for by `visible`."""
VISIBLE = 0.15
"""A mistake must change this part of a glyph's ink, or nobody could see it."""
SIMILAR = {
    "m": "n",
    "n": "m",
    "c": "e",
    "e": "c",
    "u": "v",
    "v": "u",
    "h": "b",
    "b": "h",
    "i": "j",
    "f": "t",
    "t": "f",
    "g": "q",
    "q": "g",
    "a": "o",
    "r": "n",
    "w": "v",
    "d": "cl",
    "k": "h",
    "E": "F",
    "F": "E",
    "P": "R",
    "R": "P",
    "M": "N",
    "N": "M",
    "C": "G",
    "G": "C",
    "O": "Q",
    "U": "V",
    "V": "U",
    "B": "R",
    "D": "O",
    "T": "I",
    "S": "Z",
    "H": "N",
    "L": "I",
    "W": "V",
    "大": "太",
    "日": "目",
    "入": "人",
    "土": "士",
    "末": "未",
    "セ": "サ",
    "ー": "一",
    "期": "朝",
    "买": "卖",
    "新": "斯",
    "品": "晶",
    "上": "土",
    "今": "令",
    "無": "舞",
    "質": "貿",
    "ル": "レ",
}
CONFUSABLE = {
    "0": "O",
    "O": "0",
    "o": "0",
    "1": "l",
    "l": "1",
    "I": "1",
    "5": "S",
    "S": "5",
    "8": "B",
    "B": "8",
    "2": "Z",
    "Z": "2",
    "s": "5",
    "g": "9",
    "6": "b",
    "rn": "m",
    "vv": "w",
    "cl": "d",
}
CURRENCY = "€$£¥"
MARKS = ".,:!%&-’"
CONSONANTS, VOWELS = "bcdfghklmnprstvwz", "aeiou"

Change = Callable[[str, Random], str]


def _letters(text: str) -> list[int]:
    return [index for index, one in enumerate(text) if one.isalpha()]


def _pick(text: str, random: Random, wanted: Callable[[str], bool]) -> int | None:
    places = [index for index, one in enumerate(text) if wanted(one)]
    return random.choice(places) if places else None


def dropped(text: str, random: Random) -> str:
    """Leave a letter out."""
    at = _pick(text, random, str.isalpha)
    return text if at is None else text[:at] + text[at + 1 :]


def doubled(text: str, random: Random) -> str:
    """Draw a letter twice."""
    at = _pick(text, random, str.isalpha)
    return text if at is None else text[:at] + text[at] + text[at:]


def swapped(text: str, random: Random) -> str:
    """Let two neighbours change places."""
    pairs = [i for i in _letters(text)[:-1] if text[i + 1].isalpha() and text[i] != text[i + 1]]
    if not pairs:
        return text
    at = random.choice(pairs)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def similar(text: str, random: Random) -> str:
    """Draw a letter of a similar shape."""
    at = _pick(text, random, SIMILAR.__contains__)
    return text if at is None else text[:at] + SIMILAR[text[at]] + text[at + 1 :]


def confusable(text: str, random: Random) -> str:
    """Draw a sign that is easily taken for the right one."""
    found = [(at, key) for key in CONFUSABLE for at in range(len(text)) if text.startswith(key, at)]
    if not found:
        return text
    at, key = random.choice(found)
    return text[:at] + CONFUSABLE[key] + text[at + len(key) :]


def case(text: str, random: Random) -> str:
    """Draw one letter in the other case."""
    at = _pick(text, random, lambda one: one.swapcase() != one and len(one.swapcase()) == 1)
    return text if at is None else text[:at] + text[at].swapcase() + text[at + 1 :]


def accent(text: str, random: Random) -> str:
    """Leave an accent out, or put one where there is none."""
    at = _pick(text, random, lambda one: len(unicodedata.normalize("NFD", one)) == 2)
    if at is not None and text[at].isalpha():
        return text[:at] + unicodedata.normalize("NFD", text[at])[0] + text[at + 1 :]
    at = _pick(text, random, lambda one: one.lower() in "aeou")
    if at is None:
        return text
    wrong = unicodedata.normalize("NFC", text[at] + random.choice("\u0301\u0308\u0300"))
    return text[:at] + wrong + text[at + 1 :]


def digit(text: str, random: Random) -> str:
    """Draw another digit."""
    at = _pick(text, random, lambda one: one in "0123456789")
    if at is None:
        return text
    other = random.choice([one for one in "0123456789" if one != text[at]])
    return text[:at] + other + text[at + 1 :]


def currency(text: str, random: Random) -> str:
    """Draw another currency."""
    at = _pick(text, random, CURRENCY.__contains__)
    if at is None:
        return text
    other = random.choice([one for one in CURRENCY if one != text[at]])
    return text[:at] + other + text[at + 1 :]


def mark(text: str, random: Random) -> str:
    """Leave a mark out, or draw another one."""
    at = _pick(text, random, MARKS.__contains__)
    if at is None:
        return text
    return text[:at] + random.choice(["", "", ";" if text[at] == "," else ","]) + text[at + 1 :]


def merged(text: str, random: Random) -> str:
    """Leave a space out."""
    at = _pick(text, random, " ".__eq__)
    return text if at is None else text[:at] + text[at + 1 :]


def split(text: str, random: Random) -> str:
    """Put a space into a word."""
    inside = [
        i for i in _letters(text)[1:-1] if text[i - 1].isalpha() and text[i + 1 : i + 2].isalpha()
    ]
    if not inside:
        return text
    at = random.choice(inside)
    return f"{text[:at]} {text[at:]}"


def gibberish(text: str, random: Random) -> str:
    """Draw a word of nonsense in a word's place."""
    words = text.split(" ")
    at = max(range(len(words)), key=lambda index: (len(words[index]), random.random()))
    length = max(3, len(words[at]))
    nonsense = "".join(random.choice((CONSONANTS, VOWELS)[i % 2]) for i in range(length))
    words[at] = nonsense.upper() if words[at].isupper() else nonsense
    return " ".join(words)


def missing(text: str, random: Random) -> str:
    """Leave all of a slot out."""
    del text, random
    return ""


def unchanged(text: str, random: Random) -> str:
    """Leave the text as it is: the mistake is in the drawing, or elsewhere in the picture."""
    del random
    return text


CHANGES: dict[str, Change] = {
    "dropped letter": dropped,
    "doubled letter": doubled,
    "swapped letters": swapped,
    "similar letter": similar,
    "confusable sign": confusable,
    "wrong case": case,
    "accent": accent,
    "wrong digit": digit,
    "currency": currency,
    "punctuation": mark,
    "merged words": merged,
    "split word": split,
    "gibberish": gibberish,
    "missing line": missing,
}
"""Mistakes in the copy of a slot."""
DRAWN = "malformed glyph"
EXTRA = "unwanted text"
KINDS = (*CHANGES, EXTRA, DRAWN)
TURNS = (*KINDS, DRAWN, DRAWN, DRAWN)
"""The kinds as they take turns: a malformed glyph is the hardest to see, and counted by itself."""


def visible(font: ImageFont.FreeTypeFont, right: str, wrong: str) -> bool:
    """Tell whether two texts differ enough in a font of `SIZE` that a person would see it."""
    masks: list[Any] = []
    width = round(max(font.getlength(right), font.getlength(wrong))) + 60
    for text in (right, wrong):
        image = Image.new("L", (width, 110), 0)
        ImageDraw.Draw(image).text((20, 20), text, font=font, fill=255)
        masks.append(np.asarray(image, np.int16))
    glyph = float(masks[0].sum()) / max(1, len(right.replace(" ", "")))
    return bool(np.abs(masks[0] - masks[1]).sum() >= VISIBLE * glyph)


def span(right: str, wrong: str) -> tuple[int, int]:
    """Return the part of a text that another one doesn't share."""
    start = _alike(right, wrong)
    return start, len(right) - _alike(right[start:][::-1], wrong[start:][::-1])


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
