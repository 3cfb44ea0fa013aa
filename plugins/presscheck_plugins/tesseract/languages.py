"""Which characters a language of Tesseract knows, and which languages a text needs.

What a language knows stands in its data file, as the network's own list of characters: a script
says too little, for Russian knows no Ukrainian "ї" and Arabic no "%".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

from fontTools.unicodedata import script  # type: ignore[import-untyped]

from presscheck.errors import PluginError
from presscheck.verification.normalise import normalise

LATIN = "eng"
"""The language for signs and Latin words amidst another script; Debian always installs it."""
CHARACTERS = 21
"""Number of the part of a data file that lists the network's characters (Tesseract 4 and 5,
`TESSDATA_LSTM_UNICHARSET` in `tessdatamanager.h`)."""
UNSPOKEN = 3
"""The list begins with so many entries that stand for no character (`SPECIAL_UNICHAR_CODES_COUNT`).
"""
PACKAGES = {
    "Arab": "ara",
    "Armn": "hye",
    "Beng": "ben",
    "Cyrl": "rus",
    "Deva": "hin",
    "Ethi": "amh",
    "Geor": "kat",
    "Grek": "ell",
    "Gujr": "guj",
    "Guru": "pan",
    "Hang": "kor",
    "Hani": "chi-sim",
    "Hebr": "heb",
    "Hira": "jpn",
    "Kana": "jpn",
    "Khmr": "khm",
    "Knda": "kan",
    "Laoo": "lao",
    "Latn": "eng",
    "Mlym": "mal",
    "Mymr": "mya",
    "Orya": "ori",
    "Sinh": "sin",
    "Syrc": "syr",
    "Taml": "tam",
    "Telu": "tel",
    "Thaa": "div",
    "Thai": "tha",
    "Tibt": "bod",
}
"""The Debian package `tesseract-ocr-...` of the commonest language of each script."""


def characters_of(path: Path) -> frozenset[str]:
    """Return the characters that a data file's network can give; none if it has no network.

    Raises:
        PluginError: The file is damaged, or of a version before Tesseract 4.
    """
    try:
        with path.open("rb") as file:
            (count,) = struct.unpack("<i", file.read(4))
            offsets: tuple[int, ...] = struct.unpack(f"<{count}q", file.read(8 * count))
            start = offsets[CHARACTERS] if count > CHARACTERS else -1
            if start < 0:
                return frozenset()
            end = min((other for other in offsets if other > start), default=None)
            file.seek(start)
            listed = file.read() if end is None else file.read(end - start)
        lines = listed.decode().split("\n")[1 + UNSPOKEN :]
    except (OSError, struct.error, ValueError) as error:
        raise PluginError(
            f"{path} is no language data of Tesseract 4 or 5.",
            remedy="Install the language's Debian package again.",
        ) from error
    return frozenset("".join(normalise(line.partition(" ")[0]) for line in lines))


def choose(text: str, languages: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return few of the installed languages that together know the characters of `text`.

    A language is preferred to the collected ones of a script (`Cyrillic`), which mistake Latin
    letters for their own; English to others for what is left; then the one that knows least else.

    >>> known = {"rus": frozenset("абв5"), "eng": frozenset("abc5%"), "heb": frozenset("5%")}
    >>> choose("бав 5%", known)
    ('rus', 'eng')
    """
    left = letters(text)
    chosen: list[str] = []
    while True:
        best = max(
            languages,
            key=lambda name: (
                bool(left & languages[name]) and name.islower(),
                len(left & languages[name]),
                (name == LATIN) is bool(chosen),
                -len(languages[name]),
                name,
            ),
            default=None,
        )
        if best is None or not left & languages[best]:
            # The first one's habits prevail: in English "עד" is read as Latin letters.
            return tuple(sorted(chosen, key=lambda name: name == LATIN))
        chosen.append(best)
        left -= languages[best]


def letters(text: str) -> frozenset[str]:
    """Return the characters of a text as they are compared, without spaces."""
    return frozenset(normalise(text)) - {" "}


def packages_for(characters: Iterable[str], installed: Iterable[str]) -> list[str]:
    """Return the Debian packages of languages that may know what the installed ones don't.

    >>> packages_for("Ж", ["eng"]), packages_for("ї", ["eng", "rus"]), packages_for("☃", [])
    (['tesseract-ocr-rus'], ['tesseract-ocr-script-cyrl'], [])
    """
    scripts = sorted({str(script(character)) for character in characters} & set(PACKAGES))
    there = {name.replace("_", "-") for name in installed}
    return [
        f"tesseract-ocr-script-{name.lower()}"
        if PACKAGES[name] in there
        else f"tesseract-ocr-{PACKAGES[name]}"
        for name in scripts
    ]
