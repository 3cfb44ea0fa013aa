# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""The plan stage: the AR model writes the small grid, then the large one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers import LogitsProcessor

from presscheck.assets import Plan
from presscheck.engine.contract import PlanRequest, Progress, Step
from presscheck.engine.memory import free_memory, out_of_memory
from presscheck.errors import EngineError

if TYPE_CHECKING:
    from diffusers import GlmImagePipeline

FEW = 256
"""How many of the likeliest tokens are looked at first."""
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
        """Return (rows, vocabulary) scores of which the maximum is the drawn token.

        Raises:
            EngineError: The model's numbers went wrong; the likeliest token would be any.
        """
        del input_ids
        drawn = torch.full_like(scores, -torch.inf, dtype=torch.float32)
        logits = scores[:, : self.codes].float()
        # A row's maximum is NaN or infinite as soon as one of its numbers is.
        if not logits.amax(dim=-1).isfinite().all():
            raise EngineError(
                "the plan holds numbers that are not finite.",
                remedy="Set engine.settings.dtype to float32, or download the checkpoint again.",
            )
        if self.temperature > 0:
            logits = nucleus(logits / self.temperature, self.top_p) + self._gumbel(logits)
        drawn[:, : self.codes] = logits
        self._report()
        return drawn

    def _report(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(Step(stage="plan", done=self.done, total=self.total))

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
    # A trained model's few likeliest tokens hold the mass; only then is the rest left unsorted.
    for count in (min(FEW, logits.shape[-1]), logits.shape[-1]):
        likely, order = logits.topk(count, dim=-1)
        share = (likely - logits.logsumexp(dim=-1, keepdim=True)).exp()
        mass = share.cumsum(dim=-1)
        if bool((mass[..., -1] >= top_p).all()):
            break
    kept = likely.masked_fill(mass - share >= top_p, -torch.inf)
    return torch.full_like(logits, -torch.inf).scatter(-1, order, kept)


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
