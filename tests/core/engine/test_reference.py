"""Image-to-image: plans and renders that look at reference images, on random weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from presscheck.assets import Box
from presscheck.engine.contract import PlanRequest
from presscheck.engine.glm_image import GlmImageEngine
from presscheck.engine.reference import CELL, fit_reference
from presscheck.engine.sizes import LONGEST, SHORTEST
from presscheck.errors import EngineError
from presscheck.spec import EngineChoice

SETTINGS = {"steps": 2, "threads": 1, "device": "cpu", "channels_last": False}


@pytest.fixture(scope="module")
def engine(checkpoint: Path) -> Iterator[GlmImageEngine]:
    made = GlmImageEngine.create(EngineChoice(checkpoint=str(checkpoint), settings=SETTINGS))
    yield made
    made.close()


def picture(seed: int, size: tuple[int, int] = (512, 544)) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1] // 16, size[0] // 16, 3))
    return Image.fromarray(pixels.astype(np.uint8)).resize(size, Image.Resampling.NEAREST)


def asked(seed: int, *references: Image.Image, prompt: str = 'It says "A".') -> PlanRequest:
    return PlanRequest(prompt=prompt, width=96, height=64, seed=seed, references=references)


def test_a_plan_with_references_has_their_tokens_and_no_draft(engine: GlmImageEngine) -> None:
    plan = engine.plan([asked(1, picture(0), picture(1, (544, 512)))])[0]
    assert (len(plan.tokens), plan.draft) == (6, ())
    assert [(source.rows, source.columns) for source in plan.sources] == [(17, 16), (16, 17)]
    assert [len(source.tokens) for source in plan.sources] == [17 * 16, 16 * 17]
    assert plan.sources[0].tokens != plan.sources[1].tokens[: 17 * 16]


def test_rows_with_references_equal_their_solo_runs(engine: GlmImageEngine) -> None:
    rows = [
        asked(1, picture(0)),
        asked(2),
        asked(3, picture(1), prompt='A longer prompt that says "SALE" in red.'),
        asked(4, picture(0), picture(1)),
    ]
    together = engine.plan(rows)
    assert [plan.digest for plan in together] == [engine.plan([row])[0].digest for row in rows]
    assert [len(plan.sources) for plan in together] == [1, 0, 1, 2]


def test_another_reference_gives_another_plan_digest(engine: GlmImageEngine) -> None:
    one, other = (engine.plan([asked(1, picture(seed))])[0] for seed in (0, 1))
    assert one.sources[0].digest != other.sources[0].digest
    assert one.digest != other.digest


@pytest.mark.parametrize("count", [1, 2])
def test_a_render_with_references_equals_the_stock_pipeline(
    engine: GlmImageEngine, checkpoint: Path, count: int
) -> None:
    from diffusers import GlmImagePipeline

    images = [picture(seed) for seed in range(count)]
    plan = engine.plan([asked(1, *images)])[0]
    ours = engine.render(plan, seed=7, references=images)
    stock: Any = GlmImagePipeline.from_pretrained(checkpoint)
    stock.set_progress_bar_config(disable=True)
    up = stock._upsample_token_ids
    sources = [up(torch.tensor(s.tokens), s.rows, s.columns)[0] for s in plan.sources]
    grids = torch.tensor([[1, 2 * s.rows, 2 * s.columns] for s in plan.sources])
    theirs = stock(
        prompt=plan.prompt,
        image=images,
        width=96,
        height=64,
        num_inference_steps=2,
        guidance_scale=1.5,
        generator=torch.Generator().manual_seed(7),
        prior_token_ids=up(torch.tensor(plan.tokens), plan.rows, plan.columns),
        prior_token_image_ids=[torch.cat(sources)],
        source_image_grid_thw=[grids],
    ).images[0]
    assert ours.tobytes() == theirs.tobytes()
    assert engine.render(plan, seed=7, references=images).tobytes() == ours.tobytes()


def test_guidance_together_looks_at_references_too(
    engine: GlmImageEngine, checkpoint: Path
) -> None:
    chosen = {**SETTINGS, "guidance": "together"}
    other = GlmImageEngine.create(EngineChoice(checkpoint=str(checkpoint), settings=chosen))
    plan = engine.plan([asked(1, picture(0))])[0]
    apart, together = (
        np.asarray(one.render(plan, seed=1, references=[picture(0)])).astype(int)
        for one in (engine, other)
    )
    assert abs(apart - together).max() <= 1


def test_a_repair_looks_at_the_references_too(engine: GlmImageEngine) -> None:
    plan = engine.plan([asked(1, picture(0))])[0]
    image = engine.render(plan, seed=1, references=[picture(0)])
    box = Box(x=0, y=0, width=0.3, height=0.4)
    repaired = engine.repair(plan, image, box, seed=2, references=[picture(0)])
    assert repaired.crop((32, 0, 96, 64)).tobytes() == image.crop((32, 0, 96, 64)).tobytes()
    assert repaired.tobytes() != image.tobytes()


def test_a_plan_is_rendered_with_its_own_references_only(engine: GlmImageEngine) -> None:
    plan = engine.plan([asked(1, picture(0))])[0]
    for others in ([], [picture(1)], [picture(0), picture(0)]):
        with pytest.raises(EngineError, match="made with 1 reference images"):
            engine.render(plan, seed=1, references=others)


def test_more_references_than_the_checkpoint_takes_are_refused(engine: GlmImageEngine) -> None:
    with pytest.raises(EngineError, match="takes 4 reference images, not 5"):
        engine.plan([asked(1, *[picture(0)] * 5)])


def test_the_embedded_checkpoint_takes_none() -> None:
    nano = GlmImageEngine.create(EngineChoice(settings={"device": "cpu"}))
    assert nano.capabilities.references == 0
    with pytest.raises(EngineError, match="nano takes 0 reference images"):
        nano.plan([replace(asked(1, picture(0)), width=512, height=512)])


@given(width=st.integers(1, 5000), height=st.integers(1, 5000))
@settings(deadline=None, max_examples=40)
def test_references_are_whole_cells_of_sides_that_the_model_takes(width: int, height: int) -> None:
    image = Image.new("L", (width, height))
    short, long = sorted((width, height))
    if long > 4.01 * short:
        with pytest.raises(EngineError, match="more than four times"):
            fit_reference(image)
        return
    if long > 3.99 * short:
        return
    fitted = fit_reference(image)
    assert fitted.mode == "RGB"
    for side in fitted.size:
        assert side % CELL == 0
        assert SHORTEST <= side <= LONGEST
    if short >= SHORTEST and long <= LONGEST:
        assert all(was - now < CELL for was, now in zip(image.size, fitted.size, strict=True))
