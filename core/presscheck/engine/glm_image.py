# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""The hybrid engine: GLM-Image, planned and rendered in two separate steps."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from presscheck.assets import Plan
from presscheck.engine import sizes
from presscheck.engine.checkpoint import Checkpoint, find_checkpoint, load_pipeline
from presscheck.engine.contract import Capabilities, PlanRequest, Progress
from presscheck.engine.settings import EngineSettings, parse_settings
from presscheck.spec import EngineChoice

if TYPE_CHECKING:
    from PIL import Image

    from presscheck.engine.plan import Planner
    from presscheck.engine.render import Renderer

LIBRARIES = ("torch", "transformers", "diffusers")
"""What computes tokens and pixels: another version may give others for the same seed."""


class GlmImageEngine:
    """GLM-Image from any checkpoint in the published layout.

    Weights are loaded when the first plan or render needs them. The AR model keeps positions on
    itself and cannot serve two threads; a lock lets one in at a time.
    """

    def __init__(self, checkpoint: Checkpoint, settings: EngineSettings) -> None:
        self.checkpoint, self.settings = checkpoint, settings
        self.recommended = checkpoint.recommended
        self._capabilities = self.recommended.capabilities()
        self._lock = threading.RLock()
        self._parts: tuple[Planner, Renderer] | None = None

    @classmethod
    def create(cls, choice: EngineChoice) -> GlmImageEngine:
        """Make the engine that a campaign asks for; see `EngineSettings`."""
        settings = parse_settings(choice)
        return cls(find_checkpoint(choice.checkpoint, settings), settings)

    @property
    def name(self) -> str:
        """Class, checkpoint, weights' digest, what is set, and the versions that decide pixels."""
        chosen = ",".join(f"{key}={value:g}" for key, value in self._chosen().items())
        if self.settings.dtype != "auto":
            chosen += f",dtype={self.settings.dtype}"
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
        """Plan every request; those of one planned size share a batch."""
        batches: dict[tuple[int, int], list[int]] = {}
        for index, request in enumerate(requests):
            size = self.planned_size(request.width, request.height)
            batches.setdefault(size, []).append(index)
        plans: dict[int, Plan] = {}
        with self._lock:
            planner, _ = self._loaded()
            for size, indices in batches.items():
                made = planner.plan([requests[i] for i in indices], size, progress)
                plans.update(zip(indices, made, strict=True))
        return [plans[index] for index in range(len(requests))]

    def render(self, plan: Plan, *, seed: int, progress: Progress | None = None) -> Image.Image:
        """Render a plan to an RGB image of its size; the same plan and seed, the same bytes."""
        with self._lock:
            _, renderer = self._loaded()
            return renderer.render(plan, seed, progress)

    def close(self) -> None:
        """Forget the weights."""
        with self._lock:
            self._parts = None

    def _loaded(self) -> tuple[Planner, Renderer]:
        if self._parts is None:
            from presscheck.engine.plan import Planner
            from presscheck.engine.render import Renderer

            self._set_threads()
            pipeline = load_pipeline(self.checkpoint, self.settings)
            chosen = self._chosen()
            self._parts = (
                Planner(
                    pipeline, self.name, temperature=chosen["temperature"], top_p=chosen["top_p"]
                ),
                Renderer(
                    pipeline, steps=int(chosen["steps"]), guidance_scale=chosen["guidance_scale"]
                ),
            )
        return self._parts

    def _set_threads(self) -> None:
        if self.settings.threads is not None:
            import torch

            torch.set_num_threads(self.settings.threads)
