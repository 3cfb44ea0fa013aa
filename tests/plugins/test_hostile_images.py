"""Whatever image and copy come, there is a verdict or one clear error.

A few cases run with every test; more of them by

    HOSTILE_IMAGES=1000 python -m pytest tests/plugins/test_hostile_images.py
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from hostile import hostile
from presscheck.assets import Verdict
from presscheck.check import check_image, explain, verdict_json
from presscheck.errors import PresscheckError
from presscheck.images import open_image
from presscheck.report.overlay import draw_overlay
from presscheck_plugins.read_ppocr import PpOcrReader

COUNT = int(os.environ.get("HOSTILE_IMAGES", "30"))


@cache
def reader() -> PpOcrReader:
    return PpOcrReader()


@pytest.mark.parametrize("number", range(COUNT))
def test_any_image_and_copy_ends_in_a_verdict_or_a_sentence(number: int, tmp_path: Path) -> None:
    case = hostile(number)
    path = tmp_path / "image"
    path.write_bytes(case.data)
    try:
        image = open_image(path)
        verdict = check_image(image, case.copy, reader(), allowed=case.allowed)
    except PresscheckError as error:
        assert str(error).endswith("."), case.what
        return
    adapter = TypeAdapter(Verdict)
    assert adapter.validate_python(verdict_json(verdict)) == verdict, case.what
    assert json.dumps(verdict_json(verdict))
    assert all(explain(verdict)), case.what
    assert draw_overlay(image, verdict).size == image.size
