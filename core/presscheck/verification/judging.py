"""From what was read in a slot's place to a status: accept, unsure or reject."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image
from rapidfuzz.distance import Levenshtein

from presscheck.assets import (
    Box,
    CharReading,
    Edit,
    EditKind,
    SlotReading,
    Status,
    Thresholds,
    Trouble,
)
from presscheck.verification.assign import Found
from presscheck.verification.by_ink import told_apart, wide_gap
from presscheck.verification.compare import same_letters
from presscheck.verification.differences import find_edits
from presscheck.verification.forced import WORST
from presscheck.verification.lines import Line
from presscheck.verification.normalise import allowed_case, bare, compact, is_capitals, normalise
from presscheck.verification.places import place_edits
from presscheck.verification.rows import spaces_fail, spaces_hold
from presscheck.verification.scoring import score_slot
from presscheck.verification.slots import Expected, misread, outside

ALIKE = (
    *("0Oo", "1lIi", "5Ss$", "8Bß", "2Zz", "6bG", "9gq"),
    *("cC", "jJ", "kK", "pP", "uU", "vV", "wW", "xX", "yY"),
)
"""Signs that readers take for one another."""
_SAME_LOOK = str.maketrans({sign.lower(): signs[0] for signs in ALIKE for sign in signs})
WARY, LENIENT = 1.5, 1.5
"""So much smaller a loss is needed to accept a sign that may be one that looks like it, and so much
larger a one to reject it: readers take right ones for such, in script faces above all."""
AGAINST_INK = 1.5
"""From so many times the loss on from which a space surely isn't there, ink doesn't prove one; and
from the loss that rejects a letter on it doesn't prove that there is none."""
GAP_CONFIDENCE = 0.6
"""Of a space that the ink alone shows, between characters that are written without any."""
OVERLOOKED = 3
"""So many letters of the copy in a row, or more, that one look lacks, and another one has, it lacks
because the detector cut them off or overlooked them: no reader makes up as many."""
SMALL_FORMS = frozenset("aceijkmnopsuvwxyz")
"""Small letters in whose form faces without small letters may draw capitals: round ones, and those
that are capitals made smaller."""
NARROW = frozenset("%€$£¥°")
"""Beside these a space may be as narrow as none: some write 50 %, others 50%."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One look at a slot: its lines, how each character fares (None: no probabilities), ink.

    `spaced` tells that the ink has its spaces where the copy has them, `misspaced` that it has them
    elsewhere. `gap` is a character that stands too far from the one before it.
    """

    reading: SlotReading
    found: Found
    characters: tuple[CharReading, ...] | None
    spaced: bool
    misspaced: bool = False
    gap: int | None = None


def view(image: Image.Image, slot: Expected, found: Found) -> View:
    """Look at a slot's lines in an image."""
    reading = misread(slot, found)
    same = same_letters(slot.text, reading.read)
    spaced = same and (reading.distance == 0 or spaces_hold(image, slot.text, found))
    misspaced = same and not spaced and spaces_fail(image, slot.text, found)
    characters = score_slot(slot.text, found)
    if characters is not None:
        characters = told_apart(image, found, characters)
    gap = wide_gap(image, found, characters)
    return View(
        reading=reading,
        found=found,
        characters=characters,
        spaced=spaced,
        misspaced=misspaced,
        gap=gap,
    )


def best_view(views: Sequence[View]) -> View:
    """Return the view that read the copy with the fewest edits."""
    return min(views, key=lambda one: (not one.found, one.reading.distance))


def judge(slot: Expected, views: Sequence[View]) -> SlotReading:
    """Return the reading of a slot that was looked at once or more often."""
    best = best_view(views)
    reading = replace(best.reading, views=len(views))
    if not best.found:
        return reading
    whole = [one for one in views if not _overlooks(one, best)]
    scored = [one.characters for one in whole if one.characters is not None]
    alike = [one for one in scored if len(one) == len(scored[0])]
    if alike:
        spaced = any(one.spaced for one in views)
        misspaced = not spaced and any(one.misspaced for one in views)
        settled = _by_losses(
            reading, _middle(alike), slot.thresholds, spaced=spaced, misspaced=misspaced
        )
    else:
        settled = _by_text(reading, slot.thresholds, spaced=best.spaced)
    if slot.strict:
        settled = _strictly(settled, slot.thresholds)
    if settled.status is Status.ACCEPT and best.gap is not None:
        settled = _split(settled, best.gap)
    settled = replace(settled, edits=place_edits(settled, best.found))
    if settled.status is not Status.REJECT and outside(slot, best.found):
        return replace(settled, status=Status.REJECT, trouble=Trouble.MISPLACED)
    return settled


def _overlooks(seen: View, best: View) -> bool:
    """Tell whether a look found only a part of copy that another one found more of."""
    return overlooked(seen.reading) > overlooked(best.reading) or _overlooks_words(seen, best)


def overlooked(reading: SlotReading) -> int:
    """Return how many letters of the copy aren't read at all, in runs that are no spelling mistake.

    Where nothing was read all are.
    """
    read = compact(reading.read)
    wanted = compact(allowed_case(reading.expected, read))
    blocks = Levenshtein.opcodes(wanted, read)
    runs = [block.src_end - block.src_start for block in blocks if block.tag == "delete"]
    return sum(run for run in runs if run >= OVERLOOKED or not read)


def surely_misread(reading: SlotReading) -> int:
    """Return how many edits a reading has that another look will hardly read otherwise.

    What was overlooked and signs that look alike don't count.
    """
    wanted, read = (_folded(text) for text in (reading.expected, reading.read))
    return Levenshtein.distance(wanted, read) - overlooked(reading)


def _folded(text: str) -> str:
    """Return a text in which signs that readers take for one another are equal.

    >>> _folded("Über 200") == _folded("über Zoo")
    True
    """
    return "".join(map(bare, compact(text).casefold())).translate(_SAME_LOOK)


def _overlooks_words(seen: View, best: View) -> bool:
    """Tell whether a look found only some lines of copy that another one found more of.

    A detector overlooks a line that another look sees; a letter that one look misses counts.
    """
    wanted, words = (
        normalise(text).casefold().split() for text in (best.reading.expected, seen.reading.read)
    )
    starts = range(len(wanted) - len(words) + 1)
    some = any(wanted[start : start + len(words)] == words for start in starts)
    return some and len(words) < min(len(wanted), len(normalise(best.reading.read).split()))


def _split(reading: SlotReading, at: int) -> SlotReading:
    """Return a reading that may have a space too many, before a character."""
    box = reading.characters[at].box
    edit = Edit(
        kind=EditKind.SPLIT, expected="", read=" ", at=at, confidence=GAP_CONFIDENCE, box=box
    )
    return replace(reading, status=Status.UNSURE, trouble=Trouble.MISSPELT, edits=(edit,))


def _strictly(reading: SlotReading, thresholds: Thresholds) -> SlotReading:
    """Return the reading of strict copy, which is in capitals only where it is written so.

    Some faces have no small letters: what seems to be capitals is left unsure.
    """
    if reading.status is not Status.ACCEPT:
        return reading
    written, read = normalise(reading.expected), allowed_case(reading.expected, reading.read)
    if written == read:
        return reading
    told = replace(reading, edits=find_edits(written, read, from_loss=thresholds.accept))
    return replace(told, status=Status.UNSURE, trouble=Trouble.MISSPELT)


def _alike(one: CharReading) -> bool:
    """Tell whether a sign is taken for one that looks like it, or differs in its accent alone."""
    if len(one.instead) != 1 or one.instead == one.character:
        return False
    accent = one.character.isalpha() and bare(one.character) == bare(one.instead)
    return accent or any(one.character in signs and one.instead in signs for signs in ALIKE)


def _middle(views: Sequence[tuple[CharReading, ...]]) -> tuple[CharReading, ...]:
    """Return for each character the view whose loss is the median of all (the worse of two)."""
    return tuple(
        sorted(same, key=lambda one: one.loss)[len(same) // 2] for same in zip(*views, strict=True)
    )


def _by_text(reading: SlotReading, thresholds: Thresholds, *, spaced: bool) -> SlotReading:
    if not same_letters(reading.expected, reading.read):
        return _with_edits(reading, (), thresholds)
    if spaced:
        return replace(reading, distance=0, status=Status.ACCEPT, trouble=None, words=())
    return replace(_with_edits(reading, (), thresholds), status=Status.UNSURE)


def _by_losses(
    reading: SlotReading,
    characters: tuple[CharReading, ...],
    thresholds: Thresholds,
    *,
    spaced: bool,
    misspaced: bool,
) -> SlotReading:
    letters, spaces = worst_losses(characters, thresholds)
    if spaced and not _against_ink(characters, thresholds):
        spaces = -WORST
    reading = replace(
        reading, characters=characters, thresholds=thresholds, loss=max(letters, spaces)
    )
    if letters < thresholds.accept and spaces < thresholds.accept:
        return replace(reading, distance=0, status=Status.ACCEPT, trouble=None, words=())
    told = _with_edits(reading, characters, thresholds)
    certain = surely_wrong(characters, reading.expected)
    no_space = thresholds.reject if misspaced else thresholds.no_space
    surely = certain >= thresholds.reject or spaces >= no_space
    return replace(told, status=Status.REJECT if surely else Status.UNSURE)


def worst_losses(characters: Sequence[CharReading], thresholds: Thresholds) -> tuple[float, float]:
    """Return the largest loss of a letter, more where it looks like another, and of a space."""
    letters = max((_weighed(one) for one in characters if not _is_space(one)), default=-WORST)
    return letters, max((one.loss for one in _wide_spaces(characters, thresholds)), default=-WORST)


def _weighed(one: CharReading) -> float:
    return one.loss + WARY * _alike(one)


def surely_wrong(characters: Sequence[CharReading], expected: str) -> float:
    """Return the largest loss of a letter; what it looks like counts for less.

    Where copy with small letters stands in capitals its face may have no others, and draw some in
    the form of small ones: these don't count.
    """
    text = "".join(one.character for one in characters)
    capitals = is_capitals(text) and text != normalise(expected)
    letters = [one for one in characters if not _is_space(one)]
    certain = [one for one in letters if not (capitals and _is_small_form(one))]
    return max((one.loss - LENIENT * _alike(one) for one in certain), default=-WORST)


def _is_small_form(one: CharReading) -> bool:
    """Tell whether a capital is taken for its small letter, in whose form it may be drawn."""
    return one.instead == one.character.lower() and bare(one.instead) in SMALL_FORMS


def _wide_spaces(
    characters: Sequence[CharReading], thresholds: Thresholds
) -> Iterator[CharReading]:
    """Yield what is in doubt as a space, but narrow spaces that may as well be there."""
    for at, one in enumerate(characters):
        beside = {near.character for near in characters[max(0, at - 1) : at + 2]}
        narrow = one.character == " " and beside & NARROW and one.loss < thresholds.no_space
        if _is_space(one) and not narrow:
            yield one


def _against_ink(characters: Sequence[CharReading], thresholds: Thresholds) -> bool:
    """Tell whether a reader is so sure of its spaces that the ink's gaps prove nothing."""
    spaces = (one for one in characters if _is_space(one))
    return any(
        one.loss
        >= (AGAINST_INK * thresholds.no_space if one.character == " " else thresholds.reject)
        for one in spaces
    )


def _is_space(one: CharReading) -> bool:
    """Tell whether all that is in doubt is a space."""
    return one.character == " " or one.instead.strip() == one.character


def _with_edits(
    reading: SlotReading, characters: tuple[CharReading, ...], thresholds: Thresholds
) -> SlotReading:
    wanted, read = allowed_case(reading.expected, reading.read), normalise(reading.read)
    weighed = [replace(one, loss=_weighed(one)) for one in characters]
    return replace(reading, edits=find_edits(wanted, read, weighed, from_loss=thresholds.accept))


def back_in_place(seen: View, place: Box) -> View:
    """Return what was seen in a part of an image with its boxes in fractions of the whole."""
    box, characters = seen.reading.box, seen.characters
    if characters is not None:
        characters = tuple(replace(one, box=_whole(one.box, place)) for one in characters)
    return replace(
        seen,
        reading=seen.reading if box is None else replace(seen.reading, box=_whole(box, place)),
        found=tuple(_line_in_place(line, place) for line in seen.found),
        characters=characters,
    )


def _whole(box: Box, place: Box) -> Box:
    return Box(
        x=place.x + box.x * place.width,
        y=place.y + box.y * place.height,
        width=box.width * place.width,
        height=box.height * place.height,
    )


def _line_in_place(line: Line, place: Box) -> Line:
    corners = tuple(
        (place.x + x * place.width, place.y + y * place.height) for x, y in line.corners
    )
    return replace(line, box=_whole(line.box, place), corners=corners)
