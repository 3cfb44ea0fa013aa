"""Reads a plan's copy off its tokens, where a checkpoint says which of its codes draw letters.

A checkpoint says so in `readout.json`, beside `model_index.json`: how many `rows` of cells a letter
is high, and for each of its `letters` the codes that draw it, a list for each row from the top:

    {"rows": 2, "letters": {"A": [[0, 2, 4], [1, 3, 5]]}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from presscheck.engine.cells import CELL
from presscheck.errors import EngineError
from presscheck.registry import ReadText

READOUT = "readout.json"
BROKEN = "\ufffd"
"""What a part of a letter without its other parts is read as: no copy holds it."""

Code = Annotated[int, Field(ge=0)]
Part = tuple[str, int]
"""A letter, and which of its rows of cells it is, from the top."""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: Annotated[int, Field(ge=1, le=8)]
    letters: dict[Annotated[str, Field(min_length=1, max_length=1)], list[list[Code]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Readout:
    """Which codes draw which part of which letter; letters are `rows` cells high."""

    rows: int
    parts: Mapping[int, Part]

    def read(self, tokens: Sequence[int], columns: int) -> list[ReadText]:
        """Return the lines of a grid of cells, row-major; polygons in pixels of the plan."""
        cells = [self.parts.get(token) for token in tokens]
        grid = [cells[start : start + columns] for start in range(0, len(cells), columns)]
        found: dict[int, dict[int, str]] = {}
        for row in range(len(grid)):
            for column in range(columns):
                self._letter(grid, row, column, found)
        return [self._line(row, letters) for row, letters in sorted(found.items())]

    def _letter(
        self,
        grid: Sequence[Sequence[Part | None]],
        row: int,
        column: int,
        found: dict[int, dict[int, str]],
    ) -> None:
        """Enter the letter whose part is in a cell at the row of its top."""
        part = grid[row][column]
        if part is None:
            return
        letter, top = part[0], row - part[1]
        whole = [(letter, number) for number in range(self.rows)]
        there = [
            grid[place][column] if 0 <= place < len(grid) else None
            for place in range(top, top + self.rows)
        ]
        found.setdefault(max(top, 0), {}).setdefault(column, letter if there == whole else BROKEN)

    def _line(self, row: int, letters: Mapping[int, str]) -> ReadText:
        first, last = min(letters), max(letters)
        text = "".join(letters.get(column, " ") for column in range(first, last + 1))
        left, right = first * CELL, (last + 1) * CELL
        top, bottom = row * CELL, (row + self.rows) * CELL
        return ReadText(
            text=" ".join(text.split()),
            score=1.0,
            polygon=((left, top), (right, top), (right, bottom), (left, bottom)),
        )


def load_readout(folder: Path) -> Readout | None:
    """Return what a checkpoint says of its codes; None when it says nothing.

    Raises:
        EngineError: The file isn't what it should be.
    """
    path = folder / READOUT
    if not path.is_file():
        return None
    try:
        told = _File.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        problem = f"{path} cannot be used: {place}: {first['msg']}."
        raise EngineError(problem, remedy="Repair or delete it.") from error
    except (ValueError, OSError) as error:
        problem = f"{path} cannot be used: {error}."
        raise EngineError(problem, remedy="Repair or delete it.") from error
    parts: dict[int, Part] = {}
    for letter, rows in told.letters.items():
        if len(rows) != told.rows:
            found = f"{letter!r} has {len(rows)} rows of codes, not {told.rows}"
            raise EngineError(
                f"{path} cannot be used: {found}.",
                remedy="Repair or delete it.",
            )
        parts |= {code: (letter, row) for row, codes in enumerate(rows) for code in codes}
    return Readout(rows=told.rows, parts=parts)
