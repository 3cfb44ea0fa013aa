"""Settles a slot's reading by the shapes of its glyphs, where its font is known.

A reader reads past a stroke that is missing, and in some fonts it takes one sign for another. The
font knows better: a glyph that differs from it in one place is malformed, a sign that another one
fits better is that other one; and copy whose glyphs all fit, with nothing between them, is right,
whatever the reader made of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from PIL import Image

from presscheck.assets import CharReading, Edit, EditKind, SlotReading, Status, Trouble
from presscheck.verification.assign import Found
from presscheck.verification.judging import ALIKE
from presscheck.verification.normalise import bare
from presscheck.verification.pieces import Piece, covers, find_pieces
from presscheck.verification.posteriors import SAME_SHAPE
from presscheck.verification.shapes import (
    Shape,
    drawn_alike,
    own_fit,
    rival_fit,
    rival_likeness,
)
from presscheck.verification.slots import Expected

WHOLE = 0.97
"""A glyph that fits so well has all its strokes."""
ODD, DOUBTED, WRONG = (2.0, 0.14, 0.16), (2.0, 0.14, 0.2), (2.2, 0.2, 0.33)
"""From so many times the usual difference on, and so much ink missing, or too much, a glyph may be,
or is, malformed. A ground may look like ink, and seldom hides it."""
LOST = 0.8
"""Beside a glyph that fits less, or stands this far (em) off its place, nothing is certain."""
ASTRAY = 0.2
DOUBT = -3.0
"""From such a loss on a reader isn't sure of a character."""
ACUTE, MARK, ACCENTED = "\N{COMBINING ACUTE ACCENT}", 0.5, 0.7
"""An accent, and how much ink above a letter may be one, or surely is."""
EDGE = 0.65
"""An edge of the ground shows about as much in a glyph's neighbours, at least this share of it."""
LOST_LIKENESS, CERTAIN = 0.7, -4.0
"""A glyph that fits less, and is read with such a loss, was looked for in the wrong place."""
WIDE = 0.19
"""A glyph that stands so much further away than the others do, in em, surely has a space there."""
NARROW_GAP = 0.06
"""The next glyph stands less than this off its place, in em, where the line goes on as usual."""
MARKED = ({",", ";"}, {".", ":"}, {"-", "="})
ACCENT = 0.45
"""A letter with another accent, or none, or a sign with one mark more, is out of the question only
where the expected one leaves this share unexplained of what the other one does: the rest is the
same."""
CLEARLY, MUCH, SHARPLY = 0.03, 0.35, 0.6
"""By so much another sign must fit worse than the expected one to be out of the question; or what
the expected one leaves unexplained is this share of what the other one does, the last where it fits
as well as glyphs do."""
BETTER, SURELY, AGREED = 0.05, 0.2, 0.5
"""By so much it must fit better to stand there, and leave this share unexplained at most; the last
where the reader takes it for that sign, too, or cannot tell."""
EQUAL = 0.005
"""Signs that fit as well as each other but for this much are of the same shape in some size."""
ALIKE_ODD = 0.6
"""Another glyph of the same character that differs this much as well shows how it is drawn."""
SURE, UNSURE = 0.95, 0.6
"""The confidence of what is certain, and of what a person should look at."""
GOOD = 0.9
"""A glyph that fits less doesn't prove its character."""
FORMS = ("'‘’", '"“”„«»', "-–—")
"""Forms of one sign, which no reader tells apart; in strict copy the written one must stand."""
TWINS = tuple(one + other for one, other in SAME_SHAPE.items())
"""Signs of nearly the same shape, which no reader tells apart either."""


def by_shape(
    image: Image.Image, slot: Expected, found: Found, reading: SlotReading
) -> SlotReading | None:
    """Return a slot's reading as the shapes of its glyphs settle it.

    None where its font isn't known, or none of its lines is set in it.
    """
    if slot.type is None or not reading.characters:
        return None
    known = find_pieces(image, slot, found, reading)
    if not known:
        return None
    settled = [_best_case(piece, reading, image.size) for piece in known]
    known, edits = [piece for piece, _ in settled], [edit for _, some in settled for edit in some]
    if any(edit.confidence >= SURE for edit in edits):
        return _with(reading, edits, Status.REJECT)
    if reading.status is Status.ACCEPT:
        return _with(reading, edits, Status.UNSURE) if edits else reading
    whole = covers(known, reading.characters) and not edits
    if whole and all(_proved(piece, reading.characters, slot) for piece in known):
        return replace(reading, distance=0, status=Status.ACCEPT, trouble=None, words=(), edits=())
    return reading


def _best_case(
    piece: Piece, reading: SlotReading, size: tuple[int, int]
) -> tuple[Piece, list[Edit]]:
    """Return a line in the case that least speaks against, and what does."""
    best = piece, list(_edits(piece, reading.characters, size))
    for other in piece.instead:
        if not any(edit.kind is EditKind.SUBSTITUTED for edit in best[1]):
            break
        told = list(_edits(other, reading.characters, size))
        best = min(best, (other, told), key=lambda pair: len(pair[1]))
    return best


def _with(reading: SlotReading, edits: Sequence[Edit], status: Status) -> SlotReading:
    """Return a reading with edits that shapes show, beside those that the reader saw."""
    told = {(edit.kind, edit.at) for edit in reading.edits}
    more = [edit for edit in edits if (edit.kind, edit.at) not in told]
    trouble = reading.trouble or Trouble.MISSPELT
    return replace(reading, status=status, trouble=trouble, edits=(*reading.edits, *more))


def _edits(
    piece: Piece, characters: Sequence[CharReading], size: tuple[int, int]
) -> Iterator[Edit]:
    """Yield what the shapes of a line show: malformed glyphs, other signs, spaces."""
    shapes = piece.shapes.shapes
    usual = piece.shapes.usual_gap
    odd = {index for index, shape in enumerate(shapes) if _differs(shape, ODD)}
    for index, shape in enumerate(shapes):
        one = characters[piece.start + shape.at]
        lost = _is_lost(shapes, index, usual)
        # Where another sign fits as glyphs do the line isn't lost: that stands there.
        rival = _rival(piece, shape, one, least=WHOLE if lost else GOOD)
        if (lost or _is_read(shape, one)) and not rival:
            continue
        if not lost:
            yield from _space(piece, shape, piece.shapes.wider(index), characters)
        if rival:
            yield _edit(piece, shape, characters, EditKind.SUBSTITUTED, rival, SURE)
        elif mark := _mark(piece, shape, size):
            sure = SURE if mark > ACCENTED or _reads_accent(one) else UNSURE
            yield _edit(piece, shape, characters, EditKind.MALFORMED, "", sure)
        elif _differs(shape, DOUBTED) and not _explained(piece, index, odd, size):
            sure = SURE if _differs(shape, WRONG) else UNSURE
            yield _edit(piece, shape, characters, EditKind.MALFORMED, "", sure)


def _is_lost(shapes: Sequence[Shape], index: int, usual: float) -> bool:
    """Tell whether the line is lost here: a neighbour fits badly, or stands off its place."""
    own, near = shapes[index], shapes[max(0, index - 1) : index + 2]
    if (
        own.likeness < GOOD
        and abs(own.gap - usual) > ASTRAY
        and not _keeps_on(shapes, index, usual)
    ):
        return True
    after = shapes[index + 1 : index + 2]
    return any(one is not own and one.likeness < LOST for one in near) or any(
        abs(one.gap - usual) > ASTRAY for one in after
    )


def _is_read(shape: Shape, one: CharReading) -> bool:
    """Tell whether the reader is sure of a glyph that isn't like itself at all: it wasn't found."""
    return shape.likeness < LOST_LIKENESS and one.loss < CERTAIN


def _keeps_on(shapes: Sequence[Shape], index: int, usual: float) -> bool:
    """Tell whether the line goes on as usual after a glyph: then that stands where it is found."""
    after = shapes[index + 1 : index + 2]
    return (
        bool(after)
        and min(after[0].likeness, shapes[index].likeness) >= LOST
        and (abs(after[0].gap - usual) < NARROW_GAP)
    )


def _explained(piece: Piece, index: int, odd: set[int], size: tuple[int, int]) -> bool:
    """Tell whether a glyph may differ from the font without being malformed."""
    shapes = piece.shapes.shapes
    own = shapes[index]
    same = [
        other for other in shapes if other is not own and piece.text[other.at] == piece.text[own.at]
    ]
    # Hinted to another size, all of its kind look so.
    usual = any(other.unlike >= ALIKE_ODD * own.unlike for other in same)
    return (
        usual
        or _is_ground(shapes, index, odd)
        or _folded(piece, own)
        or _from_other_line(piece, own, size)
    )


def _differs(shape: Shape, least: tuple[float, float, float]) -> bool:
    times, missing, extra = least
    much = shape.missing > missing or shape.extra > extra
    return shape.likeness < WHOLE and shape.unlike > times and much


def _is_ground(shapes: Sequence[Shape], index: int, odd: set[int]) -> bool:
    """Tell whether ink that is too much is the ground's: an edge runs through neighbours, too."""
    own = shapes[index]
    beside = [shapes[one] for one in {index - 1, index + 1} & odd]
    alike = [one for one in beside if one.extra > max(one.missing, EDGE * own.extra)]
    return own.extra > own.missing and bool(beside) and len(alike) == len(beside)


def _from_other_line(piece: Piece, shape: Shape, size: tuple[int, int]) -> bool:
    """Tell whether ink that is too much is another line's: a descender reaches down to the next."""
    if shape.missing > shape.extra or not piece.others:
        return False
    return _in_other_line(piece, piece.shapes.place_of_extra(shape.at), size)


def _in_other_line(piece: Piece, place: tuple[float, float], size: tuple[int, int]) -> bool:
    x, y = place[0] / size[0], place[1] / size[1]
    return any(
        box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height for box in piece.others
    )


def _mark(piece: Piece, shape: Shape, size: tuple[int, int]) -> float:
    """Return how much ink stands above a letter that could have an accent there, and has none."""
    letter = piece.shapes.text[shape.at]
    if len(unicodedata.normalize("NFC", letter + ACUTE)) != 1:
        return 0.0
    mark = piece.shapes.above(shape.at)
    if mark.ink < MARK or _in_other_line(piece, piece.shapes.place_of(mark.spot), size):
        return 0.0
    return mark.ink


def _reads_accent(one: CharReading) -> bool:
    """Tell whether a reader sees an accent where none should be."""
    return one.loss > 0 and one.instead != one.character and bare(one.instead) == one.character


def _folded(piece: Piece, shape: Shape) -> bool:
    """Tell whether a sign may have another form: quotes and dashes may, but in strict copy."""
    return not piece.strict and piece.text[shape.at] != piece.shapes.text[shape.at]


def _space(
    piece: Piece, shape: Shape, gap: float, characters: Sequence[CharReading]
) -> Iterator[Edit]:
    if abs(gap) < piece.narrowest:
        return
    shapes = piece.shapes.shapes
    if shape.likeness < GOOD and not _keeps_on(shapes, shapes.index(shape), piece.shapes.usual_gap):
        return
    spaced = piece.text[shape.at - 1 : shape.at] == " "
    at = piece.start + shape.at
    sure = SURE if abs(gap) >= WIDE or _reads_space(characters, at, spaced=spaced) else UNSURE
    if gap > 0 and not spaced:
        yield _edit(piece, shape, characters, EditKind.SPLIT, " ", sure)
    elif gap < 0 and spaced:
        yield _edit(piece, shape, characters, EditKind.MERGED, "", sure)


def _reads_space(characters: Sequence[CharReading], at: int, *, spaced: bool) -> bool:
    """Tell whether a reader sees a space before a character, or none where it is `spaced`, too."""
    own, before = characters[at], characters[at - 1]
    if spaced:
        return before.loss > 0
    return (own.loss > 0 and own.instead.startswith(" ")) or (
        before.loss > 0 and before.instead.endswith(" ")
    )


def _rival(piece: Piece, shape: Shape, one: CharReading, *, least: float) -> str:
    """Return the sign that fits clearly better than the expected one, "" if none does.

    It fits at `least` so well.

    Signs that look alike are tried, what the reader takes it for where it is in doubt, and the
    other case where the glyph is not whole.
    """
    expected = piece.shapes.text[shape.at]
    alike = (*ALIKE, *TWINS, *FORMS) if piece.strict else (*ALIKE, *TWINS)
    rivals = {sign for signs in alike if expected in signs for sign in signs} - {expected}
    if one.loss > DOUBT and len(one.instead) == 1:
        rivals.add(one.instead)
    other = expected.swapcase()
    if shape.likeness < WHOLE and len(other) == 1 and other != expected:
        rivals.add(other)
    own = own_fit(piece.shapes, shape.at, enough=1 - BETTER) if rivals else 1.0
    if own > 1 - BETTER:
        return ""
    fits = [(rival_fit(piece.shapes, shape.at, rival) or 0.0, rival) for rival in sorted(rivals)]
    best = max(fits, default=(0.0, ""))
    forms = (*TWINS, *FORMS) if piece.shapes.is_long else TWINS
    agreed = best[1] == one.instead or any(expected in signs for signs in forms)
    surely = 1 - best[0] < (AGREED if agreed else SURELY) * (1 - own)
    if best[0] < least or best[0] - own <= BETTER or not surely:
        return ""
    # Where neighbours don't show how large it should be it may fit as well in another size.
    free = rival_likeness(piece.shapes, shape.at, best[1])
    return best[1] if free is not None and free >= shape.likeness - EQUAL else ""


def _edit(
    piece: Piece,
    shape: Shape,
    characters: Sequence[CharReading],
    kind: EditKind,
    read: str,
    confidence: float,
) -> Edit:
    at = piece.start + shape.at
    split = kind is EditKind.SPLIT
    merged = kind is EditKind.MERGED
    return Edit(
        kind=kind,
        expected="" if split else " " if merged else piece.shapes.text[shape.at],
        read=read,
        at=at - merged,
        confidence=confidence,
        box=characters[at].box,
    )


def _proved(piece: Piece, characters: Sequence[CharReading], slot: Expected) -> bool:
    """Tell whether every glyph of a line fits, and no other sign that is likelier fits as well."""
    usual = piece.shapes.usual_gap
    for shape in piece.shapes.shapes:
        gap = shape.gap - usual
        if piece.text[shape.at - 1 : shape.at] == " ":
            gap = -gap
        # Where the reader doubts a space, or that there is none, little may speak for it.
        widest = NARROW_GAP if _space_in_doubt(piece, shape, characters, slot) else piece.narrowest
        if shape.likeness < GOOD or _differs(shape, ODD) or not -piece.narrowest <= gap <= widest:
            return False
        one = characters[piece.start + shape.at]
        if one.loss < slot.thresholds.accept or not one.instead:
            continue
        if len(one.instead) > 1 and not piece.shapes.alone:
            return False
        if len(one.instead) == 1 and not _beaten(piece, shape, one.instead):
            return False
    return True


def _space_in_doubt(
    piece: Piece, shape: Shape, characters: Sequence[CharReading], slot: Expected
) -> bool:
    """Tell whether the reader sees a space before a glyph where none should be, or none."""
    at = piece.start + shape.at
    own, before = characters[at], characters[max(0, at - 1)]
    doubts = (
        own.loss if own.instead.startswith(" ") else None,
        before.loss if before.character == " " or before.instead.endswith(" ") else None,
    )
    return any(loss is not None and loss >= slot.thresholds.accept for loss in doubts)


def _beaten(piece: Piece, shape: Shape, rival: str) -> bool:
    """Tell whether a sign that a reader finds likelier fits worse, or looks the same."""
    if drawn_alike(piece.shapes.font, piece.shapes.text[shape.at], rival):
        return True
    if rival.isspace():
        return shape.likeness >= WHOLE
    own, other = own_fit(piece.shapes, shape.at), rival_fit(piece.shapes, shape.at, rival)
    if other is None:
        return False
    expected = piece.shapes.text[shape.at]
    if max(own, other) >= GOOD:
        if bare(rival) == bare(expected) or {rival, expected} in MARKED:
            return 1 - own < ACCENT * (1 - other)
        much = SHARPLY if own >= WHOLE else MUCH
        if other - own < -CLEARLY or 1 - own < much * (1 - other):
            return True
    # Neighbours may not show how large a glyph should be; what doesn't fit in any size is not it.
    free = rival_likeness(piece.shapes, shape.at, rival)
    return free is not None and shape.likeness >= WHOLE and free < shape.likeness - CLEARLY
