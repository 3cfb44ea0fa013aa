"""The arithmetic of docs/engine.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from presscheck.engine.expectation import RIGHT, WHOLE, expect, main, stages

DOCS = Path(__file__).parents[3] / "docs" / "engine.md"


def test_stages_add_up_to_the_published_time() -> None:
    alone, batched, render = stages()
    assert alone + render == pytest.approx(WHOLE)
    assert batched < alone


@pytest.mark.parametrize("words", [1, 5, 10])
def test_each_way_costs_less_than_the_one_before(words: int) -> None:
    found = expect(words)
    assert found.chance == pytest.approx(RIGHT**words)
    assert found.plain > found.batched > found.repaired


def test_the_documentation_shows_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    told = capsys.readouterr().out.strip()
    assert told.startswith("Computed, not measured")
    assert told in DOCS.read_text(encoding="utf-8")
