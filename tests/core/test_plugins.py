"""Plugins: mistakes are named at once, nobody takes the others down, and every hook works."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from presscheck import hookimpl, hookspecs
from presscheck.assets import (
    AssetSpec,
    Candidate,
    Decision,
    Finding,
    Severity,
    Status,
    Verdict,
)
from presscheck.errors import InputError, PluginError, TransientError
from presscheck.plugins import Plugins, pick
from presscheck.registry import (
    BrandEntry,
    ChannelEntry,
    DelivererEntry,
    EngineEntry,
    FinisherEntry,
    InspectorEntry,
    ReaderEntry,
    RunnerEntry,
)

HOOKS = [name for name, spec in vars(hookspecs).items() if hasattr(spec, "presscheck_spec")]
ASSET = AssetSpec(
    id="a", campaign="c", brand="b", placement="p", width=64, height=64, locale="en",
    variant=1, seed=0, brief="x", slots=(),
)  # fmt: skip
CANDIDATE = Candidate(asset="a", roll=1, image="0" * 64, width=64, height=64)
IMAGE = Image.new("RGB", (64, 64))
GOOD = Verdict(verifier="v", status=Status.ACCEPT)
FINDING = Finding(check="x", severity=Severity.WARNING, message="hm")
STOP = Decision(roll=None, reason="enough")
ENTRIES = {
    "engines": EngineEntry(name="x", summary="", create=lambda choice: None),
    "readers": ReaderEntry(name="x", summary="", create=lambda: None),
    "inspectors": InspectorEntry(name="x", summary="", create=lambda: None),
    "finishers": FinisherEntry(name="x", summary="", phase="mark", create=lambda brand: None),
    "deliverers": DelivererEntry(name="x", summary="", create=lambda options: None),
    "runners": RunnerEntry(name="x", summary="", create=lambda: None),
    "brands": BrandEntry(name="x", path=Path("brand.yaml")),
}

# For each hook: how the façade calls it, what a plugin returns, and what the façade then returns.
CALLS: dict[str, tuple[Callable[[Plugins], object], object, object]] = {
    **{
        f"register_{kind}": (lambda p, kind=kind: getattr(p, kind)(), [entry], {"x": entry})
        for kind, entry in ENTRIES.items()
    },
    "register_channels": (
        lambda p: p.channels(), [ChannelEntry(name="x", width=64, height=65)], {"x": (64, 65)},
    ),
    "collect_assets": (lambda p: p.collect_assets(None, None), [ASSET], [ASSET]),
    "compose_prompt": (lambda p: p.compose_prompt(ASSET, None, ()), "prompt", "prompt"),
    "validate_asset": (lambda p: p.validate_asset(ASSET, None), [FINDING], [FINDING]),
    "verify_candidate": (
        lambda p: p.verify_candidate(CANDIDATE, IMAGE, ASSET, None), GOOD, [GOOD],
    ),
    "plan_reroll": (lambda p: p.plan_reroll(ASSET, None, []), STOP, STOP),
    "before_stage": (lambda p: p.before_stage("render", ASSET), None, None),
    "after_stage": (lambda p: p.after_stage("render", ASSET, 1.0), None, None),
    "on_stage_error": (lambda p: p.on_stage_error("render", ASSET, ValueError()), None, None),
}  # fmt: skip


def _module(**hooks: object) -> ModuleType:
    module = ModuleType("plugin")
    vars(module).update(hooks)
    return module


def _plugin(hook: str, answer: Callable[..., object]) -> object:
    """Return a plugin whose `hook` has the spec's own arguments and calls `answer`."""
    names = [*inspect.signature(getattr(hookspecs, hook)).parameters]
    scope: dict[str, object] = {"answer": answer}
    exec(f"def {hook}({', '.join(names)}): return answer({', '.join(names)})", scope)
    return _module(**{hook: hookimpl(scope[hook])})


def test_every_hook_is_tested_here() -> None:
    assert set(CALLS) == set(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_called_and_its_answer_handed_on(hook) -> None:
    call, given, wanted = CALLS[hook]
    calls: list[tuple[object, ...]] = []
    plugins = Plugins()
    plugins.register(_plugin(hook, lambda *got: (calls.append(got), given)[1]), "mine")
    assert call(plugins) == wanted
    assert len(calls) == 1


@pytest.mark.parametrize("hook", HOOKS)
def test_a_plugin_that_raises_is_named(hook) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of ink")

    plugins = Plugins()
    plugins.register(_plugin(hook, fail), "mine")
    with pytest.raises(PluginError, match=f"plugin mine: {hook} raised RuntimeError: out of ink"):
        CALLS[hook][0](plugins)


@pytest.mark.parametrize("hook", HOOKS)
def test_no_plugin_gives_an_empty_answer(hook) -> None:
    assert not CALLS[hook][0](Plugins())


@pytest.mark.parametrize(
    "hook", [h for h in HOOKS if h.startswith(("register", "collect", "validate"))]
)
def test_an_answer_that_is_no_list_is_named(hook) -> None:
    plugins = Plugins()
    plugins.register(_plugin(hook, lambda *_: 5), "mine")
    with pytest.raises(PluginError, match=f"plugin mine: {hook}"):
        CALLS[hook][0](plugins)


@pytest.mark.parametrize("hook", [h for h in HOOKS if "stage" not in h])
def test_an_answer_of_the_wrong_kind_is_named(hook) -> None:
    plugins = Plugins()
    wrong: object = 5 if hook in {"compose_prompt", "verify_candidate", "plan_reroll"} else [5]
    plugins.register(_plugin(hook, lambda *_: wrong), "mine")
    with pytest.raises(PluginError, match=f"plugin mine: {hook}"):
        CALLS[hook][0](plugins)


@pytest.mark.parametrize("hook", [h for h in HOOKS if h.startswith("register_")])
def test_a_generator_that_fails_halfway_is_named(hook) -> None:
    def halfway():
        yield CALLS[hook][1][0]
        raise KeyError("lost")

    plugins = Plugins()
    plugins.register(_plugin(hook, halfway), "mine")
    with pytest.raises(PluginError, match=f"plugin mine: {hook} raised KeyError"):
        CALLS[hook][0](plugins)


def test_our_own_errors_pass_unchanged() -> None:
    def fail(*_: object) -> None:
        raise TransientError("later")

    plugins = Plugins()
    plugins.register(_plugin("before_stage", fail), "mine")
    with pytest.raises(TransientError, match="later"):
        plugins.before_stage("render", ASSET)


@pytest.mark.parametrize("hook", ["compose_prompt", "plan_reroll"])
def test_the_first_opinion_wins_and_the_last_registered_is_asked_first(hook) -> None:
    call, given, wanted = CALLS[hook]
    asked: list[str] = []

    def answer(name: str, value: object) -> Callable[..., object]:
        return lambda *_: (asked.append(name), value)[1]

    plugins = Plugins()
    plugins.register(_plugin(hook, answer("built-in", "never asked")), "built-in")
    plugins.register(_plugin(hook, answer("brand", given)), "brand")
    plugins.register(_plugin(hook, answer("shy", None)), "shy")
    assert call(plugins) == wanted
    assert asked == ["shy", "brand"]


def test_everybodys_verdict_counts() -> None:
    bad = Verdict(verifier="w", status=Status.REJECT)
    plugins = Plugins()
    for name, verdict in (("a", GOOD), ("b", None), ("c", bad)):
        plugins.register(_plugin("verify_candidate", lambda *_, v=verdict: v), name)
    assert sorted(v.verifier for v in plugins.verify_candidate(CANDIDATE, IMAGE, ASSET, None)) == [
        "v",
        "w",
    ]


def test_a_later_plugin_replaces_an_entry_of_the_same_name() -> None:
    mine = EngineEntry(name="x", summary="mine", create=lambda choice: None)
    plugins = Plugins()
    plugins.register(_plugin("register_engines", lambda: [ENTRIES["engines"]]), "built-in")
    plugins.register(_plugin("register_engines", lambda: [mine]), "mine")
    assert plugins.engines()["x"] is mine


def test_a_misspelt_hook_is_refused_with_the_hooks_there_are() -> None:
    plugin = _module(colect_assets=hookimpl(lambda campaign: []))
    plugins = Plugins()
    with pytest.raises(PluginError, match=r"plugin mine: .*'colect_assets'.*collect_assets"):
        plugins.register(plugin, "mine")
    assert plugins.manager.get_plugins() == set()


def test_a_misspelt_argument_is_refused() -> None:
    plugin = _module(collect_assets=hookimpl(lambda campain: []))
    plugins = Plugins()
    with pytest.raises(PluginError, match=r"(?s)plugin mine: .*campain"):
        plugins.register(plugin, "mine")
    assert plugins.manager.get_plugins() == set()


def test_a_hook_may_leave_arguments_out() -> None:
    plugins = Plugins()
    plugins.register(_module(validate_asset=hookimpl(lambda asset: [FINDING])), "mine")
    assert plugins.validate_asset(ASSET, None) == [FINDING]


def test_a_plugin_cannot_be_registered_twice() -> None:
    plugins = Plugins()
    plugins.register(_module(), "mine")
    with pytest.raises(PluginError, match="mine"):
        plugins.register(_module(), "mine")


def test_a_broken_entry_point_does_not_take_others_down(tmp_path, monkeypatch) -> None:
    (tmp_path / "bad_syntax.py").write_text("def (")
    (tmp_path / "bad_exit.py").write_text("raise SystemExit(3)")
    (tmp_path / "bad_hook.py").write_text(
        "from presscheck import hookimpl\n@hookimpl\ndef colect_assets(campaign): ...\n"
    )
    (tmp_path / "good.py").write_text(
        "from presscheck import hookimpl\n@hookimpl\ndef compose_prompt(asset): return 'good'\n"
    )
    names = ("bad_syntax", "bad_exit", "bad_hook", "missing", "good")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(
        "presscheck.plugins.entry_points",
        lambda group: [EntryPoint(name=name, value=name, group=group) for name in names],
    )
    plugins = Plugins.load()
    assert plugins.compose_prompt(ASSET, None, ()) == "good"
    assert "glm-image" in plugins.engines()
    assert [broken.name for broken in plugins.broken] == [
        "bad_syntax",
        "bad_exit",
        "bad_hook",
        "missing",
    ]
    assert all(broken.problem for broken in plugins.broken)


def test_the_built_ins_give_what_a_run_needs() -> None:
    plugins = Plugins.load()
    assert "glm-image" in plugins.engines()
    assert "rapidocr" in plugins.readers()
    assert {"upscale-lanczos", "upscale-waifu2x", "mark-ai"} <= set(plugins.finishers())
    assert {"folder", "s3"} <= set(plugins.deliverers())
    assert {"celery", "press"} <= set(plugins.runners())
    assert {"sundial", "northline"} <= set(plugins.brands())
    assert "instagram-post" in plugins.channels()


def test_what_is_not_there_is_told_with_what_is() -> None:
    with pytest.raises(InputError, match=r"no engine 'x'. Installed: a, b."):
        pick({"b": 1, "a": 2}, "x", "engine")
    with pytest.raises(InputError, match="none is installed"):
        pick({}, "x", "engine")
