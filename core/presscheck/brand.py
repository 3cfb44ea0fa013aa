"""What a person writes once: a brand kit."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, model_validator

from presscheck.assets import Box, RenderMode
from presscheck.spec import CleanCopy, KitPath, Name, SceneText, Written

Fraction = Annotated[float, Field(ge=0, le=1)]
HexColour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class FontRef(Written):
    """A font file of the kit, relative to the brand file. `axes` sets a variable font."""

    file: KitPath
    axes: dict[str, float] = Field(default_factory=dict[str, float])
    licence: str = ""


class Region(Written):
    """Where a slot lies, in fractions of the image; `x`, `y` is the top left corner."""

    x: Fraction
    y: Fraction
    width: Annotated[float, Field(gt=0, le=1)]
    height: Annotated[float, Field(gt=0, le=1)]

    @model_validator(mode="after")
    def _inside_the_image(self) -> Region:
        if self.x + self.width > 1 + 1e-9 or self.y + self.height > 1 + 1e-9:
            raise ValueError("the region reaches outside the image; x+width and y+height are <= 1")
        return self

    @property
    def box(self) -> Box:
        """The same region as a value."""
        return Box(x=self.x, y=self.y, width=self.width, height=self.height)


BANNER = 3.0
"""An image wider than this many times its height is a banner, such as a leaderboard."""


class Position(Written):
    """A slot's region by shape: portrait (taller), landscape (wider), banner, else `default`.

    A `banner` is wider than 3:1; without a region of its own it takes the landscape's.
    """

    default: Region
    portrait: Region | None = None
    landscape: Region | None = None
    banner: Region | None = None

    def region(self, width: int, height: int) -> Region:
        """Return the region for `width` x `height` pixels; up to 10 % off square is square."""
        if width > BANNER * height:
            return self.banner or self.landscape or self.default
        if height > 1.1 * width:
            return self.portrait or self.default
        if width > 1.1 * height:
            return self.landscape or self.default
        return self.default


class CopySlot(Written):
    """A place for copy. Sizes are fractions of the image's shorter side.

    In a banner they are fractions of the geometric mean of both sides: its shorter side says
    little about how large its copy may be.

    `spelling` says how its copy is judged. By default quotes, dashes and whole capitals may differ
    from what is written; in "strict" copy they may not, nor may a sign be as likely another one.

    `ink` and `panel` are palette names. With a `panel` the copy stands on a filled rectangle
    (a button, a label); without one it stands on the picture, and its contrast is checked there.
    """

    render: RenderMode = RenderMode.AUTO
    position: Position
    font: Name
    ink: Name
    panel: Name | None = None
    align: Literal["left", "center", "right"] = "center"
    valign: Literal["top", "middle", "bottom"] = "middle"
    min_size: Annotated[float, Field(gt=0, le=0.5)] = 0.03
    max_size: Annotated[float, Field(gt=0, le=0.5)] = 0.12
    leading: Annotated[float, Field(ge=0.8, le=2)] = 1.15
    required: bool = False
    spelling: Literal["balanced", "strict"] = "balanced"
    default: CleanCopy | None = None
    forbidden: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _sizes_in_order(self) -> CopySlot:
        if self.min_size > self.max_size:
            raise ValueError("min_size is greater than max_size")
        return self

    def sizes(self, width: int, height: int) -> tuple[float, float]:
        """Return the smallest and the largest font size in pixels of a `width` x `height` image."""
        banner = width > BANNER * height
        unit = math.sqrt(width * height) if banner else min(width, height)
        return self.min_size * unit, self.max_size * unit


class Logo(Written):
    """The brand's mark, composited last. `region` bounds it; its aspect ratio is kept."""

    file: KitPath
    position: Position


class Ladder(Written):
    """How far the re-roll policy goes for this brand.

    `plans` is how many plans are drawn at most, those that a preview refuses too; `renders` is how
    often one plan is rendered before a new plan is made; `repairs` how often the
    region of a single wrong slot is rendered anew; `last` is what happens when the model cannot
    spell the copy within the budget.
    """

    renders: Annotated[int, Field(ge=1, le=20)] = 2
    plans: Annotated[int, Field(ge=1, le=50)] = 4
    repairs: Annotated[int, Field(ge=0, le=20)] = 1
    last: Literal["typeset", "give-up"] = "typeset"


class Brand(Written):
    """A brand kit: palette, type, logo, voice and the slots for copy.

    `forbidden` words may not be in copy. `allowed` text may stand in a picture without being copy:
    the brand's name on a product, a sign on a door.
    """

    name: Name
    title: str = ""
    voice: Annotated[str, Field(max_length=500)] = ""
    palette: Annotated[dict[Name, HexColour], Field(min_length=2)]
    ground: Name
    accents: tuple[Name, ...] = ()
    motif: Annotated[str, Field(max_length=200)] = ""
    fonts: Annotated[dict[Name, FontRef], Field(min_length=1)]
    logo: Logo | None = None
    slots: Annotated[dict[Name, CopySlot], Field(min_length=1)]
    forbidden: tuple[str, ...] = ()
    allowed: Annotated[tuple[SceneText, ...], Field(max_length=100)] = ()
    safe_zone: Annotated[float, Field(ge=0, le=0.25)] = 0.04
    min_contrast: Annotated[float, Field(ge=1, le=21)] = 4.5
    ladder: Ladder = Ladder()
    finishers: tuple[Name, ...] = ("upscale-waifu2x", "mark-ai")

    _folder: Path = PrivateAttr(default=Path())

    @model_validator(mode="after")
    def _names_exist(self) -> Brand:
        for where, colour in self._colours_used():
            if colour not in self.palette:
                raise ValueError(
                    f"{where}: there is no colour {colour!r} in the palette "
                    f"({', '.join(self.palette)})"
                )
        for name, slot in self.slots.items():
            if slot.font not in self.fonts:
                raise ValueError(
                    f"slots.{name}.font: there is no font {slot.font!r} ({', '.join(self.fonts)})"
                )
        return self

    def _colours_used(self) -> list[tuple[str, str]]:
        used = [("ground", self.ground), *(("accents", accent) for accent in self.accents)]
        for name, slot in self.slots.items():
            used.append((f"slots.{name}.ink", slot.ink))
            if slot.panel:
                used.append((f"slots.{name}.panel", slot.panel))
        return used

    @property
    def folder(self) -> Path:
        """The kit's folder; its files are relative to it."""
        return self._folder

    def at(self, folder: Path) -> Brand:
        """Return the same brand with its files in `folder`."""
        brand = self.model_copy()
        brand._folder = folder
        return brand

    def file(self, relative: str) -> Path:
        """Return the path of one of the kit's files."""
        return self._folder / relative
