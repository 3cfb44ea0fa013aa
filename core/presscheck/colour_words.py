"""Plain words for colours, as a prompt uses them."""

from __future__ import annotations

from presscheck.colour import rgb

COLOUR_WORDS = {
    "white": "#ffffff",
    "cream": "#f6ecd9",
    "sand": "#e3cda4",
    "yellow": "#f5c53b",
    "orange": "#ee8434",
    "coral": "#f26b5b",
    "red": "#c9302c",
    "pink": "#f3a9bd",
    "magenta": "#b8377f",
    "purple": "#5d3a8e",
    "navy": "#1b2a4e",
    "blue": "#2b62c4",
    "sky": "#8cc7e8",
    "teal": "#147a78",
    "green": "#2f7d4a",
    "mint": "#a9dcc3",
    "brown": "#6b4630",
    "grey": "#8b9098",
    "charcoal": "#33373d",
    "black": "#121316",
}
"""Common colour words with a typical value of each."""


def nearest_word(colour: str) -> str:
    """Return the word whose colour is nearest to a hex colour, by CIE 1976 delta E.

    >>> nearest_word("#1a2b50")
    'navy'
    """
    wanted = lab(colour)

    def distance(word: str) -> float:
        found = lab(COLOUR_WORDS[word])
        return sum((a - b) ** 2 for a, b in zip(wanted, found, strict=True))

    return min(COLOUR_WORDS, key=distance)


def lab(colour: str) -> tuple[float, float, float]:
    """Return CIE L*a*b* (D65) of an sRGB hex colour; IEC 61966-2-1 and CIE 15:2004."""
    linear = [_linear(part / 255) for part in rgb(colour)]
    matrix = (
        (0.4124564, 0.3575761, 0.1804375),
        (0.2126729, 0.7151522, 0.0721750),
        (0.0193339, 0.1191920, 0.9503041),
    )
    white = (0.95047, 1.0, 1.08883)
    x, y, z = (
        _cube_root(sum(part * value for part, value in zip(row, linear, strict=True)) / reference)
        for row, reference in zip(matrix, white, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _cube_root(value: float) -> float:
    return value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116
