# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""The plan stage: the AR model writes the small grid, then the large one."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers import LogitsProcessor

from presscheck.assets import Plan
from presscheck.engine.contract import PlanRequest, Progress, Step
from presscheck.errors import EngineError

if TYPE_CHECKING:
    from diffusers import GlmImagePipeline

CELL = 32
"""Pixels of a cell of the large grid."""


class RowSampler(LogitsProcessor):  # type: ignore[misc]
    """Draws each row's next token with the row's own generator, so a batch equals solo runs.

    It returns scores whose maximum is the drawn token (Gumbel-max trick; Maddison et al. 2014,
    "A* Sampling"), and only ids of the codebook: the end token or a special id in the middle of a
    grid would break the render stage. A temperature of 0 takes the likeliest token.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        *,
        codes: int,
        temperature: float,
        top_p: float,
        total: int,
        progress: Progress | None,
    ) -> None:
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.codes, self.temperature, self.top_p = codes, temperature, top_p
        self.total, self.done, self.progress = total, 0, progress

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return (rows, vocabulary) scores of which the maximum is the drawn token."""
        del input_ids
        if self.progress is not None:
            self.progress(Step(stage="plan", done=self.done, total=self.total))
        self.done += 1
        drawn = torch.full_like(scores, -torch.inf, dtype=torch.float32)
        logits = scores[:, : self.codes].float()
        if self.temperature > 0:
            logits = nucleus(logits / self.temperature, self.top_p) + self._gumbel(logits)
        drawn[:, : self.codes] = logits
        return drawn

    def _gumbel(self, logits: torch.Tensor) -> torch.Tensor:
        # On the CPU, so that a seed means the same on every device.
        rows = [torch.rand(self.codes, generator=generator) for generator in self.generators]
        uniform = torch.stack(rows).clamp(min=1e-20).to(logits.device)
        return -torch.log(-torch.log(uniform))


def nucleus(logits: torch.Tensor, top_p: float) -> torch.Tensor:
    """Return the logits with all but the likeliest tokens of mass `top_p` at minus infinity.

    Holtzman et al. 2019, "The Curious Case of Neural Text Degeneration".
    """
    if top_p >= 1:
        return logits
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    mass = ordered.softmax(dim=-1).cumsum(dim=-1)
    beyond = mass - ordered.softmax(dim=-1) >= top_p
    dropped = torch.zeros_like(beyond).scatter(-1, order, beyond)
    return logits.masked_fill(dropped, -torch.inf)


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
        """
        try:
            return self._plan_batch(requests, size, progress)
        except (torch.OutOfMemoryError, RuntimeError) as error:
            if not _out_of_memory(error):
                raise
            if len(requests) == 1:
                raise EngineError(
                    f"memory does not hold one plan of {size[0]}x{size[1]} pixels.",
                    remedy="Choose a smaller placement, or set engine.settings.offload.",
                ) from error
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        middle = len(requests) // 2
        first = self.plan(requests[:middle], size, progress)
        return first + self.plan(requests[middle:], size, progress)

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
            progress=progress,
        )
        written = self.pipeline.vision_language_encoder.generate(
            **inputs, max_new_tokens=total, do_sample=False, logits_processor=[sampler]
        )
        tokens = written[:, inputs["input_ids"].shape[1] + small :].tolist()
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


def _out_of_memory(error: Exception) -> bool:
    text = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or "not enough memory" in text
