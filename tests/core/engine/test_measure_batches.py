"""What batches do to the last bits, and that it is far less than draws are kept apart by."""

from __future__ import annotations

import pytest
import torch

from presscheck.engine.glm_image import GlmImageEngine
from presscheck.engine.measure_batches import (
    EVERY,
    Found,
    Timed,
    compare,
    requests_of,
    rounding,
    turned,
)
from presscheck.engine.sampling import NEAR


@pytest.mark.parametrize("batch", [0, 1])
def test_a_batch_rounds_far_below_what_is_near(engine: GlmImageEngine, batch: int) -> None:
    found = Found()
    compare(Timed(engine._loaded()[0]), requests_of(batch, 3, (64, 64)), found)
    assert found.plans == 3
    assert found.draws / EVERY <= found.compared < found.draws / EVERY + 3
    assert max(found.bound, found.ratio) < NEAR / 20
    assert found.turned / found.compared < 1e-5


def test_draws_that_turn_and_rounding_are_counted() -> None:
    one, other = torch.tensor([0.5, 0.3, 0.2]).log(), torch.tensor([0.5, 0.2, 0.3]).log()
    assert turned(one, one, top_p=1.0) == 0
    assert turned(one, other, top_p=1.0) == pytest.approx(0.5)
    assert turned(one, other, top_p=0.4) == 0
    close = torch.tensor([0.5001, 0.4999]).log()
    bound, ratio = rounding(torch.tensor([0.5, 0.5]).log(), close, top_p=1.0)
    assert bound == pytest.approx(1e-4, rel=1e-2)
    assert ratio == pytest.approx(4e-4, rel=1e-2)
