"""Says how what was read differs from what was expected, edit by edit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Levenshtein, Opcode

from presscheck.assets import Box, CharReading, Edit, EditKind

UNKNOWN = 0.5
"""The confidence of an edit that a reader without probabilities saw."""


def find_edits(
    wanted: str, read: str, characters: Sequence[CharReading] = (), *, from_loss: float
) -> tuple[Edit, ...]:
    """Return the edits that make `read` of `wanted`; both are normalised.

    Where the texts are equal, a character is an edit when its loss is at least `from_loss`.

    >>> [(edit.kind.value, edit.at) for edit in find_edits("SALE NOW", "SAELNOW", from_loss=3)]
    [('swapped', 2), ('merged words', 4)]
    """
    scored = characters if len(characters) == len(wanted) else ()
    if wanted == read:
        return tuple(_doubted(scored, from_loss))
    blocks = list(Levenshtein.opcodes(wanted, read))
    return tuple(
        edit for block in _with_swaps(blocks, wanted, read) for edit in _edits(block, scored)
    )


Block = tuple[int, str, str]
"""Where in the expected text, what was expected, what was read."""


def _with_swaps(blocks: Sequence[Opcode], wanted: str, read: str) -> Iterator[Block]:
    """Yield what differs; two neighbours in each other's place are one block."""
    index = 0
    while index < len(blocks):
        three = blocks[index : index + 3]
        last = three[-1]
        one, other = (
            wanted[three[0].src_start : last.src_end],
            read[three[0].dest_start : last.dest_end],
        )
        if len(three) == 3 and len(one) == 2 and other == one[::-1] and three[0].tag != "equal":
            yield three[0].src_start, one, other
            index += 3
            continue
        block = blocks[index]
        if block.tag != "equal":
            yield (
                block.src_start,
                wanted[block.src_start : block.src_end],
                read[block.dest_start : block.dest_end],
            )
        index += 1


def _edits(block: Block, scored: Sequence[CharReading]) -> Iterator[Edit]:
    at, expected, read = block
    if len(expected) == 2 and read == expected[::-1]:
        yield _edit(EditKind.SWAPPED, at, expected, read, scored)
        return
    for index in range(max(len(expected), len(read))):
        one, other = expected[index : index + 1], read[index : index + 1]
        place = at + min(index, max(len(expected) - 1, 0))
        yield _edit(_kind(one, other), place, one, other, scored)


def _kind(expected: str, read: str) -> EditKind:
    if not read:
        return EditKind.MERGED if expected == " " else EditKind.MISSING
    if not expected:
        return EditKind.SPLIT if read == " " else EditKind.EXTRA
    if expected.casefold() == read.casefold():
        return EditKind.CASE
    return EditKind.SUBSTITUTED


def _edit(kind: EditKind, at: int, expected: str, read: str, scored: Sequence[CharReading]) -> Edit:
    box: Box | None = None
    confidence = UNKNOWN
    if scored:
        near = scored[min(at, len(scored) - 1)]
        box, confidence = near.box, round(1 - near.posterior, 4)
    return Edit(kind=kind, expected=expected, read=read, at=at, confidence=confidence, box=box)


def _doubted(scored: Sequence[CharReading], from_loss: float) -> Iterator[Edit]:
    """Yield an edit for each character beside which something else is likelier."""
    for at, one in enumerate(scored):
        if one.loss < from_loss:
            continue
        extra = one.instead.replace(one.character, "", 1)
        if len(one.instead) == 2 and one.character in one.instead:
            kind = EditKind.SPLIT if extra == " " else EditKind.EXTRA
            yield _edit(kind, at, "", extra, scored)
        else:
            yield _edit(_kind(one.character, one.instead), at, one.character, one.instead, scored)
