"""What the command that measures settings says of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from presscheck.engine.contract import PlanRequest
from presscheck.engine.glm_image import GlmImageEngine
from presscheck.engine.measure_settings import Chosen, _of_values, measure
from presscheck.spec import EngineChoice


def test_settings_are_compared_with_the_first_of_their_group(checkpoint: Path) -> None:
    def create(chosen: Chosen) -> GlmImageEngine:
        settings = {"threads": 1, "device": "cpu", "steps": 2, **chosen}
        return GlmImageEngine.create(EngineChoice(checkpoint=str(checkpoint), settings=settings))

    request = PlanRequest(prompt='x "A" y', width=64, height=64, seed=0)
    plan = create({}).plan([request])[0]
    groups: list[list[Chosen]] = [[{}, {"workers": 2}, {"steps": 4}], [{"steps": 4}]]
    rows = measure(groups, lambda made: np.asarray(made.render(plan, seed=1)), _of_values, create)
    assert [row.settings for row in rows] == ["none", "workers: 2", "steps: 4", "steps: 4"]
    assert rows[1].differ.startswith("0.00% of values, by 0 at most")
    assert not rows[2].differ.startswith("0.00%")
    assert (rows[0].differ, rows[3].differ) == ("", "")
