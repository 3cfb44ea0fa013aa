"""What an engine must offer: plan and render as two separate, repeatable steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from presscheck.assets import Plan

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What an engine can do. Sizes in pixels.

    `native` sizes (width, height) are the ones that it draws best; an engine with none draws any
    size. `characters` is what it can spell (None: unknown, try it); `line` is the longest line
    of copy it draws, in characters, by native size; `copy` is the longest copy of a slot.
    """

    multiple: int = 32
    min_side: int = 32
    max_pixels: int = 2048 * 2048
    splits: bool = True
    native: tuple[tuple[int, int], ...] = ()
    characters: frozenset[str] | None = None
    line: Mapping[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    copy: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Progress within a stage: `done` of `total` tokens (plan) or denoising steps (render)."""

    stage: str
    done: int
    total: int


Progress = Callable[[Step], None]
"""Called after every token or step; it may raise `Cancelled` to stop the engine there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanRequest:
    """One row of a planning batch. `width`, `height` are the wanted pixels, of any size."""

    prompt: str
    width: int
    height: int
    seed: int


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

    def render(self, plan: Plan, *, seed: int, progress: Progress | None = None) -> Image.Image:
        """Render a plan to an RGB image of its size; the same plan and seed, the same bytes."""
        ...

    def close(self) -> None:
        """Free memory and devices; the engine cannot be used afterwards."""
        ...
