# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""The plan stage: the AR model writes the small grid, then the large one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from presscheck.assets import Plan
from presscheck.engine.cells import CELL
from presscheck.engine.contract import PlanRequest, Progress, Step
from presscheck.engine.decoding import write_tokens
from presscheck.engine.memory import free_memory, out_of_memory
from presscheck.engine.sampling import RowSampler
from presscheck.errors import EngineError

if TYPE_CHECKING:
    from diffusers import GlmImagePipeline


class Planner:
    """Plans batches with a loaded pipeline."""

    def __init__(
        self, pipeline: GlmImagePipeline, engine: str, *, temperature: float, top_p: float
    ) -> None:
        self.pipeline: Any = pipeline
        self.engine = engine
        self.temperature, self.top_p = temperature, top_p

    @property
    def codes(self) -> int:
        """Size of the codebook: ids below it are cells, those above are special."""
        model = self.pipeline.vision_language_encoder.config
        prior = self.pipeline.transformer.config.prior_vq_quantizer_codebook_size
        return int(min(model.vq_config.num_embeddings, model.image_start_token_id, prior))

    def plan(
        self,
        requests: Sequence[PlanRequest],
        size: tuple[int, int],
        progress: Progress | None,
    ) -> list[Plan]:
        """Plan requests of one planned size (width, height) in one batch.

        When memory runs out the batch is halved, again and again down to one row.

        Raises:
            EngineError: Memory doesn't hold one row, a prompt holds a control token, or the model's
                numbers went wrong.
        """
        for request in requests:
            self._refuse_control_tokens(request.prompt)
        try:
            return self._plan_batch(requests, size, progress)
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            if len(requests) == 1:
                raise EngineError(
                    f"memory does not hold one plan of {size[0]}x{size[1]} pixels.",
                    remedy="Choose a smaller placement, or set engine.settings.offload.",
                ) from error
        # Not in the handler above: there, the traceback still holds the batch that failed.
        free_memory()
        middle = len(requests) // 2
        first = self.plan(requests[:middle], size, progress)
        return first + self.plan(requests[middle:], size, progress)

    def _refuse_control_tokens(self, prompt: str) -> None:
        """Refuse text that the tokenizer would take for an image, a grid or an end."""
        for token in self.pipeline.processor.tokenizer.all_special_tokens:
            if token in prompt:
                raise EngineError(
                    f"the prompt holds {token!r}, which steers the model.",
                    remedy="Take it out of the brief, the copy and the brand's voice and motif.",
                )

    @torch.inference_mode()
    def _plan_batch(
        self, requests: Sequence[PlanRequest], size: tuple[int, int], progress: Progress | None
    ) -> list[Plan]:
        started = time.perf_counter()
        width, height = size
        rows, columns = height // CELL, width // CELL
        inputs = self._inputs([request.prompt for request in requests], width, height)
        small = int(inputs["image_grid_thw"][1].prod())
        total = small + rows * columns
        sampler = RowSampler(
            [request.seed for request in requests],
            codes=self.codes,
            temperature=self.temperature,
            top_p=self.top_p,
            total=total,
        )

        def draw(logits: torch.Tensor, step: int) -> torch.Tensor:
            drawn = sampler.draw(logits, step)
            if progress is not None:
                progress(Step(stage="plan", done=step + 1, total=total))
            return drawn

        written = write_tokens(self.pipeline.vision_language_encoder, inputs, total, draw)
        tokens = written[:, small:].tolist()
        seconds = round((time.perf_counter() - started) / len(requests), 3)
        return [
            Plan(
                engine=self.engine,
                prompt=request.prompt,
                seed=request.seed,
                width=width,
                height=height,
                rows=rows,
                columns=columns,
                tokens=tuple(row),
                seconds=seconds,
            )
            for request, row in zip(requests, tokens, strict=True)
        ]

    def _inputs(self, prompts: Sequence[str], width: int, height: int) -> Any:
        messages = [
            [{"role": "user", "content": [{"type": "text", "text": prompt}]}] for prompt in prompts
        ]
        return self.pipeline.processor.apply_chat_template(
            messages,
            tokenize=True,
            padding=len(prompts) > 1,
            target_h=height,
            target_w=width,
            return_dict=True,
            return_tensors="pt",
        ).to(self.pipeline._execution_device)
