"""An engine's settings: what a campaign may say, and what a checkpoint recommends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from presscheck.engine.contract import Capabilities, PreviewWorth
from presscheck.errors import EngineError, InputError
from presscheck.search import Costs, Record
from presscheck.spec import EngineChoice

RECOMMENDED = "presscheck.json"
"""An optional file beside `model_index.json`: the settings that suit a checkpoint."""

Steps = Annotated[int, Field(ge=1, le=200)]
GuidanceScale = Annotated[float, Field(ge=0, le=20)]
Temperature = Annotated[float, Field(ge=0, le=2)]
TopP = Annotated[float, Field(gt=0, le=1)]
Batch = Annotated[int, Field(ge=1, le=256)]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]
SizeName = Annotated[str, Field(pattern=r"^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}$")]


def _whole_cells(length: int) -> int:
    if length % 32:
        raise ValueError("must be a multiple of 32")
    return length


Side = Annotated[int, Field(ge=32, le=8192), AfterValidator(_whole_cells)]


class RecordCounts(BaseModel):
    """Counts of a `presscheck.search.Record`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accepted_right: Count = 0
    accepted_wrong: Count = 0
    rejected_right: Count = 0
    rejected_wrong: Count = 0


class RecommendedPreview(BaseModel):
    """How a checkpoint's plans are previewed, and what was measured of it.

    `steps` are those of a sketch. `record` holds counts over verified renders. A batch of n plans
    takes `batch` + n * `plan` seconds on one machine, a preview `preview`, a render with its
    verification `render`: only their ratio matters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["read-out", "sketch"]
    steps: Steps = 4
    record: RecordCounts = RecordCounts()
    batch: Seconds = 0.0
    plan: Seconds = 1.0
    preview: Seconds = 0.0
    render: Seconds = 1.0

    def worth(self) -> PreviewWorth:
        """Return the same as the engine's capabilities tell it."""
        return PreviewWorth(
            record=Record(**self.record.model_dump()),
            costs=Costs(batch=self.batch, plan=self.plan, preview=self.preview, render=self.render),
        )


class Recommended(BaseModel):
    """What a checkpoint is good at; the defaults are those that GLM-Image was published with.

    `native` sizes are (width, height) in pixels; `line` says, by native size as `512x512`, how many
    characters a line of drawn copy may have, `longest_copy` how many the copy of a slot;
    `references` how many images the model was trained to be shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    native: tuple[tuple[Side, Side], ...] = ()
    characters: str | None = None
    line: dict[SizeName, int] = Field(default_factory=dict[SizeName, int])
    longest_copy: int | None = Field(default=None, ge=1)
    steps: Steps = 50
    guidance_scale: GuidanceScale = 1.5
    temperature: Temperature = 0.9
    top_p: TopP = 0.75
    batch: Batch = 8
    references: Count = 4
    preview: RecommendedPreview | None = None

    def capabilities(self) -> Capabilities:
        """Return the same as the engine's capabilities."""
        lines = [(*map(int, size.split("x")), longest) for size, longest in self.line.items()]
        return Capabilities(
            native=self.native,
            characters=frozenset(self.characters) if self.characters is not None else None,
            line={(width, height): longest for width, height, longest in lines},
            copy=self.longest_copy,
            references=self.references,
        )


class EngineSettings(BaseModel):
    """What a campaign may set under `engine.settings`; None leaves it to the checkpoint.

    `revision` is for hub ids. A commit pins the weights; a branch may move under the same name.
    `threads` are those of one plan or render, `workers` how many renders run beside each other,
    `batch` how many plans are made at once. docs/engine.md tells what each does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    steps: Steps | None = None
    guidance_scale: GuidanceScale | None = None
    temperature: Temperature | None = None
    top_p: TopP | None = None
    device: Annotated[str, Field(pattern=r"^(auto|cpu|cuda(:[0-9]+)?)$")] = "auto"
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    offload: Literal["none", "model", "sequential"] = "none"
    device_map: Literal["balanced"] | None = None
    quantise: Literal["none", "int8", "int4"] = "none"
    guidance: Literal["apart", "together"] = "apart"
    step_cache: Annotated[float, Field(gt=0, le=1)] | None = None
    compile: bool = False
    channels_last: bool | None = None
    threads: Annotated[int, Field(ge=1, le=256)] | None = None
    workers: Annotated[int, Field(ge=1, le=64)] | None = None
    batch: Batch | None = None
    preview: Literal["auto", "off", "read-out", "sketch"] = "auto"
    revision: str | None = None

    @field_validator("device_map")
    @classmethod
    def _two_cards(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return value
        if info.data.get("offload", "none") != "none":
            raise ValueError("cannot go together with offload")
        if info.data.get("device", "auto") not in ("auto", "cuda"):
            raise ValueError("needs device: auto or cuda, without a number")
        return value

    @field_validator("quantise")
    @classmethod
    def _quantised(cls, value: str, info: ValidationInfo) -> str:
        if value != "none" and info.data.get("offload") == "sequential":
            raise ValueError("cannot go together with offload: sequential")
        if value == "int4" and info.data.get("dtype") == "float32":
            raise ValueError("int4 computes in bfloat16, not in float32")
        return value


def parse_settings(choice: EngineChoice) -> EngineSettings:
    """Read a campaign's engine settings.

    Raises:
        InputError: A key is unknown or its value wrong; the error names it.
    """
    try:
        return EngineSettings.model_validate(choice.settings)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in detail["loc"])
        raise InputError(
            f"engine.settings.{field}: {detail['msg']}, found {detail['input']!r}.",
            remedy=f"Settings are {', '.join(EngineSettings.model_fields)}.",
        ) from error


def read_recommended(folder: Path) -> Recommended:
    """Read what a checkpoint folder recommends; the published defaults where it says nothing."""
    path = folder / RECOMMENDED
    if not path.is_file():
        return Recommended()
    try:
        return Recommended.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, OSError) as error:
        raise EngineError(
            f"{path} cannot be used: {error}.", remedy="Repair or delete it."
        ) from error
