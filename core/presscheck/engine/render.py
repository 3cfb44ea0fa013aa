# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""The render stage: the diffusion transformer draws a plan, the autoencoder decodes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from presscheck.assets import Box, Plan
from presscheck.engine.cells import CELL, Place, pixels_of, touched
from presscheck.engine.contract import Progress, Step
from presscheck.engine.denoise import Asked, Denoiser, Still
from presscheck.engine.memory import out_of_memory
from presscheck.engine.reference import check_references, write_caches
from presscheck.errors import EngineError

if TYPE_CHECKING:
    from diffusers import GlmImagePipeline


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What to render: a plan with its references, in `steps` or as many as were set."""

    plan: Plan
    seed: int
    references: Sequence[Image.Image] = ()
    steps: int | None = None
    progress: Progress | None = None


class Renderer:
    """Renders plans with a loaded pipeline, one at a time: the DiT gains nothing from batches."""

    def __init__(self, pipeline: GlmImagePipeline, denoiser: Denoiser) -> None:
        self.pipeline: Any = pipeline
        self.denoiser = denoiser

    @property
    def codes(self) -> int:
        """Size of the codebook that the transformer knows."""
        return int(self.pipeline.transformer.config.prior_vq_quantizer_codebook_size)

    def render(self, task: Task) -> Image.Image:
        """Render a plan to an RGB image of its size.

        Raises:
            EngineError: The plan isn't one of this model's or the references aren't the plan's,
                memory is short, or numbers went wrong.
        """
        check_plan(task.plan, self.codes)
        check_references(task.plan.sources, task.references)
        return self._image(task, None)

    def repair(self, task: Task, image: Image.Image, box: Box) -> Image.Image:
        """Render the cells of `image` that `box` touches anew; the other pixels stay as they are.

        Latents outside the box follow the image through the noise (Lugmayr et al. 2022, "RePaint"),
        so that what is drawn inside meets it.

        Raises:
            EngineError: As `render`, or the image isn't of the plan's size.
        """
        plan = task.plan
        check_plan(plan, self.codes)
        check_references(plan.sources, task.references)
        if image.size != (plan.width, plan.height):
            raise EngineError(
                f"an image of {image.width}x{image.height} pixels cannot be repaired with a plan "
                f"of {plan.width}x{plan.height}.",
                remedy="Repair what was rendered from this plan.",
            )
        place = pixels_of(touched(box, plan.rows, plan.columns))
        drawn = self._image(task, (image, place))
        repaired = image.convert("RGB")
        repaired.paste(drawn.crop(place), place)
        return repaired

    @torch.inference_mode()
    def _image(self, task: Task, repaired: tuple[Image.Image, Place] | None) -> Image.Image:
        try:
            pixels = self._pixels(task, repaired)
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            raise EngineError(
                f"memory does not hold a render of {task.plan.width}x{task.plan.height} pixels.",
                remedy="Choose a smaller placement, or set engine.settings.offload.",
            ) from error
        if not np.isfinite(pixels).all():
            raise _not_finite()
        return Image.fromarray((pixels * 255).round().astype("uint8"))

    def _pixels(self, task: Task, repaired: tuple[Image.Image, Place] | None) -> np.ndarray:
        plan, steps = task.plan, task.steps or self.denoiser.steps

        def show(text: torch.Tensor) -> Any:
            return write_caches(self.denoiser, text, plan.sources, task.references)

        latents = self.denoiser.denoise(
            Asked(prompt=plan.prompt, prior=self._prior(plan), size=(plan.width, plan.height)),
            torch.Generator().manual_seed(task.seed),
            steps=steps,
            still=None if repaired is None else self._still(*repaired),
            show=show if plan.sources else None,
            report=_reporter(task.progress, steps),
        )
        return self.denoiser.decode(latents)

    def _prior(self, plan: Plan) -> torch.Tensor:
        """Return the plan's cells, each for its two by two tokens, (1, tokens)."""
        cells = torch.tensor(plan.tokens)
        prior: torch.Tensor = self.pipeline._upsample_token_ids(cells, plan.rows, plan.columns)
        return prior.to(self.denoiser.device)

    def _still(self, image: Image.Image, place: Place) -> Still:
        """Return an image's latents, free to change in the pixels of `place`."""
        pixels = np.asarray(image.convert("RGB"), dtype=np.float32) / np.float32(255)
        latents = self.denoiser.encode(pixels)
        left, top, right, bottom = (side // self.pipeline.vae_scale_factor for side in place)
        free = torch.zeros_like(latents[:, :1], dtype=torch.bool)
        free[..., top:bottom, left:right] = True
        return Still(latents=latents, free=free)


def _reporter(progress: Progress | None, steps: int) -> Callable[[int, torch.Tensor], None]:
    def report(done: int, latents: torch.Tensor) -> None:
        # Decoding clamps infinities to white, so they are looked for before it.
        if not latents.isfinite().all():
            raise _not_finite()
        if progress is not None:
            progress(Step(stage="render", done=done, total=steps))

    return report


def check_plan(plan: Plan, codes: int) -> None:
    """Refuse a plan that the transformer would fail on, or draw as something else.

    Raises:
        EngineError: There are no tokens, they don't fill the size, or `codes` doesn't hold them.
    """
    grid = f"{plan.rows} rows of {plan.columns}"
    if not plan.tokens:
        problem = "the plan holds no tokens."
    elif (plan.columns * CELL, plan.rows * CELL) != (plan.width, plan.height):
        problem = f"a plan of {grid} tokens doesn't fill {plan.width}x{plan.height} pixels."
    elif not all(0 <= token < codes for token in plan.tokens):
        problem = f"the plan holds tokens outside the codebook of {codes}."
    else:
        return
    raise EngineError(problem, remedy="Plan it anew with this engine and checkpoint.")


def _not_finite() -> EngineError:
    return EngineError(
        "the render holds numbers that are not finite.",
        remedy="Set engine.settings.dtype to float32, or download the checkpoint again.",
    )
