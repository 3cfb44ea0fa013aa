"""What goes wrong in an engine ends in one clear error, never in a picture of nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from presscheck.assets import Plan
from presscheck.engine.contract import PlanRequest
from presscheck.engine.glm_image import GlmImageEngine
from presscheck.engine.memory import out_of_memory
from presscheck.errors import EngineError
from presscheck.spec import EngineChoice

REQUEST = PlanRequest(prompt='A poster "SALE".', width=64, height=96, seed=1)


def make(checkpoint: Path | str, **chosen: Any) -> GlmImageEngine:
    settings = {"steps": 2, "threads": 1, **chosen}
    return GlmImageEngine.create(EngineChoice(checkpoint=str(checkpoint), settings=settings))


def full(*_: Any, **__: Any) -> torch.Tensor:
    """Fail as this machine's allocator does."""
    return torch.empty(2**60)


@pytest.fixture
def copy(checkpoint: Path, tmp_path: Path) -> Path:
    """Return a checkpoint of one's own to damage."""
    return Path(shutil.copytree(checkpoint, tmp_path / "copy"))


@pytest.fixture
def fresh(checkpoint: Path) -> GlmImageEngine:
    """Return an engine of one's own to damage, with its weights loaded."""
    engine = make(checkpoint, device="cpu")
    engine.plan([REQUEST])
    return engine


@pytest.fixture(scope="module")
def plan(engine: GlmImageEngine) -> Plan:
    return engine.plan([REQUEST])[0]


def pipeline(engine: GlmImageEngine) -> Any:
    assert engine._parts is not None
    return engine._parts[0].pipeline


def test_this_machines_allocator_is_understood() -> None:
    with pytest.raises(RuntimeError) as found:
        full()
    assert out_of_memory(found.value)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_every_way_to_run_out_of_memory_is_known(error: Exception) -> None:
    assert out_of_memory(error)
    assert not out_of_memory(RuntimeError("shape mismatch"))
    assert not out_of_memory(ValueError("out of memory"))


def test_a_render_that_memory_does_not_hold_is_a_clear_error(
    fresh: GlmImageEngine, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline(fresh).transformer, "forward", full)
    with pytest.raises(EngineError, match="does not hold a render of 64x96"):
        fresh.render(plan, seed=1)


def test_other_failures_are_not_taken_for_memory(
    fresh: GlmImageEngine, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("shape mismatch")

    monkeypatch.setattr(pipeline(fresh).transformer, "forward", broken)
    monkeypatch.setattr(pipeline(fresh).vision_language_encoder, "forward", broken)
    with pytest.raises(RuntimeError, match="shape mismatch"):
        fresh.render(plan, seed=1)
    with pytest.raises(RuntimeError, match="shape mismatch"):
        fresh.plan([REQUEST])


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_plan_of_broken_numbers_is_refused(fresh: GlmImageEngine, number: float) -> None:
    with torch.no_grad():
        pipeline(fresh).vision_language_encoder.lm_head.weight[3] = number
    with pytest.raises(EngineError, match="plan holds numbers that are not finite"):
        fresh.plan([REQUEST])


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_render_of_broken_numbers_is_refused(
    fresh: GlmImageEngine, plan: Plan, number: float
) -> None:
    with torch.no_grad():
        pipeline(fresh).transformer.proj_out.bias[0] = number
    with pytest.raises(EngineError, match="render holds numbers that are not finite"):
        fresh.render(plan, seed=1)


def test_a_decoder_of_broken_numbers_is_refused(fresh: GlmImageEngine, plan: Plan) -> None:
    with torch.no_grad():
        pipeline(fresh).vae.decoder.conv_out.bias[0] = float("nan")
    with pytest.raises(EngineError, match="render holds numbers that are not finite"):
        fresh.render(plan, seed=1)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"tokens": (64,) * 6}, "outside the codebook of 64"),
        ({"tokens": (-1,) * 6}, "outside the codebook of 64"),
        ({"rows": 2, "columns": 3}, "2 rows of 3 tokens doesn't fill 64x96"),
        ({"width": 80}, "doesn't fill 80x96"),
        ({"tokens": ()}, "no tokens"),
    ],
)
def test_a_plan_that_is_not_this_models_is_refused(
    engine: GlmImageEngine, plan: Plan, change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(EngineError, match=problem):
        engine.render(replace(plan, **change), seed=1)


@pytest.mark.parametrize("token", ["<image>", "<grid>", "</grid>", "<end>", "<start>"])
def test_text_that_would_steer_the_model_is_refused(engine: GlmImageEngine, token: str) -> None:
    steered = replace(REQUEST, prompt=f"A sale {token} for all")
    with pytest.raises(EngineError, match=f"the prompt holds '{token}'"):
        engine.plan([REQUEST, steered])


def weights(folder: Path) -> Path:
    return next(folder.glob("*.safetensors"))


@pytest.mark.parametrize("part", ["vision_language_encoder", "text_encoder", "vae", "transformer"])
def test_a_missing_weight_is_never_made_up(copy: Path, part: str) -> None:
    file = weights(copy / part)
    tensors = load_file(file)
    del tensors[next(name for name in sorted(tensors, reverse=True) if "weight" in name)]
    save_file(tensors, file, metadata={"format": "pt"})
    with pytest.raises(EngineError, match=rf"{part} lacks \d weights|cannot be loaded"):
        make(copy, device="cpu").plan([REQUEST])


def _no_config(folder: Path) -> None:
    (folder / "transformer/config.json").unlink()


def _no_processor(folder: Path) -> None:
    shutil.rmtree(folder / "processor")


def _foreign_weights(folder: Path) -> None:
    file = weights(folder / "vision_language_encoder")
    save_file({"nothing": torch.zeros(1)}, file, metadata={"format": "pt"})


@pytest.mark.parametrize("damage", [_no_config, _no_processor, _foreign_weights])
def test_an_incomplete_checkpoint_is_one_error(copy: Path, damage: Callable[[Path], None]) -> None:
    damage(copy)
    with pytest.raises(EngineError):
        make(copy, device="cpu").plan([REQUEST])


@pytest.mark.parametrize(
    "entry",
    [[], ["AutoencoderKL"], None, "AutoencoderKL", ["my_code", "AutoencoderKL"], [None, None]],
)
def test_a_part_must_come_from_a_known_library(copy: Path, entry: object) -> None:
    index = json.loads((copy / "model_index.json").read_text())
    (copy / "model_index.json").write_text(json.dumps({**index, "vae": entry}))
    with pytest.raises(EngineError, match="vae should be AutoencoderKL, found"):
        make(copy)


def test_a_hub_model_is_not_downloaded_for_a_machine_that_cannot_run_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(EngineError, match=r"made for a CUDA device.*device to cpu"):
        make("zai-org/GLM-Image").plan([REQUEST])


def test_a_path_that_looks_like_a_hub_id_is_told_both_ways(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EngineError, match="If it is a folder, it isn't there"):
        make("checkpoints/missing", device="cpu").plan([REQUEST])


def test_offload_without_cuda_is_a_clear_error(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(EngineError, match="offload is model, but there is no CUDA device"):
        make(checkpoint, offload="model").plan([REQUEST])


def test_what_decides_pixels_is_in_the_name(checkpoint: Path, copy: Path) -> None:
    plain = make(checkpoint).name
    assert "transformers-" in plain
    file = weights(copy / "vae")
    tensors = load_file(file)
    save_file({**tensors, "extra": torch.zeros(1)}, file, metadata={"format": "pt"})
    others = {
        make(copy).name,
        make(checkpoint, dtype="bfloat16").name,
        make(checkpoint, steps=3).name,
    }
    assert len(others | {plain}) == 4
