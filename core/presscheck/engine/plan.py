# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""The plan stage: the AR model writes the small grid, then the large one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from presscheck.assets import Plan, Source
from presscheck.engine.cells import CELL, touched
from presscheck.engine.contract import PlanRequest, Progress, Step
from presscheck.engine.decoding import read_alone, write_tokens
from presscheck.engine.memory import free_memory, out_of_memory
from presscheck.engine.placement import device_of, wake
from presscheck.engine.reference import put_sources, read_sources
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
        self._most: dict[tuple[int, int], int] = {}

    @property
    def codes(self) -> int:
        """Size of the codebook: ids below it are cells, those above are special."""
        model = self.pipeline.vision_language_encoder.config
        prior = self.pipeline.transformer.config.prior_vq_quantizer_codebook_size
        return int(min(model.vq_config.num_embeddings, model.image_start_token_id, prior))

    @property
    def device(self) -> torch.device:
        """Where the AR model computes."""
        return device_of(self.pipeline, "vision_language_encoder")

    def plan(
        self,
        requests: Sequence[PlanRequest],
        size: tuple[int, int],
        progress: Progress | None,
    ) -> list[Plan]:
        """Plan requests of one planned size (width, height) in one batch.

        When memory runs out the batch is halved, again and again down to one row; `progress` is
        told, and the size is remembered.

        Raises:
            EngineError: Memory doesn't hold one row, a prompt holds a control token, or the model's
                numbers went wrong.
        """
        for request in requests:
            self._refuse_control_tokens(request.prompt)
        plans: list[Plan] = []
        while len(plans) < len(requests):
            most = self._most.get(size, len(requests))
            batch = requests[len(plans) : len(plans) + most]
            made = self._plan_or_halve(batch, size, progress)
            if made is None:
                # Here, and not where the error was: there its traceback holds the failed batch.
                free_memory()
            else:
                plans += made
        return plans

    def _plan_or_halve(
        self, batch: Sequence[PlanRequest], size: tuple[int, int], progress: Progress | None
    ) -> list[Plan] | None:
        """Plan a batch; when memory runs out, remember half of it as the most, and return None."""
        try:
            return self._plan_batch(batch, size, progress)
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            if len(batch) == 1:
                raise EngineError(
                    f"memory does not hold one plan of {size[0]}x{size[1]} pixels.",
                    remedy="Choose a smaller placement, or set engine.settings.offload.",
                ) from error
        self._most[size] = len(batch) // 2
        if progress is not None:
            note = f"memory does not hold {len(batch)} plans at once; {len(batch) // 2} are tried"
            progress(Step(stage="plan", done=0, total=1, note=note))
        return None

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
        wake(self.pipeline, "vision_language_encoder")
        inputs, sources = self._inputs(requests, size)
        # With references the model writes the large grid alone.
        _, *draft = [0, 0, 0] if sources[0] else inputs["image_grid_thw"][1].tolist()
        small = draft[0] * draft[1]
        total = small + rows * columns
        kept = torch.stack([_kept(request, draft, (rows, columns)) for request in requests])
        kept = kept.to(self.device)
        sampler = RowSampler(
            [request.seed for request in requests],
            codes=self.codes,
            temperature=self.temperature,
            top_p=self.top_p,
            total=total,
        )

        def draw(logits: torch.Tensor, written: Sequence[torch.Tensor]) -> torch.Tensor:
            step = len(written)
            drawn = sampler.draw(
                logits, step, lambda row: self._read_alone(requests[row], size, written, row)
            )
            drawn = torch.where(kept[:, step] < 0, drawn, kept[:, step])
            if progress is not None:
                progress(Step(stage="plan", done=step + 1, total=total))
            return drawn

        written = write_tokens(self.pipeline.vision_language_encoder, inputs, total, draw)
        tokens = written.tolist()
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
                tokens=tuple(row[small:]),
                draft=tuple(row[:small]),
                sources=seen,
                seconds=seconds,
            )
            for request, row, seen in zip(requests, tokens, sources, strict=True)
        ]

    def _read_alone(
        self,
        request: PlanRequest,
        size: tuple[int, int],
        written: Sequence[torch.Tensor],
        row: int,
    ) -> torch.Tensor:
        """Return the logits (1, vocabulary) of a request after its row of the steps so far."""
        inputs, _ = self._inputs([request], size)
        tokens = [int(step[row]) for step in written]
        model = self.pipeline.vision_language_encoder
        return read_alone(model, inputs, inputs["input_ids"].new_tensor(tokens))

    def _inputs(
        self, requests: Sequence[PlanRequest], size: tuple[int, int]
    ) -> tuple[Any, list[tuple[Source, ...]]]:
        """Return what the model is given, and the tokens of every row's references."""
        inputs = self._processed(requests, *size)
        given = [request.references for request in requests]
        if not given[0]:
            return inputs, [()] * len(given)
        model = self.pipeline.vision_language_encoder
        sources = read_sources(model, inputs, given)
        put_sources(model, inputs, sources)
        return inputs, sources

    def _processed(self, requests: Sequence[PlanRequest], width: int, height: int) -> Any:
        messages = [
            [
                {
                    "role": "user",
                    "content": [
                        *({"type": "image", "image": image} for image in request.references),
                        {"type": "text", "text": request.prompt},
                    ],
                }
            ]
            for request in requests
        ]
        return self.pipeline.processor.apply_chat_template(
            messages,
            tokenize=True,
            padding=len(requests) > 1,
            target_h=height,
            target_w=width,
            return_dict=True,
            return_tensors="pt",
        ).to(self.device)


def _kept(request: PlanRequest, draft: Sequence[int], large: Sequence[int]) -> torch.Tensor:
    """Return the tokens of both grids, (tokens,), that a request keeps; -1 for those to draw.

    Raises:
        EngineError: The plan that was to be redrawn in a part isn't of this size, or has no draft.
    """
    grids = [torch.full(tuple(grid), -1) for grid in (draft, large)]
    if (asked := request.redraw) is not None:
        plan = asked.plan
        for grid, tokens in zip(grids, (plan.draft, plan.tokens), strict=True):
            if len(tokens) != grid.numel():
                raise EngineError(
                    f"a plan of {plan.width}x{plan.height} pixels and {len(plan.draft)} cells of "
                    f"draft cannot be drawn anew in a part at {large[1] * CELL}x{large[0] * CELL}.",
                    remedy="Redraw a plan of this engine at its own size.",
                )
            left, top, right, bottom = touched(asked.box, *grid.shape)
            grid.copy_(torch.tensor(tokens).view_as(grid))
            grid[top:bottom, left:right] = -1
    return torch.cat([grid.flatten() for grid in grids])
