# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""The hybrid engine: GLM-Image, planned and rendered in two separate steps."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from presscheck.assets import Box, Plan
from presscheck.engine import sizes
from presscheck.engine.acceleration import marks
from presscheck.engine.checkpoint import Checkpoint, find_checkpoint, load_pipeline
from presscheck.engine.contract import (
    Capabilities,
    PlanRequest,
    Preview,
    PreviewWorth,
    Progress,
)
from presscheck.engine.placement import uses_cuda
from presscheck.engine.settings import EngineSettings, parse_settings
from presscheck.errors import EngineError
from presscheck.spec import EngineChoice

if TYPE_CHECKING:
    from PIL import Image

    from presscheck.engine.plan import Planner
    from presscheck.engine.render import Renderer

SKETCH_STEPS = 4
"""Denoising steps of a sketch, where the checkpoint doesn't say."""
MOST_WORKERS = 8
"""Renders beside each other unless settings ask for more: each holds its own activations."""
LIBRARIES = ("torch", "transformers", "diffusers")
"""What computes tokens and pixels: another version may give others for the same seed."""


class GlmImageEngine:
    """GLM-Image from any checkpoint in the published layout.

    Weights are loaded when the first plan or render needs them. The AR model keeps positions on
    itself and cannot serve two threads: plans are made one batch after the other. Renders run
    beside each other and beside plans, as many as the capabilities say.
    """

    def __init__(self, checkpoint: Checkpoint, settings: EngineSettings) -> None:
        self.checkpoint, self.settings = checkpoint, settings
        self.recommended = checkpoint.recommended
        self._capabilities = self._able()
        self._loading, self._planning = threading.Lock(), threading.Lock()
        # A render sends the AR model back to the CPU, and a plan must not be in its midst then.
        self._rendering: threading.Lock | threading.BoundedSemaphore = (
            self._planning
            if settings.offload == "model"
            else threading.BoundedSemaphore(self._capabilities.workers)
        )
        self._parts: tuple[Planner, Renderer] | None = None

    @classmethod
    def create(cls, choice: EngineChoice) -> GlmImageEngine:
        """Make the engine that a campaign asks for; see `EngineSettings`."""
        settings = parse_settings(choice)
        return cls(find_checkpoint(choice.checkpoint, settings), settings)

    @property
    def name(self) -> str:
        """Class, checkpoint, weights' digest, what is set, and the versions that decide pixels."""
        chosen = ",".join(f"{key}={value}" for key, value in self._chosen().items())
        chosen += "".join(f",{mark}" for mark in marks(self.settings))
        libraries = "+".join(f"{name}-{version(name)}" for name in LIBRARIES)
        return f"glm-image:{self.checkpoint.name}@{self.checkpoint.digest};{chosen};{libraries}"

    def _chosen(self) -> dict[str, float]:
        keys = ("steps", "guidance_scale", "temperature", "top_p")
        found = {key: getattr(self.settings, key) for key in keys}
        return {
            key: getattr(self.recommended, key) if value is None else value
            for key, value in found.items()
        }

    @property
    def capabilities(self) -> Capabilities:
        """What this checkpoint can do."""
        return self._capabilities

    def planned_size(self, width: int, height: int) -> tuple[int, int]:
        """Return the planned size of a wanted one; see `presscheck.engine.sizes`."""
        return sizes.planned_size(width, height, self._capabilities)

    def glyph_texts(self, prompt: str) -> list[str]:
        """Return what the installed pipeline's own extractor finds."""
        from diffusers import GlmImagePipeline

        extract: Any = GlmImagePipeline.get_glyph_texts
        found: list[str] = extract(None, prompt)[0]
        return found

    def plan(
        self, requests: Sequence[PlanRequest], *, progress: Progress | None = None
    ) -> list[Plan]:
        """Plan every request; those of one size, with as many references, share a batch."""
        batches: dict[tuple[tuple[int, int], int], list[int]] = {}
        for index, request in enumerate(requests):
            size = self.planned_size(request.width, request.height)
            batches.setdefault((size, len(request.references)), []).append(index)
        shown = [
            replace(request, references=self._fitted(request.references)) for request in requests
        ]
        plans: dict[int, Plan] = {}
        planner, _ = self._loaded()
        with self._planning:
            self._use_threads()
            for (size, _), indices in batches.items():
                made = planner.plan([shown[i] for i in indices], size, progress)
                plans.update(zip(indices, made, strict=True))
        return [plans[index] for index in range(len(requests))]

    def _fitted(self, references: Sequence[Image.Image]) -> tuple[Image.Image, ...]:
        """Return images as the model is shown them; more than it takes are refused."""
        if not references:
            return ()
        most = self._capabilities.references
        if len(references) > most:
            raise EngineError(
                f"{self.checkpoint.name} takes {most} reference images, not {len(references)}.",
                remedy="Leave them out, or use a checkpoint that was trained on them.",
            )
        from presscheck.engine.reference import fit_reference

        return tuple(fit_reference(image) for image in references)

    def render(
        self,
        plan: Plan,
        *,
        seed: int,
        references: Sequence[Image.Image] = (),
        progress: Progress | None = None,
    ) -> Image.Image:
        """Render a plan to an RGB image of its size; the same plan and seed, the same bytes."""
        return self._render(plan, seed, references, progress)

    def _render(
        self,
        plan: Plan,
        seed: int,
        references: Sequence[Image.Image],
        progress: Progress | None,
        steps: int | None = None,
    ) -> Image.Image:
        from presscheck.engine.render import Task

        shown = self._fitted(references)
        task = Task(plan=plan, seed=seed, references=shown, steps=steps, progress=progress)
        with self._renderer() as renderer:
            return renderer.render(task)

    @contextmanager
    def _renderer(self) -> Generator[Renderer]:
        """Give the renderer to as many threads at a time as there are workers."""
        _, renderer = self._loaded()
        with self._rendering:
            self._use_threads()
            yield renderer

    def preview(
        self,
        plan: Plan,
        *,
        references: Sequence[Image.Image] = (),
        progress: Progress | None = None,
    ) -> Preview | None:
        """Read the copy off the plan's tokens, or sketch it in few steps; see `settings.preview`.

        A sketch is drawn with the plan's own seed.
        """
        kind = self._preview_kind()
        if kind == "read-out" and self.checkpoint.readout is not None:
            lines = self.checkpoint.readout.read(plan.tokens, plan.columns)
            return Preview(kind=kind, lines=tuple(lines))
        if kind == "sketch":
            steps = self.recommended.preview.steps if self.recommended.preview else SKETCH_STEPS
            image = self._render(plan, plan.seed, references, progress, steps)
            return Preview(kind=kind, image=image)
        return None

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
        """Render the cells of `image` that `box` touches anew; other pixels keep their bytes."""
        from presscheck.engine.render import Task

        shown = self._fitted(references)
        task = Task(plan=plan, seed=seed, references=shown, progress=progress)
        with self._renderer() as renderer:
            return renderer.repair(task, image, box)

    def close(self) -> None:
        """Forget the weights."""
        with self._loading:
            self._parts = None

    def _preview_kind(self) -> str:
        """Return how plans are previewed; "" for not at all."""
        asked, made = self.settings.preview, self.recommended.preview
        if asked == "auto":
            asked = made.kind if made is not None else "off"
        if asked == "read-out" and self.checkpoint.readout is None:
            if self.settings.preview == "auto":
                return ""
            raise EngineError(
                f"the checkpoint {self.checkpoint.name} has no readout.json.",
                remedy="Set engine.settings.preview to sketch, auto or off.",
            )
        return "" if asked == "off" else asked

    def _able(self) -> Capabilities:
        kind, made = self._preview_kind(), self.recommended.preview
        worth = made.worth() if made is not None and made.kind == kind else PreviewWorth()
        return replace(
            self.recommended.capabilities(),
            batch=self.settings.batch or self.recommended.batch,
            workers=self.settings.workers or default_workers(self.settings),
            repairs=True,
            preview=worth if kind else None,
        )

    def _loaded(self) -> tuple[Planner, Renderer]:
        with self._loading:
            if self._parts is None:
                self._parts = self._load()
            return self._parts

    def _load(self) -> tuple[Planner, Renderer]:
        from presscheck.engine.denoise import Denoiser
        from presscheck.engine.plan import Planner
        from presscheck.engine.render import Renderer

        pipeline = load_pipeline(self.checkpoint, self.settings)
        chosen = self._chosen()
        denoiser = Denoiser(
            pipeline,
            steps=int(chosen["steps"]),
            guidance_scale=chosen["guidance_scale"],
            together=self.settings.guidance == "together",
            step_cache=self.settings.step_cache,
        )
        planner = Planner(
            pipeline, self.name, temperature=chosen["temperature"], top_p=chosen["top_p"]
        )
        return planner, Renderer(pipeline, denoiser)

    def _use_threads(self) -> None:
        """Compute with as many threads as settings say; torch keeps the number for each thread.

        One by default: images are made beside each other, and a number that followed the machine's
        cores would change the last bits of sums, and so bytes.
        """
        import torch

        torch.set_num_threads(self.settings.threads or 1)


def default_workers(settings: EngineSettings) -> int:
    """Return how many renders run beside each other: one for each core, or one on CUDA."""
    if uses_cuda(settings):
        return 1
    return min(MOST_WORKERS, len(os.sched_getaffinity(0)))
