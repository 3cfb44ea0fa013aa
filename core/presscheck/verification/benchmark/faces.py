"""The fonts that adverts are drawn with: those of `fontpkg-*` packages and Debian's, all free."""

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
from presscheck.verification.benchmark.developed import DEVELOPED
from presscheck.verification.benchmark.families import Families
from presscheck.verification.benchmark.held_back import HELD_BACK
from presscheck.verification.mistakes import SIZE

PACKAGES = "fontpkg_"
EXTRA = "benchmark"
CLASSES = {
    "HANDWRITING": "script",
    "DISPLAY": "display",
    "MONOSPACE": "monospace",
    "SERIF": "serif",
    "SANS_SERIF": "sans serif",
}
"""Google's categories, the telling one first: a display face is often a sans serif as well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """A font file, its class, and the characters that it holds."""

    family: str
    path: Path
    kind: str
    characters: frozenset[str]

    def sized(self, pixels: float, weight: float = 0.5) -> ImageFont.FreeTypeFont:
        """Return the font at a size; `weight`, 0-1, is where on a variable font's axis."""
        return sized(self.path, pixels, weight)

    def draws(self, text: str) -> bool:
        """Tell whether it has ink for each character: some have blank glyphs for others."""
        font = self.sized(SIZE)
        return all(font.getmask(one).getbbox() is not None for one in set(text) - {" "})


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


@cache
def faces(*, apart: bool = False) -> tuple[Face, ...]:
    """Return the installed faces of a set, in the order of their files.

    Raises:
        InputError: None is installed.
    """
    found = sorted(_faces(apart=apart), key=lambda face: face.path.name)
    if not found:
        raise InputError("there is no font to draw with.", remedy=_remedy(apart=apart))
    return tuple(found)


def check_fonts(*, apart: bool) -> None:
    """Check that all fonts of a set are there: with fewer it would be another set.

    Raises:
        InputError: Some aren't installed.
    """
    paths = [path for _, _, path in _families(apart=apart).fonts()]
    missing = [path.name for path in paths if not path.is_file()]
    if not apart:
        missing += sorted(_packages() - {_name(one.metadata["Name"]) for one in distributions()})
    if missing:
        raise InputError(
            f"{len(missing)} fonts of the set are missing, such as {missing[0]}.",
            remedy=_remedy(apart=apart),
        )


def _remedy(*, apart: bool) -> str:
    google = "" if apart else f"pip install 'presscheck[{EXTRA}]', and "
    return f"Install them with: {google}{_families(apart=apart).remedy}"


def _families(*, apart: bool) -> Families:
    return HELD_BACK if apart else DEVELOPED


def _faces(*, apart: bool) -> Iterator[Face]:
    if not apart:
        yield from _google()
    for kind, family, path in _families(apart=apart).fonts():
        if path.is_file():
            yield Face(family=family, path=path, kind=kind, characters=_characters(path))


def _google() -> Iterator[Face]:
    installed = {_name(package.metadata["Name"]): package for package in distributions()}
    ours = _packages()
    for name, package in installed.items():
        if name not in ours:
            continue
        root = Path(str(package.locate_file(name)))
        told = json.loads((root / "metadata.json").read_text(encoding="utf-8"))
        kind = next((CLASSES[key] for key in CLASSES if key in told["category"]), "sans serif")
        for file in told["files"]:
            if file["style"] == "normal" and (file["weight"] in {None, 400, 700, 900}):
                path = root / file["path"]
                yield Face(
                    family=told["family"], path=path, kind=kind, characters=_characters(path)
                )


def _packages() -> frozenset[str]:
    """Return the font packages of the extra `benchmark`."""
    needs = (Requirement(one) for one in requires("presscheck") or ())
    names = (
        _name(one.name)
        for one in needs
        if one.marker is not None and one.marker.evaluate({"extra": EXTRA})
    )
    return frozenset(name for name in names if name.startswith(PACKAGES))


def _name(package: str) -> str:
    return package.replace("-", "_").lower()


def _characters(path: Path) -> frozenset[str]:
    with TTFont(path, lazy=True, fontNumber=0) as font:
        known: Any = font.getBestCmap()
        return frozenset(map(chr, known))
