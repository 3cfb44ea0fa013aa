"""Platt scaling finds the sigmoid that made the data, and errors are counted right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.verification.calibrating.platt import calibration_error, fit, reliability


def _drawn(slope: float, intercept: float, count: int = 4000) -> tuple[list[float], list[bool]]:
    dice = np.random.default_rng(5)
    losses = dice.uniform(-8, 8, count)
    right = dice.random(count) < 1 / (1 + np.exp(slope * losses + intercept))
    return losses.tolist(), right.tolist()


def test_the_sigmoid_that_made_the_data_is_found() -> None:
    found = fit(*_drawn(0.8, -1.0))
    assert found is not None
    assert found.slope == pytest.approx(0.8, abs=0.06)
    assert found.intercept == pytest.approx(-1.0, abs=0.12)


def test_fitted_probabilities_come_true() -> None:
    losses, right = _drawn(0.5, 0.5)
    found = fit(losses, right)
    assert found is not None
    raw = [1 / (1 + np.exp(2 * loss)) for loss in losses]
    before = calibration_error(reliability(raw, right))
    assert calibration_error(reliability(found(losses), right)) < 0.03 < before


def test_characters_of_one_kind_fit_nothing() -> None:
    assert fit([1.0, 2.0], [True, True]) is None
    assert fit([], []) is None


def test_kinds_that_lie_apart_still_fit() -> None:
    found = fit([-30.0] * 50 + [30.0] * 50, [True] * 50 + [False] * 50)
    assert found is not None
    sure, wrong = found([-30.0, 30.0])
    assert sure == pytest.approx(51 / 52, abs=1e-3)
    assert wrong == pytest.approx(1 / 52, abs=1e-3)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=50))
def test_every_prediction_is_in_one_bin(pairs) -> None:
    bins = reliability([one for one, _ in pairs], [right for _, right in pairs])
    assert sum(one.observed.of for one in bins) == len(pairs)
    assert all(one.low - 1e-9 <= one.predicted <= one.high + 1e-9 for one in bins)
    assert 0 <= calibration_error(bins) <= 1
