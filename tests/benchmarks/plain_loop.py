"""The loop that one writes without presscheck: generate, read, compare, again.

This is what a competent user of diffusers writes: the pipeline is loaded once, with the sampling
and the steps that suit the checkpoint; each image is read with the same verifier that presscheck
uses; what is wrong is made again with the next seed, up to a limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from diffusers import GlmImagePipeline
from PIL import Image

Accepts = Callable[[Image.Image, int], bool]
"""Tells whether an image is right, for the asset of a number."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """An image to make, at a size (pixels) that the model draws."""

    prompt: str
    width: int
    height: int


@dataclass
class Outcome:
    """What a run came to; `seconds` by stage."""

    accepted: int = 0
    images: int = 0
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    def add(self, stage: str, since: float) -> float:
        """Count the seconds since a time; return the time now."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - since
        return now


def plain_loop(
    checkpoint: Path,
    orders: Sequence[Order],
    accepts: Accepts,
    *,
    steps: int,
    guidance_scale: float,
    temperature: float,
    top_p: float,
    tries: int,
    out: Path,
) -> Outcome:
    """Make every order until it is right, `tries` times at most; loading is not counted."""
    pipeline: Any = GlmImagePipeline.from_pretrained(checkpoint, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.vision_language_encoder.generation_config.update(
        do_sample=True, temperature=temperature, top_p=top_p
    )
    outcome = Outcome()
    for number, order in enumerate(orders):
        for attempt in range(tries):
            started = time.perf_counter()
            stages = Stages(pipeline)
            image = pipeline(
                prompt=order.prompt,
                width=order.width,
                height=order.height,
                num_inference_steps=steps,
                guidance_scale=guidance_scale,
                generator=torch.Generator().manual_seed(1000 * number + attempt),
                callback_on_step_end=stages,
            ).images[0]
            stages.tell(outcome, started)
            started = time.perf_counter()
            right = accepts(image, number)
            outcome.images += 1
            outcome.add("verify", started)
            if right:
                image.save(out / f"{number}.png")
                outcome.accepted += 1
                break
    return outcome


class Stages:
    """Times the stages of a pipeline call: the first step's noise is asked for after planning."""

    def __init__(self, pipeline: Any) -> None:
        self.planned = self.stepped = 0.0
        generate = type(pipeline).generate_prior_tokens

        def timed(**options: Any) -> Any:
            made = generate(pipeline, **options)
            self.planned = time.perf_counter()
            return made

        pipeline.generate_prior_tokens = timed

    def __call__(self, _: Any, __: int, ___: Any, state: dict[str, Any]) -> dict[str, Any]:
        self.stepped = time.perf_counter()
        return state

    def tell(self, outcome: Outcome, started: float) -> None:
        """Enter the seconds of a call that began at a time and ends now."""
        stages = outcome.seconds
        stages["plan"] = stages.get("plan", 0.0) + self.planned - started
        stages["denoise"] = stages.get("denoise", 0.0) + self.stepped - self.planned
        outcome.add("decode", self.stepped)
