"""A verdict drawn on its image: frames where slots are, a circle around what is wrong."""

from __future__ import annotations

from PIL import Image, ImageChops

from presscheck.assets import Box, Edit, EditKind, Finding, Severity, SlotReading, Status, Verdict
from presscheck.report.overlay import draw_overlay

IMAGE = Image.new("RGB", (400, 300), "white")
SLOT, LETTER, EXTRA = (
    Box(x=0.1, y=0.1, width=0.5, height=0.2),
    Box(x=0.3, y=0.1, width=0.05, height=0.2),
    Box(x=0.6, y=0.7, width=0.3, height=0.1),
)


def verdict(status: Status, *edits: Edit, findings: tuple[Finding, ...] = ()) -> Verdict:
    reading = SlotReading(
        slot="headline",
        expected="SALE",
        read="SOLÉ",
        distance=len(edits),
        status=status,
        box=SLOT,
        edits=edits,
    )
    return Verdict(verifier="copy", status=status, slots=(reading,), findings=findings)


def changed(verdict_: Verdict) -> tuple[int, int, int, int] | None:
    return ImageChops.difference(IMAGE, draw_overlay(IMAGE, verdict_)).getbbox()


def test_a_slot_is_framed_and_the_image_itself_is_left_alone() -> None:
    box = changed(verdict(Status.ACCEPT))
    assert box is not None
    assert box[0] == 40
    assert box[1] == 30
    assert IMAGE.getcolors() == [(120_000, (255, 255, 255))]


def test_the_wrong_character_is_circled() -> None:
    edit = Edit(kind=EditKind.SUBSTITUTED, expected="A", read="O", at=1, confidence=0.9, box=LETTER)
    plain, circled = (
        draw_overlay(IMAGE, verdict(Status.REJECT, *edits)) for edits in ((), (edit,))
    )
    box = ImageChops.difference(plain, circled).getbbox()
    assert box is not None
    left, top, right, bottom = LETTER.pixels(*IMAGE.size)
    assert box[0] < left < right < box[2]
    assert box[1] < top
    assert box[3] >= bottom - 2  # the label below has the same colour


def test_text_that_nobody_asked_for_is_framed() -> None:
    finding = Finding(check="copy", severity=Severity.ERROR, message="x", box=EXTRA)
    box = changed(verdict(Status.REJECT, findings=(finding,)))
    assert box is not None
    assert box[2] >= 360
    assert box[3] >= 240
