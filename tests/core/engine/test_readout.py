"""A plan's copy is read off the codes that a checkpoint says draw letters."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presscheck.engine.readout import BROKEN, READOUT, Readout, load_readout
from presscheck.errors import EngineError
from presscheck_nano import checkpoint_path
from presscheck_nano.posters import SIZES, make_poster
from presscheck_nano.wording import held_out_copy

LETTERS = {"A": [[1], [2]], "B": [[3, 5], [4, 6]]}


def write(folder: Path, told: object) -> Path:
    (folder / READOUT).write_text(json.dumps(told), encoding="utf-8")
    return folder


@pytest.fixture
def readout(tmp_path: Path) -> Readout:
    made = load_readout(write(tmp_path, {"rows": 2, "letters": LETTERS}))
    assert made is not None
    return made


def test_rows_of_whole_letters_are_lines(readout: Readout) -> None:
    cells = [0, 1, 3, 0, 5, 0, 2, 4, 0, 6, 0, 0, 0, 0, 0]
    (line,) = readout.read(cells, 5)
    assert line.text == "AB B"
    assert line.polygon == ((32, 0), (160, 0), (160, 64), (32, 64))


@pytest.mark.parametrize("cells", [[1, 4], [1, 0], [0, 2], [2, 1], [3, 2]])
def test_a_letter_without_all_its_parts_is_broken(readout: Readout, cells: list[int]) -> None:
    assert BROKEN in "".join(line.text for line in readout.read(cells, 1))


def test_a_checkpoint_without_a_readout_has_none(tmp_path: Path) -> None:
    assert load_readout(tmp_path) is None


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"rows": 2, "letters": {"A": [[1]]}}, "'A' has 1 rows of codes, not 2"),
        ({"rows": 0, "letters": {}}, "rows"),
        ({"rows": 1, "letters": {"AB": [[1]]}}, "cannot be used"),
        ([], "cannot be used"),
    ],
)
def test_a_broken_readout_is_named(tmp_path: Path, told: object, problem: str) -> None:
    with pytest.raises(EngineError, match=problem):
        load_readout(write(tmp_path, told))


@given(seed=st.integers(0, 10**6), name=st.sampled_from(sorted(SIZES)), lines=st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_the_embedded_checkpoint_reads_its_own_posters(seed: int, name: str, lines: int) -> None:
    readout = load_readout(checkpoint_path())
    assert readout is not None
    rng = np.random.default_rng(seed)
    rows, columns = SIZES[name]
    poster = make_poster(rng, held_out_copy(rng, columns - 2, lines), format_=name)
    read = readout.read([int(code) for code in poster.codes.flatten()], columns)
    assert " ".join(line.text for line in read) == poster.copy
    assert len(poster.codes) == rows
