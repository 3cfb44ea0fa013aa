"""The embedded checkpoint is a GLM-Image checkpoint: the stock pipeline draws the same from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from diffusers import GlmImagePipeline

from presscheck.assets import Plan
from presscheck.engine.glm_image import GlmImageEngine
from presscheck.spec import EngineChoice
from presscheck_nano import checkpoint_path
from presscheck_nano.posters import make_poster
from presscheck_nano.wording import make_prompt

SEED, STEPS = 11, 4


def test_the_stock_pipeline_draws_the_same_image_from_the_same_plan_and_seed() -> None:
    rng = np.random.default_rng(SEED)
    poster = make_poster(rng, "SUMMER", format_="square", place="top")
    settings = {"steps": STEPS, "threads": 1, "channels_last": False}
    engine = GlmImageEngine.create(EngineChoice(settings=settings))
    rows, columns = poster.codes.shape
    plan = Plan(
        engine=engine.name,
        prompt=make_prompt(rng, poster),
        seed=SEED,
        width=512,
        height=512,
        rows=rows,
        columns=columns,
        tokens=tuple(int(code) for code in poster.codes.reshape(-1)),
    )
    ours = engine.render(plan, seed=SEED)
    stock: Any = GlmImagePipeline.from_pretrained(checkpoint_path(), dtype=torch.float32)
    stock.set_progress_bar_config(disable=True)
    theirs = stock(
        prompt=plan.prompt,
        height=plan.height,
        width=plan.width,
        prior_token_ids=stock._upsample_token_ids(torch.tensor(plan.tokens), rows, columns),
        num_inference_steps=STEPS,
        guidance_scale=1.0,
        generator=torch.Generator().manual_seed(SEED),
    ).images[0]
    assert ours.tobytes() == theirs.tobytes()
    assert np.asarray(ours).std() > 10
