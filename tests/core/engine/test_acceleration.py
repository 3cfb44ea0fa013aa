"""Settings for speed: what they may change in a picture, and what they may not."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from presscheck.engine import placement
from presscheck.engine.acceleration import channels_last, compile_models, marks, quantise
from presscheck.engine.contract import PlanRequest
from presscheck.engine.denoise import Asked, Denoiser
from presscheck.engine.glm_image import GlmImageEngine
from presscheck.engine.guidance import pad
from presscheck.engine.placement import check_device, device_of, wake
from presscheck.engine.settings import EngineSettings
from presscheck.errors import EngineError
from presscheck.spec import EngineChoice

SIZE = (64, 96)
WORDY = 'A poster that says "SUMMER" and "SALE".'
NEVER, ALWAYS = 1e-9, 1.0
"""Thresholds of the step cache: it takes nothing, or every step after the first."""


def make(checkpoint: Path, **other: Any) -> GlmImageEngine:
    chosen = {"steps": 4, "threads": 1, "device": "cpu", "channels_last": False, **other}
    return GlmImageEngine.create(EngineChoice(checkpoint=str(checkpoint), settings=chosen))


@pytest.fixture
def pipeline(checkpoint: Path) -> Iterator[Any]:
    """Return a pipeline of its own: these settings put hooks and processors on it."""
    from diffusers import GlmImagePipeline

    yield GlmImagePipeline.from_pretrained(checkpoint)


def pretend_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "DEVICES", ("/",))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)


def denoise(denoiser: Denoiser, prompt: str = WORDY, seed: int = 3) -> torch.Tensor:
    tokens = (SIZE[0] // 16) * (SIZE[1] // 16)
    prior = torch.arange(tokens)[None] % 7
    with torch.inference_mode():
        return denoiser.denoise(
            Asked(prompt=prompt, prior=prior, size=SIZE),
            torch.Generator().manual_seed(seed),
            report=lambda *_: None,
        )


def render(engine: GlmImageEngine, prompt: str = WORDY, seed: int = 5) -> np.ndarray:
    request = PlanRequest(prompt=prompt, width=SIZE[0], height=SIZE[1], seed=0)
    return np.asarray(engine.render(engine.plan([request])[0], seed=seed)).astype(int)


def test_guidance_together_equals_guidance_apart_but_for_rounding(pipeline: Any) -> None:
    apart = denoise(Denoiser(pipeline, steps=4, guidance_scale=3.0))
    together = denoise(Denoiser(pipeline, steps=4, guidance_scale=3.0, together=True))
    assert torch.allclose(apart, together, atol=1e-5)


def test_padding_that_is_not_masked_changes_the_picture(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import presscheck.engine.denoise as module

    apart = denoise(Denoiser(pipeline, steps=4, guidance_scale=3.0))
    monkeypatch.setattr(module, "pad", lambda texts: (pad(texts)[0], None))
    naive = denoise(Denoiser(pipeline, steps=4, guidance_scale=3.0, together=True))
    assert not torch.allclose(apart, naive, atol=1e-3)


def test_diffusers_own_mask_does_not_hide_padding(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import presscheck.engine.denoise as module

    apart = denoise(Denoiser(pipeline, steps=4, guidance_scale=3.0))
    monkeypatch.setattr(module, "mask_padding", lambda pipeline: None)
    stock = denoise(Denoiser(pipeline, steps=4, guidance_scale=3.0, together=True))
    assert not torch.allclose(apart, stock, atol=1e-3)


def test_a_cache_that_takes_nothing_changes_nothing(checkpoint: Path) -> None:
    assert (render(make(checkpoint, step_cache=NEVER)) == render(make(checkpoint))).all()


@pytest.mark.parametrize("guidance", ["apart", "together"])
def test_a_cache_that_takes_steps_changes_the_picture(pipeline: Any, guidance: str) -> None:
    options: dict[str, Any] = {"steps": 4, "guidance_scale": 2.0}
    whole = denoise(Denoiser(pipeline, **options))
    together = guidance == "together"
    cached = denoise(Denoiser(pipeline, **options, step_cache=ALWAYS, together=together))
    assert not torch.allclose(whole, cached, atol=1e-4)


def test_each_image_starts_with_an_empty_cache(checkpoint: Path) -> None:
    engine = make(checkpoint, step_cache=ALWAYS, guidance_scale=2.0)
    first = render(engine, seed=1)
    render(engine, 'x "ANOTHER" y', seed=2)
    assert (render(engine, seed=1) == first).all()


def test_threads_do_not_share_a_cache(pipeline: Any) -> None:
    denoiser = Denoiser(pipeline, steps=12, guidance_scale=2.0, step_cache=ALWAYS)
    alone = [denoise(denoiser, seed=seed) for seed in range(4)]
    found: dict[int, torch.Tensor] = {}
    ready = threading.Barrier(4)

    def work(seed: int) -> None:
        ready.wait()
        found[seed] = denoise(denoiser, seed=seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(torch.equal(found[seed], alone[seed]) for seed in range(4))


def test_a_cache_needs_two_blocks(pipeline: Any) -> None:
    del pipeline.transformer.transformer_blocks[1:]
    with pytest.raises(EngineError, match="two blocks or more"):
        Denoiser(pipeline, steps=4, guidance_scale=1.0, step_cache=0.1)


def test_channels_last_differs_by_a_level_at_most_and_encodes(checkpoint: Path) -> None:
    plain, fast = (make(checkpoint, channels_last=chosen) for chosen in (False, True))
    assert np.abs(render(plain) - render(fast)).max() <= 1
    pixels = np.random.default_rng(0).random((96, 64, 3), dtype=np.float32)
    latents = [engine._loaded()[1].denoiser.encode(pixels) for engine in (plain, fast)]
    assert torch.allclose(*latents, atol=1e-4)


def test_channels_last_is_on_for_the_cpu_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert channels_last(EngineSettings(device="cpu"))
    assert not channels_last(EngineSettings(device="cpu", channels_last=False))
    pretend_cuda(monkeypatch)
    assert not channels_last(EngineSettings())
    assert channels_last(EngineSettings(channels_last=True))


@pytest.mark.skipif(shutil.which("c++") is None, reason="needs a C++ compiler")
@pytest.mark.filterwarnings("ignore:.*script_method.*:DeprecationWarning")
def test_compiled_blocks_compute_the_same_but_for_rounding(pipeline: Any) -> None:
    options: dict[str, Any] = {"steps": 4, "guidance_scale": 2.0}
    whole = denoise(Denoiser(pipeline, **options))
    compile_models(pipeline, torch.device("cpu"))
    compiled = denoise(Denoiser(pipeline, **options, step_cache=NEVER))
    assert torch.allclose(whole, compiled, atol=1e-4)


@pytest.mark.filterwarnings("ignore:.*script_method.*:DeprecationWarning")
def test_a_missing_compiler_is_one_clear_error(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torch._inductor import config

    monkeypatch.setattr(config.cpp, "cxx", (None, "/nowhere/g++"))
    with pytest.raises(EngineError, match=r"torch cannot compile here: .*No working C"):
        compile_models(pipeline, torch.device("cpu"))


def test_quantising_without_torchao_says_what_to_install(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "torchao.quantization", None)
    with pytest.raises(EngineError, match=r"torchao cannot be imported") as told:
        quantise(pipeline, EngineSettings(quantise="int8"), torch.device("cpu"))
    assert "presscheck[quantised]" in told.value.remedy


@pytest.mark.filterwarnings("default")
def test_a_quantised_model_plans_each_row_as_alone(checkpoint: Path) -> None:
    pytest.importorskip("torchao")
    engine = make(checkpoint, quantise="int8")
    rows = [
        PlanRequest(prompt=prompt, width=SIZE[0], height=SIZE[1], seed=seed)
        for seed, prompt in enumerate((WORDY, 'x "A" y'))
    ]
    alone = [engine.plan([row])[0].tokens for row in rows]
    assert [plan.tokens for plan in engine.plan(rows)] == alone
    text = engine._loaded()[0].pipeline.vision_language_encoder.model.language_model
    assert type(text.layers[0].self_attn.q_proj.weight).__module__.startswith("torchao")


def test_what_changes_tokens_or_pixels_is_in_the_name() -> None:
    chosen: list[dict[str, Any]] = [
        {},
        {"dtype": "bfloat16"},
        {"threads": 2},
        {"guidance": "together"},
        {"step_cache": 0.1},
        {"step_cache": 0.1000001},
        {"compile": True},
        {"channels_last": False},
        {"quantise": "int8"},
        {"quantise": "int4"},
    ]
    found = {tuple(marks(EngineSettings(device="cpu", **one))) for one in chosen}
    assert len(found) == len(chosen)


def test_another_device_is_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu = marks(EngineSettings())
    pretend_cuda(monkeypatch)
    assert marks(EngineSettings()) != cpu
    assert marks(EngineSettings(device="cpu")) == cpu


def test_numbers_that_hardly_differ_are_other_names(checkpoint: Path) -> None:
    one, other = (make(checkpoint, guidance_scale=scale).name for scale in (1.5, 1.5000001))
    assert one != other


def test_marks_are_part_of_the_engines_name(checkpoint: Path) -> None:
    assert (
        ",guidance=together,step_cache=0.1"
        in make(checkpoint, guidance="together", step_cache=0.1).name
    )


@pytest.mark.parametrize(
    "chosen",
    [{"offload": "model"}, {"device_map": "balanced"}, {"quantise": "int4"}],
)
def test_what_needs_cuda_says_so(chosen: dict[str, Any]) -> None:
    (key,) = chosen
    with pytest.raises(EngineError, match=rf"engine\.settings\.{key} is .*CUDA"):
        check_device(EngineSettings(**chosen), torch.device("cpu"))


def test_two_cards_need_two_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = EngineSettings(device_map="balanced")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(EngineError, match="torch finds one CUDA card"):
        check_device(chosen, torch.device("cuda"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    check_device(chosen, torch.device("cuda"))


def test_each_part_computes_where_it_was_put(pipeline: Any) -> None:
    pipeline.transformer.to("meta")
    assert device_of(pipeline, "transformer").type == "meta"
    assert device_of(pipeline, "vision_language_encoder").type == "cpu"


def test_an_offloaded_part_is_woken_before_its_layers_are_called(pipeline: Any) -> None:
    hooks = pytest.importorskip("accelerate.hooks")
    accelerate = pytest.importorskip("accelerate")
    part = pipeline.text_encoder
    accelerate.cpu_offload_with_hook(part, "meta")
    assert isinstance(part._hf_hook, hooks.CpuOffload)
    assert part.device.type == "cpu"
    wake(pipeline, "text_encoder")
    assert part.device.type == "meta"


def test_parts_that_are_not_offloaded_stay_where_they_are(pipeline: Any) -> None:
    wake(pipeline, "vision_language_encoder")
    assert pipeline.vision_language_encoder.device.type == "cpu"


def test_with_offloading_plans_and_renders_take_turns(checkpoint: Path) -> None:
    apart, turns = make(checkpoint), make(checkpoint, offload="model")
    assert turns._rendering is turns._planning
    assert apart._rendering is not apart._planning
