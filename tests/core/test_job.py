"""Keys and seeds that never change, and observers that hear of every stage."""

from __future__ import annotations

import threading
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck import hookimpl
from presscheck.engine.contract import Step
from presscheck.errors import Cancelled
from presscheck.job import Job, derive_seed, digest_of, step_key
from presscheck.plugins import Plugins

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(value=st.dictionaries(st.text(max_size=5), JSON, min_size=2))
def test_a_digest_does_not_depend_on_the_order_of_keys(value) -> None:
    assert digest_of(value) == digest_of(dict(reversed(value.items())))


def test_keys_and_seeds_stay_what_they_are() -> None:
    assert step_key("plan", "e:1", {"seed": 1}) == digest_of(
        {"stage": "plan", "version": "e:1", "inputs": {"seed": 1}}
    )
    assert derive_seed(7, "plan", 0) == derive_seed(7, "plan", "0")


@given(seed=st.integers(0, 2**32 - 1), path=st.lists(st.text(max_size=5), max_size=3))
def test_a_seed_has_32_bits_and_one_value(seed, path) -> None:
    assert 0 <= derive_seed(seed, *path) < 2**32
    assert derive_seed(seed, *path) == derive_seed(seed, *path)


def test_another_step_input_is_another_key() -> None:
    keys = {
        step_key(stage, version, {"seed": seed})
        for stage in ("plan", "render")
        for version in ("1", "2")
        for seed in (1, 2)
    }
    assert len(keys) == 8


def _job(heard: list[tuple[object, ...]]) -> Job:
    module = ModuleType("ears")

    @hookimpl
    def before_stage(stage: str) -> None:
        heard.append(("before", stage))

    @hookimpl
    def after_stage(stage: str, seconds: float) -> None:
        heard.append(("after", stage, seconds >= 0))

    @hookimpl
    def on_stage_error(stage: str, error: Exception) -> None:
        heard.append(("error", stage, str(error)))

    vars(module).update(
        before_stage=before_stage, after_stage=after_stage, on_stage_error=on_stage_error
    )
    plugins = Plugins()
    plugins.register(module, "ears")
    parts = dict.fromkeys(("campaign", "brand", "ledger", "blobs", "make_engine"))
    return Job(run="r", plugins=plugins, stop=threading.Event(), **parts)  # type: ignore[arg-type]


def test_observers_hear_of_begin_and_end() -> None:
    heard: list[tuple[object, ...]] = []
    with _job(heard).stage("render", SimpleNamespace()) as watch:  # type: ignore[arg-type]
        assert watch.seconds >= 0
    assert heard == [("before", "render"), ("after", "render", True)]


def test_observers_hear_of_a_failure_and_cannot_hide_it() -> None:
    heard: list[tuple[object, ...]] = []
    with pytest.raises(KeyError), _job(heard).stage("render", SimpleNamespace()):  # type: ignore[arg-type]
        raise KeyError("x")
    assert heard == [("before", "render"), ("error", "render", "'x'")]


def test_a_stop_ends_the_engine_at_its_next_step() -> None:
    job = _job([])
    report = job.progress(("a",))
    report(Step(stage="plan", done=1, total=2))
    job.stop.set()
    with pytest.raises(Cancelled):
        report(Step(stage="plan", done=2, total=2))
    with pytest.raises(Cancelled), job.stage("render", SimpleNamespace()):  # type: ignore[arg-type]
        pass
