"""What an engine must offer: plan and render as two separate, repeatable steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from presscheck.assets import Box, Plan
from presscheck.registry import ReadText
from presscheck.search import Costs, Record

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewWorth:
    """How often previews were right about the verdict, and what the steps cost beside them."""

    record: Record = field(default_factory=Record)
    costs: Costs = field(default_factory=Costs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a plan will show, found before it is rendered.

    Either the lines of text read off its tokens, polygons in pixels of the plan, or an RGB image of
    fewer steps.
    """

    kind: str
    lines: tuple[ReadText, ...] = ()
    image: Image.Image | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What an engine can do. Sizes in pixels.

    `native` sizes (width, height) are the ones that it draws best; an engine with none draws any
    size. `characters` is what it can spell (None: unknown, try it); `line` is the longest line
    of copy it draws, in characters, by native size; `copy` is the longest copy of a slot.

    `batch` is how many plans are best made at once, `workers` how many renders may run beside each
    other and beside a batch of plans, `repairs` whether it renders a region alone, and `preview`
    what its previews are known to be worth; None when it has none. `references` is how many images
    it can be shown beside a prompt.
    """

    multiple: int = 32
    min_side: int = 32
    max_pixels: int = 2048 * 2048
    splits: bool = True
    native: tuple[tuple[int, int], ...] = ()
    characters: frozenset[str] | None = None
    line: Mapping[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    copy: int | None = None
    batch: int = 8
    workers: int = 1
    repairs: bool = False
    preview: PreviewWorth | None = None
    references: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Progress within a stage: `done` of `total` tokens (plan) or denoising steps (render).

    `note` says what a person should know of it.
    """

    stage: str
    done: int
    total: int
    note: str = ""


Progress = Callable[[Step], None]
"""Called after every token or step; it may raise `Cancelled` to stop the engine there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Redraw:
    """A plan of which only the cells that `box` (fractions of the plan) touches are drawn anew."""

    plan: Plan
    box: Box


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanRequest:
    """One row of a planning batch. `width`, `height` are the wanted pixels, of any size.

    `references` are images that the model is shown, as many as its capabilities say at most.
    """

    prompt: str
    width: int
    height: int
    seed: int
    redraw: Redraw | None = None
    references: tuple[Image.Image, ...] = ()


class Engine(Protocol):
    """Makes images in two steps, so that a re-roll pays only for the step that failed."""

    @property
    def name(self) -> str:
        """Name and version of engine and weights, as it goes into digests and manifests."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do, known without running it."""
        ...

    def planned_size(self, width: int, height: int) -> tuple[int, int]:
        """Return the size (pixels, multiples of 32) at which a wanted size is planned.

        The rendered image has this size; `fit_size` crops and scales it to the wanted one.
        """
        ...

    def glyph_texts(self, prompt: str) -> list[str]:
        """Return the strings that this engine will draw as copy for `prompt`."""
        ...

    def plan(
        self, requests: Sequence[PlanRequest], *, progress: Progress | None = None
    ) -> list[Plan]:
        """Plan every request; equal planned sizes share a batch, seeds stay per row.

        Raises:
            EngineError: A size, the memory or the checkpoint does not allow it.
            Cancelled: `progress` asked to stop.
        """
        ...

    def render(
        self,
        plan: Plan,
        *,
        seed: int,
        references: Sequence[Image.Image] = (),
        progress: Progress | None = None,
    ) -> Image.Image:
        """Render a plan to an RGB image of its size; the same plan and seed, the same bytes.

        `references` are the images that it was planned with.
        """
        ...

    def preview(
        self,
        plan: Plan,
        *,
        references: Sequence[Image.Image] = (),
        progress: Progress | None = None,
    ) -> Preview | None:
        """Return what a plan will show; None where the engine cannot tell before it renders."""
        ...

    def repair(
        self,
        plan: Plan,
        image: Image.Image,
        box: Box,
        *,
        seed: int,
        references: Sequence[Image.Image] = (),
        progress: Progress | None = None,
    ) -> Image.Image:
        """Render the cells of `image` that `box` touches anew; other pixels keep their bytes.

        `image` is RGB, of the plan's size; `box` in its fractions. Asked only of an engine whose
        capabilities say that it repairs.
        """
        ...

    def close(self) -> None:
        """Free memory and devices; the engine cannot be used afterwards."""
        ...
