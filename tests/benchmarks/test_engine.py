"""What an accepted image costs, beside the loop that one writes without presscheck.

Every figure is a ratio against a baseline of the same run, on the embedded checkpoint. Of short
calls the least of `ROUNDS` counts: what else the machine does can only make a call slower.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.campaign import TRIES, write_campaign
from benchmarks.picture import draw_bars
from benchmarks.plain_loop import Order, Outcome, plain_loop
from presscheck import Press
from presscheck.assets import Asset, AssetSpec
from presscheck.brand import Brand
from presscheck.engine.contract import PlanRequest
from presscheck.engine.glm_image import GlmImageEngine
from presscheck.engine.sizes import fit_size
from presscheck.spec import EngineChoice
from presscheck.stages.validate import prompt_for
from presscheck.typeset import place_logo
from presscheck_nano import checkpoint_path
from presscheck_plugins.read_ppocr import PpOcrReader
from presscheck_plugins.verify_copy import logo_region, verify_with

pytestmark = [pytest.mark.timeout(0), pytest.mark.filterwarnings("ignore")]

ROUNDS = 3
OUT = Path("out/bench")
CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True, kw_only=True)
class Ours:
    """A campaign that was run: its assets, and the seconds that passed."""

    assets: tuple[Asset, ...]
    seconds: float

    @property
    def accepted(self) -> int:
        return sum(bool(a.attempts) and a.attempts[-1].accepted for a in self.assets)

    @property
    def typeset(self) -> int:
        """How many accepted images have a slot that the model was to draw and that was set."""
        last = [asset.attempts[-1] for asset in self.assets if asset.attempts]
        return sum(attempt.accepted and bool(attempt.candidate.typeset) for attempt in last)

    def total(self, stage: str) -> float:
        return sum(a.seconds.get(stage, 0.0) for asset in self.assets for a in asset.attempts)

    @property
    def renders(self) -> int:
        return sum(len(asset.attempts) for asset in self.assets)

    @property
    def plans(self) -> int:
        return self.renders + sum(a.dropped for asset in self.assets for a in asset.attempts)


def run_ours(folder: Path, *, alone: bool = False) -> Ours:
    """Run the campaign; loading the weights is not counted, as it isn't for the plain loop."""
    write_campaign(folder, alone=alone)
    with Press(work=folder / "work") as press:
        campaign, _ = press.load(folder / "campaign.yaml")
        press.engine(campaign).plan([request(0)])
        started = time.perf_counter()
        result = press.run(folder / "campaign.yaml")
        return Ours(assets=result.assets, seconds=time.perf_counter() - started)


def run_plain(folder: Path, assets: tuple[Asset, ...]) -> tuple[Outcome, float]:
    """Run the plain loop on the same assets, prompts and verifier, with all cores."""
    with Press(work=folder / "work") as press:
        campaign, brand = press.load(folder / "campaign.yaml")
        engine = press.engine(campaign)
        orders = [order(asset.spec, brand, press, engine) for asset in assets]
    reader = PpOcrReader()

    def accepts(image: Image.Image, number: int) -> bool:
        spec = assets[number].spec
        dressed = place_logo(fit_size(image, spec.width, spec.height), brand)
        verdict = verify_with(reader, dressed, spec, logo_region(brand, dressed.size))
        return verdict.status.value == "accept"

    told = json.loads((checkpoint_path() / "presscheck.json").read_text(encoding="utf-8"))
    torch.set_num_threads(CORES)
    started = time.perf_counter()
    outcome = plain_loop(
        checkpoint_path(),
        orders,
        accepts,
        steps=told["steps"],
        guidance_scale=told["guidance_scale"],
        temperature=told["temperature"],
        top_p=told["top_p"],
        tries=TRIES,
        out=folder / "out",
    )
    return outcome, time.perf_counter() - started


def order(spec: AssetSpec, brand: Brand, press: Press, engine: GlmImageEngine) -> Order:
    width, height = engine.planned_size(spec.width, spec.height)
    prompt = prompt_for(spec, brand, press.plugins, engine, ())
    return Order(prompt=prompt, width=width, height=height)


def request(number: int) -> PlanRequest:
    prompt = (
        "A square poster for a bakery. The background is navy, with hills and a sun in sand and "
        f'coral. The headline "FRESH BREAD {number}" stands across the top, left-aligned.'
    )
    return PlanRequest(prompt=prompt, width=512, height=512, seed=number)


def seconds(action: Callable[[], object]) -> float:
    """Return the least time of some calls, after one that warms up."""
    action()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def peak_memory() -> float:
    """Return the most megabytes that a process of its own held to make one image.

    Linux counts it from the start of the program; `ru_maxrss` would count the parent's as well.
    """
    source = (
        "from presscheck.engine.contract import PlanRequest\n"
        "from presscheck.engine.glm_image import GlmImageEngine\n"
        "from presscheck.spec import EngineChoice\n"
        "engine = GlmImageEngine.create(EngineChoice())\n"
        "asked = PlanRequest(prompt='It says \"SALE\".', width=512, height=512, seed=1)\n"
        "engine.render(engine.plan([asked])[0], seed=1)\n"
        "told = open('/proc/self/status').read()\n"
        "print(told.partition('VmHWM:')[2].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[-1]) / 1024


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Seconds of single calls: with all cores, and with the one thread that a campaign gives."""

    planning: dict[int, float]
    render: float
    alone_plan: float
    alone_render: float


@pytest.fixture(scope="module")
def calls() -> Iterator[Calls]:
    wide = GlmImageEngine.create(EngineChoice(settings={"threads": CORES}))
    planning = {
        count: seconds(lambda count=count: wide.plan([request(n) for n in range(count)]))
        for count in (1, 2, 4, 8)
    }
    plan = wide.plan([request(0)])[0]
    render = seconds(lambda: wide.render(plan, seed=1))
    wide.close()
    narrow = GlmImageEngine.create(EngineChoice())
    yield Calls(
        planning=planning,
        render=render,
        alone_plan=seconds(lambda: narrow.plan([request(n) for n in range(8)])) / 8,
        alone_render=seconds(lambda: narrow.render(plan, seed=1)),
    )
    narrow.close()


def test_accepted_images_an_hour(calls: Calls, tmp_path: Path) -> None:
    ours = run_ours(tmp_path / "whole")
    alone = run_ours(tmp_path / "alone", alone=True)
    plain, plain_seconds = run_plain(tmp_path / "alone", alone.assets)
    assert ours.accepted
    assert plain.accepted
    hourly, alone_hourly = (3600 * one.accepted / one.seconds for one in (ours, alone))
    plain_hourly = 3600 * plain.accepted / plain_seconds
    whole = calls.planning[1] + calls.render
    memory = peak_memory()
    table = Table("what", "found", "baseline", "ratio", title=f"Engine, {CORES} cores")
    baseline = f"plain loop, {plain.accepted} in {plain.images} images: {plain_hourly:.0f}"
    table.add_row(
        f"accepted an hour: {ours.accepted} of {len(ours.assets)}, {ours.typeset} of them typeset",
        f"{hourly:.0f}",
        baseline,
        f"{hourly / plain_hourly:.2f}",
    )
    table.add_row(
        f"the model alone: {alone.accepted}, from {alone.plans} plans and {alone.renders} renders",
        f"{alone_hourly:.0f}",
        baseline,
        f"{alone_hourly / plain_hourly:.2f}",
    )
    for count, took in calls.planning.items():
        table.add_row(
            f"plan {count} at once", f"{took:.2f} s", "plan 1", f"{took / calls.planning[1]:.2f}"
        )
    table.add_row(
        "render a known plan",
        f"{calls.render:.2f} s",
        "plan 1 + render",
        f"{calls.render / whole:.2f}",
    )
    table.caption = f"One image, plan to pixels, holds {memory:.0f} MB at most."
    console = Console(width=110)
    console.print(table)
    console.print(floor_table(ours, calls))
    draw_bars(bars(ours, plain, plain_seconds), OUT / "stages.png")
    told = {
        "accepted_per_hour_ratio": round(hourly / plain_hourly, 3),
        "model_alone_ratio": round(alone_hourly / plain_hourly, 3),
        "plan_batch8_ratio": round(calls.planning[8] / calls.planning[1], 3),
        "rerender_ratio": round(calls.render / whole, 3),
        "peak_memory_mb": round(memory),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "engine.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def bars(ours: Ours, plain: Outcome, plain_seconds: float) -> dict[str, dict[str, float]]:
    """Return seconds an accepted image by stage; engine time is shared by what runs together."""
    engine = {stage: ours.total(stage) / ours.accepted for stage in ("plan", "render")}
    rest = ours.seconds / ours.accepted - sum(engine.values())
    by_stage = {stage: spent / plain.accepted for stage, spent in plain.seconds.items()}
    render = by_stage.pop("denoise") + by_stage.pop("decode")
    other = plain_seconds / plain.accepted - sum(by_stage.values()) - render
    return {
        "plain loop": {
            "plan": by_stage["plan"],
            "render": render,
            "verify": by_stage["verify"],
            "other": other,
        },
        "presscheck": {**engine, "verify": max(0.0, rest)},
    }


def floor_table(ours: Ours, calls: Calls) -> Table:
    """Say what separates a campaign from one plan, one render and one reading an image."""
    proof = (ours.total("typeset") + ours.total("verify")) / ours.renders
    reading = min(
        a.seconds["verify"] for asset in ours.assets for a in asset.attempts if a.accepted
    )
    floor = (calls.alone_plan + calls.alone_render + reading) / CORES
    dropped = calls.alone_plan * (ours.plans - ours.accepted) / ours.accepted / CORES
    failed = (calls.alone_render + reading) * (ours.renders - ours.accepted) / ours.accepted / CORES
    whole = ours.seconds / ours.accepted
    table = Table("seconds an accepted image", "", title="What separates it from the floor")
    rows = {
        "floor: an eighth of a batch of plans, a render and a reading, on all cores": floor,
        "plans that were dropped or failed": dropped,
        "renders that failed, with their readings": failed,
        "cores that waited, or were in each other's way": whole - floor - dropped - failed,
        "whole": whole,
    }
    for what, spent in rows.items():
        table.add_row(what, f"{spent:.2f}")
    table.caption = f"A proof takes {proof:.2f} s while others are at work."
    return table
