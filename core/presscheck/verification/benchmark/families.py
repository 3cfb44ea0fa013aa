"""Families of type that packages of Debian and of the npm registry hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path("/usr/share/fonts")
CJK = ROOT / "opentype/noto/NotoSansCJK-Bold.ttc"
"""Of fonts-noto-cjk."""
NPM = Path("out/fonts/node_modules")
"""Where packages of the npm registry are looked for."""
SCOPE = "@fontsource"


@dataclass(frozen=True, kw_only=True, slots=True)
class Families:
    """`files` are Debian's, below `ROOT`, by class and family; `packages` hold them.

    `npm` has weights by class and by package of Fontsource's.
    """

    packages: tuple[str, ...]
    files: Mapping[str, Mapping[str, tuple[str, ...]]]
    npm: Mapping[str, Mapping[str, tuple[int, ...]]] = field(
        default_factory=dict[str, Mapping[str, tuple[int, ...]]]
    )

    def fonts(self) -> Iterator[tuple[str, str, Path]]:
        """Yield the class, the family and the path of each font."""
        for kind, families in self.files.items():
            for family, files in families.items():
                for file in files:
                    yield kind, family, ROOT / file
        for kind, packages in self.npm.items():
            for package, weights in packages.items():
                folder = NPM / SCOPE / package / "files"
                for weight in weights:
                    family = package.replace("-", " ").title()
                    yield kind, family, folder / f"{package}-latin-{weight}-normal.woff"

    @property
    def remedy(self) -> str:
        """The commands that install them."""
        debian = f"apt-get install {' '.join(self.packages)}"
        if not self.npm:
            return debian
        names = " ".join(f"{SCOPE}/{name}" for some in self.npm.values() for name in some)
        return f"{debian}, and npm install --prefix {NPM.parent} {names}"
