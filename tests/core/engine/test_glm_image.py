"""The engine on a tiny random checkpoint: the same code path as the published model."""

from __future__ import annotations

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from presscheck.assets import Box, Plan
from presscheck.engine import decoding
from presscheck.engine.cells import pixels_of, touched
from presscheck.engine.contract import PlanRequest, Redraw, Step
from presscheck.engine.glm_image import GlmImageEngine
from presscheck.engine.plan import Planner
from presscheck.errors import Cancelled, EngineError, InputError
from presscheck.spec import EngineChoice
from presscheck.testing import CODES

PROMPTS = (
    'A poster that says "SALE".',
    'The headline "SUMMER DAYS" stands across the top of a very wide and tall poster.',
    'x "A" y',
)


def make(checkpoint: Path | str, **other: Any) -> GlmImageEngine:
    chosen = {"steps": 2, "threads": 1, "device": "cpu", **other}
    return GlmImageEngine.create(EngineChoice(checkpoint=str(checkpoint), settings=chosen))


def requests(size: tuple[int, int] = (64, 96)) -> list[PlanRequest]:
    return [
        PlanRequest(prompt=prompt, width=size[0], height=size[1], seed=seed)
        for seed, prompt in enumerate(PROMPTS)
    ]


def test_a_plan_fills_its_grid_with_codes_only(engine: GlmImageEngine) -> None:
    for plan in engine.plan(requests()):
        assert (plan.rows, plan.columns) == (3, 2)
        assert len(plan.tokens) == 6
        assert all(0 <= token < CODES for token in plan.tokens)


def test_every_row_of_a_batch_equals_its_solo_run(engine: GlmImageEngine) -> None:
    batch = engine.plan(requests())
    solo = [engine.plan([request])[0] for request in requests()]
    assert [plan.tokens for plan in batch] == [plan.tokens for plan in solo]


@given(seeds=st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=3), order=st.randoms())
@example(seeds=[0, 0, 57012487], order=Random(6))
@settings(max_examples=6, deadline=None)
def test_a_row_does_not_depend_on_its_company(
    engine: GlmImageEngine, seeds: list[int], order: Random
) -> None:
    rows = [
        PlanRequest(prompt=order.choice(PROMPTS), width=32, height=64, seed=seed) for seed in seeds
    ]
    batch = engine.plan(rows)
    assert [plan.tokens for plan in batch] == [engine.plan([row])[0].tokens for row in rows]


def test_requests_of_several_sizes_keep_their_order(engine: GlmImageEngine) -> None:
    mixed = [*requests((64, 96)), *requests((96, 64))]
    plans = engine.plan([mixed[i] for i in (0, 3, 1, 4)])
    assert [(plan.width, plan.height) for plan in plans] == [(64, 96), (96, 64)] * 2
    assert [plan.seed for plan in plans] == [0, 0, 1, 1]


def test_another_seed_gives_another_plan(engine: GlmImageEngine) -> None:
    one, other = (
        PlanRequest(prompt=PROMPTS[0], width=128, height=128, seed=seed) for seed in (1, 2)
    )
    assert engine.plan([one])[0].tokens != engine.plan([other])[0].tokens


def test_plan_and_render_equal_the_stock_pipeline(checkpoint: Path) -> None:
    from diffusers import GlmImagePipeline

    engine = make(checkpoint, channels_last=False)
    plan = engine.plan(requests()[:1])[0]
    ours = engine.render(plan, seed=7)
    stock: Any = GlmImagePipeline.from_pretrained(checkpoint)
    stock.set_progress_bar_config(disable=True)
    prior = stock._upsample_token_ids(torch.tensor(plan.tokens), plan.rows, plan.columns)
    theirs = stock(
        prompt=plan.prompt,
        width=64,
        height=96,
        num_inference_steps=2,
        guidance_scale=1.5,
        generator=torch.Generator().manual_seed(7),
        prior_token_ids=prior,
    ).images[0]
    assert ours.tobytes() == theirs.tobytes()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_likeliest_tokens_are_those_of_the_stock_pipeline(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    from diffusers import GlmImagePipeline

    stock: Any = GlmImagePipeline.from_pretrained(checkpoint)
    generate, planner = (
        stock.vision_language_encoder.generate,
        Planner(stock, "stock", temperature=0, top_p=1),
    )
    beyond = list(range(planner.codes, stock.vision_language_encoder.lm_head.out_features))
    greedy = {"do_sample": False, "suppress_tokens": beyond}
    monkeypatch.setattr(
        stock.vision_language_encoder, "generate", lambda **asked: generate(**asked | greedy)
    )
    wanted, _, _ = stock.generate_prior_tokens(list(PROMPTS[:rows]), height=96, width=64)
    plans = planner.plan(requests()[:rows], (64, 96), None)
    found = [
        stock._upsample_token_ids(torch.tensor(plan.tokens), plan.rows, plan.columns)
        for plan in plans
    ]
    assert torch.cat(found).tolist() == wanted.tolist()


def test_the_same_plan_and_seed_give_the_same_bytes(engine: GlmImageEngine) -> None:
    plan = engine.plan(requests()[:1])[0]
    first, again, other = (engine.render(plan, seed=seed).tobytes() for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_a_new_process_would_make_the_same(checkpoint: Path, engine: GlmImageEngine) -> None:
    fresh = make(checkpoint)
    assert fresh.name == engine.name
    plan = engine.plan(requests())[1]
    again = fresh.plan(requests())[1]
    assert again.digest == plan.digest
    assert fresh.render(again, seed=1).tobytes() == engine.render(plan, seed=1).tobytes()


def test_progress_tells_of_every_token_and_step(engine: GlmImageEngine) -> None:
    told: list[Step] = []
    plan = engine.plan(requests()[:1], progress=told.append)[0]
    engine.render(plan, seed=0, progress=told.append)
    tokens = [step for step in told if step.stage == "plan"]
    assert [step.done for step in tokens] == list(range(1, len(tokens) + 1))
    assert tokens[0].total == len(tokens) == 6 + 19 * 13
    assert [(s.done, s.total) for s in told if s.stage == "render"] == [(1, 2), (2, 2)]


@pytest.mark.parametrize("stage", ["plan", "render"])
def test_progress_can_stop_either_stage(engine: GlmImageEngine, stage: str) -> None:
    def stop(step: Step) -> None:
        if step.stage == stage:
            raise Cancelled

    plan = engine.plan(requests()[:1])[0]
    with pytest.raises(Cancelled):
        engine.plan(requests()[:1], progress=stop)
        engine.render(plan, seed=0, progress=stop)
    assert engine.plan(requests()[:1])[0].digest == plan.digest


def test_two_threads_get_what_one_gets(engine: GlmImageEngine) -> None:
    wanted = [plan.digest for plan in engine.plan(requests())]
    found: dict[int, str] = {}

    def work(index: int) -> None:
        found[index] = engine.plan([requests()[index]])[0].digest

    threads = [threading.Thread(target=work, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[index] for index in range(3)] == wanted


def test_short_memory_halves_the_batch(
    engine: GlmImageEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Planner._plan_batch
    sizes: list[int] = []

    def tight(self: Planner, rows: list[PlanRequest], *rest: Any) -> list[Plan]:
        sizes.append(len(rows))
        if len(rows) > 1:
            torch.empty(2**60)  # what this machine's allocator really says
        return whole(self, rows, *rest)

    wanted = [plan.digest for plan in engine.plan(requests())]
    monkeypatch.setattr(Planner, "_plan_batch", tight)
    told: list[Step] = []
    assert [plan.digest for plan in engine.plan(requests(), progress=told.append)] == wanted
    assert sizes == [3, 1, 1, 1]
    assert [step.note for step in told if step.note] == [
        "memory does not hold 3 plans at once; 1 are tried"
    ]
    assert [plan.digest for plan in engine.plan(requests())] == wanted
    assert sizes[4:] == [1, 1, 1], "the size that memory holds is remembered"


def test_no_memory_for_one_row_is_a_clear_error(
    engine: GlmImageEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError("no")

    monkeypatch.setattr(Planner, "_plan_batch", full)
    with pytest.raises(EngineError, match="does not hold one plan of 64x96"):
        engine.plan(requests())


def test_a_plan_without_tokens_cannot_be_rendered(engine: GlmImageEngine) -> None:
    plan = Plan(engine="x", prompt="x", seed=0, width=64, height=64, rows=2, columns=2, tokens=())
    with pytest.raises(EngineError, match="no tokens"):
        engine.render(plan, seed=0)


def test_a_folder_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"model_index\.json cannot be read"):
        make(tmp_path)


def test_other_classes_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(checkpoint, tmp_path / "copy"))
    index = json.loads((copy / "model_index.json").read_text())
    index["transformer"] = ["diffusers", "FluxTransformer2DModel"]
    (copy / "model_index.json").write_text(json.dumps(index))
    with pytest.raises(EngineError, match="transformer should be GlmImageTransformer2DModel"):
        make(copy)


def test_pickled_weights_are_not_opened(checkpoint: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(checkpoint, tmp_path / "copy"))
    weights = next((copy / "vae").glob("*.safetensors"))
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(EngineError, match=r"vae holds no \.safetensors"):
        make(copy)


def test_damaged_weights_end_in_one_error(checkpoint: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(checkpoint, tmp_path / "copy"))
    weights = next((copy / "vae").glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(EngineError, match="cannot be loaded"):
        make(copy).plan(requests()[:1])


def test_an_unknown_checkpoint_is_refused() -> None:
    with pytest.raises(EngineError, match="there is no checkpoint 'nowhere'"):
        make("nowhere")


def test_the_hub_without_a_network_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub, "is_offline_mode", lambda: True)
    engine = make("zai-org/GLM-Image")
    with pytest.raises(EngineError, match="zai-org/GLM-Image cannot be loaded"):
        engine.plan(requests()[:1])


def test_cuda_that_is_not_there_is_named(checkpoint: Path) -> None:
    if torch.cuda.is_available():
        pytest.fail("this test is about machines without CUDA")
    with pytest.raises(EngineError, match="finds no CUDA device"):
        make(checkpoint, device="cuda").plan(requests()[:1])


@pytest.mark.parametrize(
    ("chosen", "named"),
    [({"step": 3}, "step"), ({"steps": "many"}, "steps"), ({"top_p": 0}, "top_p")],
)
def test_wrong_settings_are_named(chosen: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=rf"engine\.settings\.{named}:"):
        GlmImageEngine.create(EngineChoice(settings=chosen))


def test_rows_that_begin_alike_are_read_once_and_plan_the_same(
    engine: GlmImageEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = "A square poster for a bakery in the morning sun, with hills. "
    rows = [
        PlanRequest(prompt=start + end, width=64, height=96, seed=seed)
        for seed, end in enumerate(('It says "A".', "", 'Below it stands "SALE", in red.'))
    ]
    together = engine.plan(rows)
    monkeypatch.setattr(decoding, "WORTH_SHARING", 10**9)
    apart = engine.plan(rows)
    solo = [engine.plan([row])[0] for row in rows]
    tokens = [plan.tokens + plan.draft for plan in together]
    assert tokens == [plan.tokens + plan.draft for plan in apart]
    assert tokens == [plan.tokens + plan.draft for plan in solo]


@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_a_redrawn_plan_differs_only_where_it_was_asked_to(
    engine: GlmImageEngine, data: st.DataObject
) -> None:
    whole = engine.plan([PlanRequest(prompt=PROMPTS[0], width=128, height=128, seed=1)])[0]
    x, y = (data.draw(st.floats(0, 0.9)) for _ in range(2))
    box = Box(x=x, y=y, width=data.draw(st.floats(0, 1 - x)), height=data.draw(st.floats(0, 1 - y)))
    asked = PlanRequest(
        prompt=PROMPTS[0], width=128, height=128, seed=2, redraw=Redraw(plan=whole, box=box)
    )
    drawn = engine.plan([asked, requests()[0]])[0]
    left, top, right, bottom = touched(box, drawn.rows, drawn.columns)
    for index, (old, new) in enumerate(zip(whole.tokens, drawn.tokens, strict=True)):
        row, column = divmod(index, drawn.columns)
        if not (left <= column < right and top <= row < bottom):
            assert old == new
    everything = Redraw(plan=whole, box=Box(x=0, y=0, width=1, height=1))
    fresh = PlanRequest(prompt=PROMPTS[0], width=128, height=128, seed=2)
    anew = PlanRequest(prompt=PROMPTS[0], width=128, height=128, seed=2, redraw=everything)
    assert engine.plan([anew])[0].tokens == engine.plan([fresh])[0].tokens


def test_a_plan_is_redrawn_at_its_own_size_only(engine: GlmImageEngine) -> None:
    small = engine.plan(requests()[:1])[0]
    redraw = Redraw(plan=small, box=Box(x=0, y=0, width=0.1, height=0.1))
    with pytest.raises(EngineError, match=r"64x96 pixels .* cannot be drawn anew in a part"):
        engine.plan([PlanRequest(prompt="x", width=128, height=128, seed=0, redraw=redraw)])


def test_a_repair_keeps_every_byte_outside_its_cells(engine: GlmImageEngine) -> None:
    plan = engine.plan([PlanRequest(prompt=PROMPTS[0], width=128, height=96, seed=1)])[0]
    image = engine.render(plan, seed=1)
    box = Box(x=0.3, y=0.1, width=0.3, height=0.3)
    repaired = engine.repair(plan, image, box, seed=2)
    again = engine.repair(plan, image, box, seed=2)
    assert repaired.tobytes() == again.tobytes()
    left, top, right, bottom = pixels_of(touched(box, plan.rows, plan.columns))
    assert (left, top, right, bottom) == (32, 0, 96, 64)
    before, after = np.asarray(image).copy(), np.asarray(repaired).copy()
    assert (before[top:bottom, left:right] != after[top:bottom, left:right]).any()
    before[top:bottom, left:right] = after[top:bottom, left:right] = 0
    assert (before == after).all()


def test_an_image_of_another_size_cannot_be_repaired(engine: GlmImageEngine) -> None:
    plan = engine.plan(requests()[:1])[0]
    with pytest.raises(EngineError, match="32x32 pixels cannot be repaired with a plan of 64x96"):
        engine.repair(plan, Image.new("RGB", (32, 32)), Box(x=0, y=0, width=1, height=1), seed=0)


def test_renders_beside_each_other_and_beside_plans_give_the_same_bytes(
    checkpoint: Path,
) -> None:
    engine = make(checkpoint, workers=3)
    plans = engine.plan(requests())
    wanted = [engine.render(plan, seed=5).tobytes() for plan in plans]
    with ThreadPoolExecutor(4) as pool:
        renders = [pool.submit(engine.render, plan, seed=5) for plan in plans]
        planning = pool.submit(engine.plan, requests())
        assert [render.result().tobytes() for render in renders] == wanted
        assert [plan.digest for plan in planning.result()] == [plan.digest for plan in plans]


def test_glyphs_are_embedded_once_and_a_new_render_never_plans(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make(checkpoint)
    plan = engine.plan(requests()[:1])[0]
    planner, renderer = engine._loaded()
    asked: list[Any] = []
    embed = renderer.pipeline._get_glyph_embeds

    def counted(prompt: Any, **options: Any) -> Any:
        asked.append(prompt)
        return embed(prompt, **options)

    monkeypatch.setattr(renderer.pipeline, "_get_glyph_embeds", counted)
    monkeypatch.setattr(planner, "plan", None)
    for seed in range(3):
        engine.render(plan, seed=seed)
    assert sorted(asked) == [[""], [plan.prompt]], "the empty prompt is guidance's"


def test_a_sketch_is_a_render_of_few_steps(checkpoint: Path) -> None:
    engine = make(checkpoint, preview="sketch", steps=9)
    plan = engine.plan(requests()[:1])[0]
    told: list[Step] = []
    sketch = engine.preview(plan, progress=told.append)
    assert engine.capabilities.preview is not None
    assert sketch is not None
    assert sketch.image is not None
    assert sketch.image.size == (64, 96)
    assert [step.total for step in told] == [4] * 4
    assert sketch.image.tobytes() != engine.render(plan, seed=plan.seed).tobytes()


def test_without_a_preview_an_engine_says_so(engine: GlmImageEngine, checkpoint: Path) -> None:
    assert engine.capabilities.preview is None
    assert engine.preview(engine.plan(requests()[:1])[0]) is None
    with pytest.raises(EngineError, match=r"has no readout\.json.*sketch"):
        make(checkpoint, preview="read-out")
