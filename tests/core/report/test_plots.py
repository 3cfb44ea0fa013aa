"""Pictures of errors are drawn, and say what is missing where they cannot be."""

from __future__ import annotations

import sys

import pytest
from PIL import Image

from presscheck.errors import InputError, StorageError
from presscheck.report.plots import reliability, roc
from presscheck.verification.calibrating.platt import reliability as bins

CURVES = {"posterior": bins([0.1, 0.9, 0.95], [False, True, True]), "calibrated": ()}


def _needs_matplotlib() -> None:
    pytest.importorskip("matplotlib")


def test_a_reliability_diagram_is_drawn(tmp_path) -> None:
    _needs_matplotlib()
    reliability(tmp_path / "reliability.png", CURVES)
    with Image.open(tmp_path / "reliability.png") as picture:
        assert min(picture.size) > 500


def test_an_roc_is_drawn_with_rates_of_nothing_and_marks_without_a_curve(tmp_path) -> None:
    _needs_matplotlib()
    curves = {"presscheck": [(0.0, 1.0), (0.03, 0.02), (1.0, 0.0)]}
    roc(tmp_path / "roc.svg", curves, {"presscheck": (0.03, 0.02), "exact text": (0.2, 0.0)})
    drawn = (tmp_path / "roc.svg").read_text(encoding="utf-8")
    assert "<svg" in drawn


def test_a_picture_that_cannot_be_written_is_told(tmp_path) -> None:
    _needs_matplotlib()
    with pytest.raises(StorageError, match="cannot be written"):
        roc(tmp_path / "nowhere/roc.png", {}, {"x": (0.1, 0.1)})
    with pytest.raises(StorageError, match="PNG or SVG"):
        roc(tmp_path / "roc.nonsense", {}, {"x": (0.1, 0.1)})


def test_without_matplotlib_its_extra_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(InputError, match=r"presscheck\[plots\]"):
        reliability(tmp_path / "reliability.png", CURVES)
