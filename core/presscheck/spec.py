"""What a person writes: a campaign. Every model is frozen and refuses unknown keys."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    field_validator,
    model_validator,
)

MAX_SIDE = 8192
"""Longest side of a placement in pixels."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""Lower-case letters, digits, dot, dash and underscore: safe as a file name and an object key."""
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2}|-[0-9]{3})?$")]
"""A BCP 47 tag such as `en`, `de-AT` or `zh-Hant-TW`."""
Pixels = Annotated[int, Field(ge=64, le=MAX_SIDE)]


class Written(BaseModel):
    """A part of a file that a person writes."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False
    )


QUOTES = '"“”„«»「」『』'
"""Quotation marks: the prompt uses them to mark copy, so copy itself may not hold them."""


def check_copy(text: str) -> str:
    """Return `text` in NFC, or raise ValueError when it cannot be set or prompted as copy."""
    if not text.strip():
        raise ValueError("copy must not be empty; leave the slot out instead")
    for character in text:
        if character in QUOTES:
            raise ValueError(f"copy must not hold the quotation mark {character}; leave it out")
        if unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"} and character != "\n":
            raise ValueError(
                f"copy must not hold the control character U+{ord(character):04X}; remove it"
            )
    return unicodedata.normalize("NFC", text)


def safe_relative(path: str) -> str:
    """Return `path` when it stays inside its folder, else raise ValueError."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or "\0" in path:
        raise ValueError(f"{path!r} must be a relative path inside the file's own folder")
    return str(pure)


CopyText = Annotated[str, Field(max_length=500)]
CleanCopy = Annotated[str, Field(max_length=500), AfterValidator(check_copy)]
SceneText = Annotated[str, Field(min_length=1, max_length=100)]
"""Text that may stand in a picture without being copy: a brand's name on a product, a sign."""
KitPath = Annotated[str, AfterValidator(safe_relative)]
"""A file of a brand kit or a campaign, relative to its folder."""


class Placement(Written):
    """A size to deliver: `{name: hero, width: 1200, height: 628}`."""

    name: Name
    width: Pixels
    height: Pixels


ChannelOrSize = Annotated[
    Annotated[Name, Tag("channel")] | Annotated[Placement, Tag("size")],
    Discriminator(lambda value: "channel" if isinstance(value, str) else "size"),
]
"""A channel preset by name, or a size of one's own."""


class EngineChoice(Written):
    """Which engine makes the images. `settings` are the engine's own."""

    name: Name = "glm-image"
    checkpoint: str = "nano"
    settings: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])


class Budget(Written):
    """What an asset may cost at most, in rolls and seconds, and the whole campaign in money."""

    rolls: Annotated[int, Field(ge=1, le=100)] = 6
    seconds: Annotated[float, Field(gt=0)] = 600.0
    money: Annotated[float, Field(ge=0)] | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "EUR"
    engine_hour: Annotated[float, Field(ge=0)] = 0.0
    """Price of one hour of engine time, in `currency`."""


class Delivery(Written):
    """A target: `to` names a deliverer plugin (`folder`, `s3`, ...), all other keys are its own."""

    model_config = ConfigDict(extra="allow")
    to: Name

    @property
    def options(self) -> dict[str, JsonValue]:
        """What the deliverer gets."""
        return dict(self.model_extra or {})


Format = Literal["png", "jpeg", "webp"]


class Campaign(Written):
    """A campaign: what to make, for which places, in which words.

    `key_visual` is an image, relative to the campaign's folder, that every asset is made after.
    `allowed` text may stand in the pictures, beside what the brand allows.
    `calibration` is what `presscheck calibrate` wrote there: by it copy is validated and judged.
    """

    name: Name
    brand: Annotated[str, Field(min_length=1)]
    brief: Annotated[str, Field(min_length=1, max_length=2000)]
    placements: Annotated[tuple[ChannelOrSize, ...], Field(min_length=1, max_length=100)]
    locales: Annotated[tuple[Locale, ...], Field(min_length=1, max_length=50)] = ("en",)
    key_visual: KitPath | None = None
    calibration: KitPath | None = None
    copy_: Annotated[
        dict[Name, CopyText | dict[Locale, CopyText]], Field(alias="copy", min_length=1)
    ]
    allowed: Annotated[tuple[SceneText, ...], Field(max_length=100)] = ()
    variants: Annotated[int, Field(ge=1, le=50)] = 1
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = ("png",)
    engine: EngineChoice = EngineChoice()
    budget: Budget = Budget()
    delivery: Annotated[tuple[Delivery, ...], Field(min_length=1)]
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0

    @field_validator("copy_")
    @classmethod
    def _copy_is_clean(
        cls, copy: dict[str, str | dict[str, str]]
    ) -> dict[str, str | dict[str, str]]:
        clean: dict[str, str | dict[str, str]] = {}
        for slot, text in copy.items():
            try:
                if isinstance(text, str):
                    clean[slot] = check_copy(text)
                else:
                    clean[slot] = {locale: check_copy(words) for locale, words in text.items()}
            except ValueError as error:
                raise ValueError(f"slot {slot}: {error}") from error
        return clean

    @model_validator(mode="after")
    def _every_locale_has_copy(self) -> Campaign:
        for slot, text in self.copy_.items():
            if isinstance(text, dict):
                missing = [locale for locale in self.locales if locale not in text]
                if missing:
                    raise ValueError(f"copy: slot {slot} has no text for locale {missing[0]}")
        return self

    def text(self, slot: str, locale: str) -> str | None:
        """Return the copy of `slot` in `locale`, None when the campaign leaves the slot out."""
        words = self.copy_.get(slot)
        return words[locale] if isinstance(words, dict) else words
