"""What planning together and rendering alone save, on the embedded checkpoint.

Every figure is a ratio against a baseline of the same run. The least of `ROUNDS` runs counts: what
else the machine does can only make a run slower.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from presscheck.engine.contract import PlanRequest
from presscheck.engine.glm_image import GlmImageEngine
from presscheck.spec import EngineChoice

ROUNDS = 3
OUT = Path("out/bench/engine.json")


@pytest.fixture(scope="module")
def engine() -> Iterator[GlmImageEngine]:
    made = GlmImageEngine.create(EngineChoice())
    yield made
    made.close()


def requests(count: int) -> list[PlanRequest]:
    return [
        PlanRequest(
            prompt="A square poster for a bakery. The background is navy, with hills and a sun in "
            f'sand and coral. The headline "FRESH BREAD {number}" stands across the top, '
            "left-aligned.",
            width=512,
            height=512,
            seed=number,
        )
        for number in range(count)
    ]


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
    """Return the most megabytes that a process of its own held to make one image."""
    source = (
        "import resource, sys\n"
        "from presscheck.engine.contract import PlanRequest\n"
        "from presscheck.engine.glm_image import GlmImageEngine\n"
        "from presscheck.spec import EngineChoice\n"
        "engine = GlmImageEngine.create(EngineChoice())\n"
        "plan = engine.plan([PlanRequest(prompt=sys.argv[1], width=512, height=512, seed=1)])[0]\n"
        "engine.render(plan, seed=1)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    command = [sys.executable, "-c", source, requests(1)[0].prompt]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / (1 if sys.platform == "linux" else 1024) / 1024


def test_planning_together_and_rendering_alone(engine: GlmImageEngine) -> None:
    planning = {
        count: seconds(lambda count=count: engine.plan(requests(count))) for count in (1, 2, 4, 8)
    }
    plan = engine.plan(requests(1))[0]
    rendering = seconds(lambda: engine.render(plan, seed=1))
    whole = planning[1] + rendering
    table = Table("what", "seconds", "baseline", "ratio", title="Engine, 512x512")
    rows = [
        (f"plan {n} at once", planning[n], "plan 1", planning[n] / planning[1]) for n in planning
    ]
    rows.append(("render a known plan", rendering, "plan 1 + render", rendering / whole))
    for what, took, baseline, ratio in rows:
        table.add_row(what, f"{took:.2f}", baseline, f"{ratio:.2f}")
    memory = peak_memory()
    table.caption = f"One image, plan to pixels, holds {memory:.0f} MB at most."
    Console(width=100).print(table)
    told = {
        "plan_batch8_ratio": round(planning[8] / planning[1], 3),
        "rerender_ratio": round(rendering / whole, 3),
        "peak_memory_mb": round(memory),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
