"""What a checkpoint recommends, and what a campaign sets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from presscheck.engine.settings import EngineSettings, parse_settings, read_recommended
from presscheck.errors import EngineError, InputError
from presscheck.spec import EngineChoice


def write(folder: Path, recommended: Any) -> Path:
    (folder / "presscheck.json").write_text(json.dumps(recommended), encoding="utf-8")
    return folder


def test_without_a_file_the_published_defaults_hold(tmp_path: Path) -> None:
    found = read_recommended(tmp_path)
    assert (found.steps, found.guidance_scale) == (50, 1.5)
    assert (found.temperature, found.top_p) == (0.9, 0.75)
    assert found.capabilities().native == ()
    assert found.capabilities().characters is None


def test_a_checkpoint_may_recommend_sizes_letters_and_lines(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {"native": [[512, 512], [672, 384]], "characters": "AÄ9", "line": {"672x384": 19}}
        | {"longest_copy": 31},
    )
    able = read_recommended(folder).capabilities()
    assert able.native == ((512, 512), (672, 384))
    assert able.characters == frozenset("AÄ9")
    assert able.line == {(672, 384): 19}
    assert able.copy == 31


@pytest.mark.parametrize(
    "recommended",
    [
        {"native": [[0, 512]]},
        {"native": [[100, 100]]},
        {"native": [[512]]},
        {"line": {"wide": 9}},
        {"longest_copy": 0},
        {"line": {"512x512x1": 9}},
        {"steps": 0},
        {"top_p": 0},
        {"temperature": -1},
        {"guidance_scale": float("nan")},
        {"colour": "red"},
        [],
    ],
)
def test_a_recommendation_that_cannot_work_is_refused(tmp_path: Path, recommended: Any) -> None:
    with pytest.raises(EngineError, match=r"presscheck\.json cannot be used"):
        read_recommended(write(tmp_path, recommended))


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({"device": "gpu"}, "device"),
        ({"dtype": "float16"}, "dtype"),
        ({"offload": True}, "offload"),
        ({"threads": 0}, "threads"),
        ({"trust_remote_code": True}, "trust_remote_code"),
        ({"step_cache": 0}, "step_cache"),
        ({"guidance": "both"}, "guidance"),
        ({"quantise": "int2"}, "quantise"),
        ({"device_map": "auto"}, "device_map"),
        ({"device_map": "balanced", "offload": "model"}, "device_map"),
        ({"device_map": "balanced", "device": "cuda:1"}, "device_map"),
        ({"device_map": "balanced", "device": "cpu"}, "device_map"),
        ({"quantise": "int8", "offload": "sequential"}, "quantise"),
        ({"quantise": "int4", "dtype": "float32"}, "quantise"),
    ],
)
def test_a_wrong_setting_is_named_with_those_there_are(chosen: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=rf"engine\.settings\.{named}: .*Settings are steps,"):
        parse_settings(EngineChoice(settings=chosen))


@pytest.mark.parametrize("name", list(EngineSettings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    docs = Path(__file__).parents[3] / "docs" / "engine.md"
    rows = [line for line in docs.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    assert any(f"`{name}`" in line.split("|")[1] for line in rows)
