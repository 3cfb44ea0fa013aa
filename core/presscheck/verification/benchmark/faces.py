"""The fonts that adverts are drawn with: those of installed `fontpkg-*` packages, all free.

Those of a set that is built apart are Debian's, see `held_back`.
"""

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
from presscheck.verification.benchmark.held_back import DEBIAN_PACKAGES, FILES, ROOT

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
CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
"""Debian's fonts-noto-cjk; without it nothing Chinese or Japanese is drawn."""
DEBIAN = {
    "Noto Sans CJK": CJK,
    "Noto Serif CJK": CJK.with_name("NotoSerifCJK-Bold.ttc"),
}


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
def faces() -> tuple[Face, ...]:
    """Return the installed faces that the verifier is developed on, in the order of their files.

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


@cache
def faces_apart() -> tuple[Face, ...]:
    """Return the installed faces of families that nothing is developed on."""
    found = (
        Face(family=family, path=path, kind=kind, characters=_characters(path))
        for kind, family, path in _files_apart()
        if path.is_file()
    )
    return tuple(sorted(found, key=lambda face: face.path.name))


def check_apart() -> None:
    """Check that all families of the set apart are there: with fewer it would be another set.

    Raises:
        InputError: Some aren't installed.
    """
    files = [path for _, _, path in _files_apart()]
    missing = sorted(file.name for file in files if not file.is_file())
    if missing:
        raise InputError(
            f"the set apart lacks {len(missing)} of its {len(files)} fonts, such as {missing[0]}.",
            remedy=f"Install them with: apt-get install {' '.join(DEBIAN_PACKAGES)}",
        )


def _files_apart() -> Iterator[tuple[str, str, Path]]:
    """Yield the class, the family and the path of each font of the set apart."""
    for kind, families in FILES.items():
        for family, files in families.items():
            for file in files:
                yield kind, family, ROOT / file


def _faces() -> Iterator[Face]:
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
    for family, path in DEBIAN.items():
        if path.is_file():
            yield Face(
                family=family,
                path=path,
                kind="Chinese, Japanese",
                characters=_characters(path),
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
