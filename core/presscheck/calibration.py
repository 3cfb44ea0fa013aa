"""A calibration's file: which strings of a campaign can be read, and how each slot is judged.

`presscheck calibrate` writes it; a campaign that names it is validated and judged by it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from presscheck.assets import Thresholds
from presscheck.brand import Brand
from presscheck.errors import SpecError
from presscheck.fonts import open_brand_face
from presscheck.job import digest_of
from presscheck.loading import read_text
from presscheck.spec import Locale, Name, Pixels

MAX_BYTES = 20_000_000
"""Fifty locales in every channel stay well below this."""
AGAIN = "Run `presscheck calibrate` again."
TYPE = {
    "position",
    "font",
    "ink",
    "panel",
    "align",
    "valign",
    "min_size",
    "max_size",
    "leading",
}
"""What of a slot tells how its copy looks."""

Count = Annotated[int, Field(ge=0)]
Loss = Annotated[float, Field(ge=-30, le=30)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Share(_Part):
    """How many of how many, with both ends of Wilson's interval of 95 %."""

    hits: Count
    of: Count
    low: Annotated[float, Field(ge=0, le=1)]
    high: Annotated[float, Field(ge=0, le=1)]

    @model_validator(mode="after")
    def _a_part(self) -> Share:
        if self.hits > self.of:
            raise ValueError(f"{self.hits} of {self.of} cannot be")
        return self

    def __str__(self) -> str:
        share = self.hits / self.of if self.of else 0.0
        interval = f"{100 * self.low:.1f}-{100 * self.high:.1f}"
        return f"{100 * share:.1f} % ({interval}; {self.hits} of {self.of})"


class Verdicts(_Part):
    """How often settings of a string were accepted, unsure and rejected."""

    accepted: Count = 0
    unsure: Count = 0
    rejected: Count = 0

    @property
    def settings(self) -> int:
        """How often it was set."""
        return self.accepted + self.unsure + self.rejected


class ReadAs(_Part):
    """What was read where something else was expected ("" is nothing), and how often."""

    expected: str
    read: str
    times: Count


class Judged(_Part):
    """The thresholds of a slot, and what they did to the settings that they were chosen on.

    `pool` says on which: the slot's own, or all in its font. `met` tells whether the wanted rate of
    false accepts was reached, `enough` whether there were mistakes enough to show it.
    """

    accept: Loss
    reject: Loss
    no_space: Loss
    pool: Literal["slot", "font"]
    false_accepts: Share
    false_rejects: Share
    unsure: Share
    met: bool
    enough: bool

    @model_validator(mode="after")
    def _in_order(self) -> Judged:
        _ = self.thresholds
        return self

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds as the verifier takes them."""
        return Thresholds(accept=self.accept, reject=self.reject, no_space=self.no_space)


class StringResult(_Part):
    """How one string fares at one shape of image; `width`, `height` are what it was set in.

    "unreadable" is what isn't accepted in half of its right settings, "unsupported" what holds
    characters that the reader doesn't know.
    """

    slot: Name
    text: Annotated[str, Field(min_length=1, max_length=500)]
    locale: Locale
    width: Pixels
    height: Pixels
    font: Name
    status: Literal["readable", "unreadable", "unsupported"]
    characters: tuple[ReadAs, ...] = ()
    right: Verdicts = Verdicts()
    wrong: Verdicts = Verdicts()

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from other strings."""
        return self.slot, self.text, self.locale, shape(self.width, self.height)


class PlattFit(_Part):
    """P(right | loss) = 1 / (1 + exp(slope * loss + intercept)), fitted on characters.

    `right`, `wrong` count them. The errors are the expected calibration error of the verifier's own
    posterior, and of the fit.
    """

    slope: float
    intercept: float
    right: Count
    wrong: Count
    error_before: Annotated[float, Field(ge=0, le=1)]
    error_after: Annotated[float, Field(ge=0, le=1)]


class MadeFor(_Part):
    """The brand that a calibration was made for: digests of what its type looks like."""

    name: Name
    fonts: str
    palette: str
    slots: str


class Calibration(_Part):
    """A calibration, as it is written."""

    version: Literal[1]
    presscheck: str
    campaign: Name
    brand: MadeFor
    reader: str
    far: Annotated[float, Field(gt=0, lt=1)]
    seed: Annotated[int, Field(ge=0)]
    views: Annotated[int, Field(ge=1)]
    slots: dict[Name, Judged]
    strings: tuple[StringResult, ...]
    platt: PlattFit | None = None

    @model_validator(mode="after")
    def _each_string_once(self) -> Calibration:
        seen: set[tuple[object, ...]] = set()
        for one in self.strings:
            if one.key in seen:
                raise ValueError(f"strings: {one.text[:60]!r} in slot {one.slot} is listed twice")
            seen.add(one.key)
        return self

    @property
    def unreadable(self) -> tuple[StringResult, ...]:
        """The strings that a person must check by eye."""
        return tuple(one for one in self.strings if one.status != "readable")


def shape(width: int, height: int) -> tuple[int, int]:
    """Return what placements that are calibrated as one share: aspect within 5 %, size within 2.

    >>> shape(1080, 1080) == shape(1200, 1200), shape(1080, 1080) == shape(1080, 1350)
    (True, False)
    """
    return round(20 * math.log(width / height)), min(width, height).bit_length()


def tell_misread(one: StringResult) -> str:
    """Return which characters of a string are misread, in words.

    >>> found = ReadAs(expected="ß", read="B", times=3)
    >>> tell_misread(StringResult(slot="a", text="Fuß", locale="de", width=64, height=64,
    ...     font="script", status="unreadable", characters=(found,)))
    '"ß" is read as "B" in font script'
    """
    if one.status == "readable":
        return ""
    known = [f'"{char.expected}"' for char in one.characters]
    if one.status == "unsupported":
        return f"the reader doesn't know {', '.join(known)}"
    told = ", ".join(map(_misread, one.characters)) or "it is not found"
    return f"{told} in font {one.font}"


def _misread(found: ReadAs) -> str:
    if not found.expected:
        return f'"{found.read}" is read where nothing is'
    read = f'as "{found.read}"' if found.read else "as nothing"
    return f'"{found.expected}" is read {read}'


def made_for(brand: Brand) -> MadeFor:
    """Return digests of the parts of a brand that its type depends on.

    Raises:
        FontError: A font cannot be used.
    """
    fonts = {
        name: [
            font.axes,
            hashlib.sha256(open_brand_face(brand, name).data).hexdigest(),
        ]
        for name, font in brand.fonts.items()
    }
    slots = {name: slot.model_dump(mode="json", include=TYPE) for name, slot in brand.slots.items()}
    palette = [brand.palette, brand.ground, brand.min_contrast]
    return MadeFor(
        name=brand.name,
        fonts=digest_of(fonts),
        palette=digest_of({"palette": palette}),
        slots=digest_of(slots),
    )


def load_calibration(path: Path) -> Calibration:
    """Read a calibration file.

    Raises:
        SpecError: It cannot be read, or isn't what `presscheck calibrate` wrote; the error names
            the field and what was found.
    """
    text = read_text(path, MAX_BYTES)
    try:
        return Calibration.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SpecError(
            f"{' '.join(_problem(first['type'], first['msg'], first['input']))}.",
            file=path,
            field=field,
            remedy=AGAIN,
        ) from error


def _problem(kind: str, message: str, found: object) -> Iterator[str]:
    if kind == "missing":
        yield "is missing"
    elif kind == "extra_forbidden":
        yield "there is no such key"
    else:
        yield message.removeprefix("Value error, ")
    if kind not in {"missing", "json_invalid"} and isinstance(found, str | int | float | None):
        yield f"(found {str(found)[:60]!r})"
