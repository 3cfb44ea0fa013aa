"""The circle that ink lies on, and ink that lies on none."""

from __future__ import annotations

import numpy as np
import pytest

from presscheck_plugins.ppocr import circle
from presscheck_plugins.ppocr.circle import Circle, without_strays


def test_strays_do_not_pull_at_a_circle() -> None:
    angles = np.linspace(0.2, 2.4, 200)
    points = np.stack([300 + 90 * np.cos(angles), 200 + 90 * np.sin(angles)], axis=1)
    found = without_strays(np.concatenate([points, [[300.0, 200.0], [310.0, 190.0]]]))
    assert found is not None
    assert found.radius == pytest.approx(90, abs=0.5)
    assert found.centre == pytest.approx((300, 200), abs=0.5)
    assert len(found.points) == 200


def test_a_fit_that_runs_away_from_all_points_is_no_circle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def far_off(points: circle.Corners) -> Circle:
        return Circle(centre=np.zeros(2), radius=1e9, points=points, off=np.full(len(points), 7.0))

    monkeypatch.setattr(circle, "fit_circle", far_off)
    assert without_strays(np.random.default_rng(1).uniform(0, 50, (80, 2))) is None


@pytest.mark.parametrize("spread", [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)])
def test_points_on_a_line_or_a_spot_end_in_a_circle_or_in_none(spread: tuple[float, float]) -> None:
    points = np.arange(90.0)[:, None] * np.array(spread)
    found = without_strays(points)
    assert found is None or np.isfinite(found.off).all()
