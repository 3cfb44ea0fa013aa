"""Families of type that Debian's packages hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/usr/share/fonts")
CJK = ROOT / "opentype/noto/NotoSansCJK-Bold.ttc"
"""Of fonts-noto-cjk."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Families:
    """`files` are below `ROOT`, by class and family; `packages` hold them."""

    packages: tuple[str, ...]
    files: Mapping[str, Mapping[str, tuple[str, ...]]]

    def fonts(self) -> Iterator[tuple[str, str, Path]]:
        """Yield the class, the family and the path of each font."""
        for kind, families in self.files.items():
            for family, files in families.items():
                for file in files:
                    yield kind, family, ROOT / file
