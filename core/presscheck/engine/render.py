# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""The render stage: the diffusion transformer draws a plan, the autoencoder decodes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from presscheck.assets import Plan
from presscheck.engine.contract import Progress, Step
from presscheck.engine.memory import out_of_memory
from presscheck.engine.plan import CELL
from presscheck.errors import EngineError

if TYPE_CHECKING:
    from diffusers import GlmImagePipeline


class Renderer:
    """Renders plans with a loaded pipeline, one at a time: the DiT gains nothing from batches."""

    def __init__(self, pipeline: GlmImagePipeline, *, steps: int, guidance_scale: float) -> None:
        self.pipeline: Any = pipeline
        self.steps, self.guidance_scale = steps, guidance_scale
        self._keep_empty_prompt()

    def _keep_empty_prompt(self) -> None:
        """Compute the embedding of the empty prompt, which guidance needs, once and not a call."""
        embed = self.pipeline._get_glyph_embeds
        kept: dict[Any, torch.Tensor] = {}

        def embed_once(prompt: Any = None, *arguments: Any, **options: Any) -> torch.Tensor:
            if prompt not in ("", [""]):
                result: torch.Tensor = embed(prompt, *arguments, **options)
                return result
            key = (arguments, tuple(sorted(options.items())))
            if key not in kept:
                kept[key] = embed(prompt, *arguments, **options)
            return kept[key]

        self.pipeline._get_glyph_embeds = embed_once

    @property
    def codes(self) -> int:
        """Size of the codebook that the transformer knows."""
        return int(self.pipeline.transformer.config.prior_vq_quantizer_codebook_size)

    @torch.inference_mode()
    def render(self, plan: Plan, seed: int, progress: Progress | None) -> Image.Image:
        """Render a plan to an RGB image of its size.

        Raises:
            EngineError: The plan isn't one of this model's, memory is short, or numbers went wrong.
        """
        check_plan(plan, self.codes)
        try:
            pixels = self._run(plan, seed, progress)
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            raise EngineError(
                f"memory does not hold a render of {plan.width}x{plan.height} pixels.",
                remedy="Choose a smaller placement, or set engine.settings.offload.",
            ) from error
        if not np.isfinite(pixels).all():
            raise _not_finite()
        return Image.fromarray((pixels * 255).round().astype("uint8"))

    def _run(self, plan: Plan, seed: int, progress: Progress | None) -> np.ndarray:
        result = self.pipeline(
            prompt=plan.prompt,
            height=plan.height,
            width=plan.width,
            num_inference_steps=self.steps,
            guidance_scale=self.guidance_scale,
            generator=torch.Generator().manual_seed(seed),
            prior_token_ids=self._prior(plan),
            output_type="np",
            callback_on_step_end=self._reporter(progress),
        )
        pixels: np.ndarray = result.images[0]
        return pixels

    def _prior(self, plan: Plan) -> torch.Tensor:
        """Return the plan's cells, each for its two by two tokens, (1, tokens)."""
        cells = torch.tensor(plan.tokens)
        prior: torch.Tensor = self.pipeline._upsample_token_ids(cells, plan.rows, plan.columns)
        return prior.to(self.pipeline._execution_device)

    def _reporter(self, progress: Progress | None) -> Any:
        def report(_: Any, step: int, __: Any, state: dict[str, Any]) -> dict[str, Any]:
            # Decoding clamps infinities to white, so they are looked for before it.
            if not state["latents"].isfinite().all():
                raise _not_finite()
            if progress is not None:
                progress(Step(stage="render", done=step + 1, total=self.steps))
            return state

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
