"""Sets one string in many ways, right and wrong, and reads each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from PIL import Image

from presscheck.assets import RenderMode
from presscheck.brand import Brand, CopySlot
from presscheck.errors import CopyError
from presscheck.fonts import open_brand_face
from presscheck.registry import GlyphInspector, Reader
from presscheck.verification.calibrating.planting import plant
from presscheck.verification.calibrating.sounding import Sounding, sound
from presscheck.verification.calibrating.strings import Copy
from presscheck.verification.calibrating.views import View, set_view, views_of
from presscheck.verification.normalise import normalise
from presscheck.verification.shapes.template import KnownType
from presscheck.verification.slots import Expected


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a calibration is made with: `reader` is a name, `views` the settings of each string."""

    brand: Brand
    reader: str
    seed: int = 0
    views: int = 8
    pictures: tuple[Image.Image, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A string with what was read of it; `unknown` are characters that the reader doesn't know."""

    copy: Copy
    font: str
    unknown: tuple[str, ...] = ()
    right: tuple[Sounding, ...] = ()
    wrong: tuple[Sounding, ...] = ()


def measure(
    bench: Bench, reader: Reader, copy: Copy, inspector: GlyphInspector | None = None
) -> Measured:
    """Set a string right, and with a mistake, in each of its views, and read them.

    Raises:
        CopyError: It doesn't fit its slot.
        FontError: A font cannot be used.
    """
    kit = bench.brand.slots[copy.slot.name]
    font = kit.font
    unknown = tuple(sorted(reader.unreadable(normalise(copy.slot.text))))
    if unknown:
        return Measured(copy=copy, font=font, unknown=unknown)
    slot = Expected(
        name=copy.slot.name,
        text=copy.slot.text,
        box=copy.slot.box,
        strict=kit.spelling == "strict",
        type=_type(bench.brand, kit) if copy.slot.render is RenderMode.TYPESET else None,
    )
    views = views_of(bench.brand, copy, bench.views, bench.seed, pictures=len(bench.pictures))
    right = [
        sound(
            set_view(view, copy, slot.text, bench.brand, bench.pictures),
            slot,
            reader.read,
            inspector,
        )
        for view in views
    ]
    wrong = [
        sound(image, slot, reader.read, inspector, mistake=mistake, drawn=drawn)
        for mistake, drawn, image in _mistakes(bench, copy, views)
    ]
    return Measured(copy=copy, font=font, right=tuple(right), wrong=tuple(wrong))


def _type(brand: Brand, kit: CopySlot) -> KnownType:
    """Return the font of a slot that is always typeset: the verifier will know it."""
    return KnownType(font=open_brand_face(brand, kit.font).at, certain=True)


def _mistakes(
    bench: Bench, copy: Copy, views: list[View]
) -> Iterator[tuple[str, str, Image.Image]]:
    """Yield for each view a mistake, and its picture; kinds take turns from string to string."""
    face = open_brand_face(bench.brand, bench.brand.slots[copy.slot.name].font)
    first = Random(f"{bench.seed}:{copy.name}").randrange(1000)
    for number, view in enumerate(views):
        random = Random(f"{view.seed}:mistake")
        for mistake, wrong in plant(copy.slot.text, face, first + number, random):
            try:
                image = set_view(view, copy, wrong, bench.brand, bench.pictures)
            except CopyError:
                continue  # it has become too long for its slot
            yield mistake, wrong, image
            break
