"""Colours as numbers: hex notation, and how well one reads on another."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

RGB = tuple[int, int, int]
"""Red, green and blue of sRGB, 0-255 each."""


def rgb(colour: str) -> RGB:
    """Return the red, green and blue of `#rrggbb`.

    >>> rgb("#f26b5b")
    (242, 107, 91)

    Raises:
        ValueError: It is not in that notation.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"{colour!r} is not a colour; write it as #rrggbb")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminances(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the relative luminance, 0-1, of pixels whose last axis is red, green and blue.

    WCAG 2.2, "relative luminance": https://www.w3.org/TR/WCAG22/#dfn-relative-luminance. Its
    threshold is 0.04045 since May 2021; no 8-bit value lies between that and the former 0.03928.
    """
    steps = np.arange(256) / 255
    linear = np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear[pixels] @ np.array([0.2126, 0.7152, 0.0722]), dtype=np.float64)


def luminance(colour: RGB) -> float:
    """Return the relative luminance of one colour, 0 (black) to 1 (white)."""
    return float(luminances(np.array(colour, dtype=np.uint8)))


def contrast(first: RGB, second: RGB) -> float:
    """Return the contrast ratio of two colours, 1 to 21; their order doesn't matter.

    WCAG 2.2, "contrast ratio": https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.

    >>> round(contrast((0, 0, 0), (255, 255, 255)), 1)
    21.0
    """
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def contrast_over(ink: RGB, pixels: NDArray[np.uint8], share: float = 0.05) -> float:
    """Return the contrast that `ink` reaches on all but the worst `share` of `pixels`.

    A few stray pixels, such as the edge of a shape, don't make copy unreadable; a strip does.
    """
    beneath = luminances(pixels).ravel()
    own = luminance(ink)
    ratios = (np.maximum(beneath, own) + 0.05) / (np.minimum(beneath, own) + 0.05)
    return float(np.quantile(ratios, share))


def most_readable(inks: Iterable[RGB], ground: RGB) -> RGB:
    """Return the ink with the highest contrast on `ground`; the first one wins a tie."""
    return max(inks, key=lambda ink: contrast(ink, ground))
