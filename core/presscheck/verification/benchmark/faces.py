"""The fonts that adverts are drawn with: those of installed `fontpkg-*` packages, all free."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distributions, requires
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from packaging.requirements import Requirement
from PIL import ImageFont

from presscheck.errors import InputError

PACKAGES = "fontpkg_"
APART_EXTRA = "benchmark-apart"
CLASSES = {
    "HANDWRITING": "script",
    "DISPLAY": "display",
    "MONOSPACE": "monospace",
    "SERIF": "serif",
    "SANS_SERIF": "sans serif",
}
"""Google's categories, the telling one first: a display face is often a sans serif as well."""
CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
"""Debian's fonts-noto-cjk; without it nothing Chinese or Japanese is drawn."""
DEBIAN = {
    "Noto Sans CJK": CJK,
    "Noto Serif CJK": CJK.with_name("NotoSerifCJK-Bold.ttc"),
}
DEBIAN_APART = {
    "WenQuanYi Zen Hei": Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"),
    "IPA Gothic": Path("/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf"),
}
"""Debian's fonts-wqy-zenhei and fonts-ipafont-gothic: Chinese and Japanese of a set apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """A font file, its class, and the characters that it holds.

    One that is `apart` belongs to a family of the extra `benchmark-apart`.
    """

    family: str
    path: Path
    kind: str
    characters: frozenset[str]
    apart: bool = False

    def sized(self, pixels: float, weight: float = 0.5) -> ImageFont.FreeTypeFont:
        """Return the font at a size; `weight`, 0-1, is where on a variable font's axis."""
        return sized(self.path, pixels, weight)


def sized(path: Path, pixels: float, weight: float = 0.5) -> ImageFont.FreeTypeFont:
    """Return a font file at a size; `weight`, 0-1, is where on a variable font's axis."""
    font = ImageFont.truetype(str(path), pixels)
    if "[" in path.name:
        axes: Any = font.get_variation_axes()
        values = [
            axis["minimum"] + weight * (axis["maximum"] - axis["minimum"])
            if axis["name"] in (b"Weight", "Weight")
            else axis["default"]
            for axis in axes
        ]
        font.set_variation_by_axes(values)
    return font


def faces_apart() -> list[Face]:
    """Return the installed faces of families that nothing is developed on."""
    return [face for face in every_face() if face.apart]


def faces() -> list[Face]:
    """Return the installed faces of the other families, which the verifier is developed on."""
    return [face for face in every_face() if not face.apart]


@cache
def every_face() -> tuple[Face, ...]:
    """Return every installed face, in the order of their names.

    Raises:
        InputError: No font package is installed.
    """
    found = sorted(_faces(), key=lambda face: face.path.name)
    if not found:
        raise InputError(
            "there is no font to draw with.",
            remedy="Install some with: pip install 'presscheck[benchmark]'.",
        )
    return tuple(found)


def _faces() -> Iterator[Face]:
    held_back = _held_back()
    packages = {_name(package.metadata["Name"]): package for package in distributions()}
    for name, package in packages.items():
        if not name.startswith(PACKAGES):
            continue
        root = Path(str(package.locate_file(name)))
        told = json.loads((root / "metadata.json").read_text(encoding="utf-8"))
        kind = next((CLASSES[key] for key in CLASSES if key in told["category"]), "sans serif")
        for file in told["files"]:
            if file["style"] == "normal" and (file["weight"] in {None, 400, 700, 900}):
                path = root / file["path"]
                yield Face(
                    family=told["family"],
                    path=path,
                    kind=kind,
                    characters=_characters(path),
                    apart=name in held_back,
                )
    for apart, families in ((False, DEBIAN), (True, DEBIAN_APART)):
        for family, path in families.items():
            if path.is_file():
                yield Face(
                    family=family,
                    path=path,
                    kind="Chinese, Japanese",
                    characters=_characters(path),
                    apart=apart,
                )


def _held_back() -> frozenset[str]:
    """Return the font packages of the extra `benchmark-apart`, which nothing is developed on."""
    needs = (Requirement(one) for one in requires("presscheck") or ())
    return frozenset(
        _name(one.name)
        for one in needs
        if one.marker is not None and one.marker.evaluate({"extra": APART_EXTRA})
    )


def _name(package: str) -> str:
    return package.replace("-", "_").lower()


def _characters(path: Path) -> frozenset[str]:
    with TTFont(path, lazy=True, fontNumber=0) as font:
        known: Any = font.getBestCmap()
        return frozenset(map(chr, known))
