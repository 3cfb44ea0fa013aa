"""Copy is laid over the lines that it was found in, and what differs is said edit by edit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.assets import EditKind
from presscheck.verification.differences import find_edits
from presscheck.verification.scoring import split_copy


def kinds(wanted: str, read: str) -> list[tuple[EditKind, int]]:
    return [(edit.kind, edit.at) for edit in find_edits(wanted, read, from_loss=3)]


@pytest.mark.parametrize(
    ("wanted", "read", "expected"),
    [
        ("SALE", "SALE", []),
        ("SUMMER", "SUMER", [(EditKind.MISSING, 2)]),
        ("SUMMER", "SUMMMER", [(EditKind.EXTRA, 3)]),
        ("SALE", "SOLE", [(EditKind.SUBSTITUTED, 1)]),
        ("SALE", "SLAE", [(EditKind.SWAPPED, 1)]),
        ("BIG SALE", "BIGSALE", [(EditKind.MERGED, 3)]),
        ("BIG SALE", "BIG SA LE", [(EditKind.SPLIT, 6)]),
        ("Sale", "sale", [(EditKind.CASE, 0)]),
        ("SALE", "SALE!", [(EditKind.EXTRA, 3)]),
    ],
)
def test_every_kind_of_edit_is_told_with_its_place(
    wanted: str, read: str, expected: list[tuple[EditKind, int]]
) -> None:
    found = kinds(wanted, read)
    assert [kind for kind, _ in found] == [kind for kind, _ in expected]
    assert all(abs(at - right) <= 1 for (_, at), (_, right) in zip(found, expected, strict=True))


@given(st.text("AB C", max_size=10), st.text("AB C", max_size=10))
def test_there_is_an_edit_exactly_when_texts_differ(wanted: str, read: str) -> None:
    edits = find_edits(wanted, read, from_loss=3)
    assert bool(edits) == (wanted != read)
    assert all(0 <= edit.at <= len(wanted) for edit in edits)


@pytest.mark.parametrize(
    ("wanted", "lines", "pieces"),
    [
        ("BACK TO SCHOOL", ["BACK", "TO SCHOOL"], ["BACK", "TO SCHOOL"]),
        ("BACK TO SCHOOL", ["BCK TO", "SCHOL"], ["BACK TO", "SCHOOL"]),
        ("BACK TO SCHOOL", ["BACK TO SCHOOL"], ["BACK TO SCHOOL"]),
        ("夏のセール", ["夏の", "セール"], ["夏の", "セール"]),
        ("BACK", ["BA", "CK"], None),
        ("SALE", ["SALE", "NOW"], None),
    ],
)
def test_copy_is_cut_where_lines_end_and_only_between_words(
    wanted: str, lines: list[str], pieces: list[str] | None
) -> None:
    assert split_copy(wanted, lines) == pieces
