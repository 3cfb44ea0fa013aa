"""Where circles and frames go on a picture."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from presscheck.assets import (
    Attempt,
    Box,
    Candidate,
    Edit,
    EditKind,
    Finding,
    RenderMode,
    Roll,
    Severity,
    SlotCopy,
    SlotReading,
    Status,
    Trouble,
    Verdict,
)
from presscheck.report.marks import SMALLEST, SMALLEST_IN_THUMB, letter, marks
from specs import with_slots

REGION = Box(x=0.1, y=0.1, width=0.8, height=0.2)
SPEC = with_slots(SlotCopy(name="headline", text="SALE", render=RenderMode.MODEL, box=REGION))


def edit(at: int, x: float, *, y: float = 0.1, width: float = 0.05) -> Edit:
    box = Box(x=x, y=y, width=width, height=0.1)
    return Edit(kind=EditKind.SUBSTITUTED, expected="A", read="O", at=at, confidence=0.9, box=box)


def attempt(*edits: Edit, read: str = "SOLE", findings: tuple[Finding, ...] = ()) -> Attempt:
    reading = SlotReading(
        slot="headline",
        expected="SALE",
        read=read,
        distance=1,
        status=Status.REJECT,
        trouble=Trouble.MISSPELT if read else Trouble.MISSING,
        box=REGION if read else None,
        edits=edits,
    )
    image = Candidate(asset="a", roll=1, image="i", width=512, height=512)
    verdict = Verdict(verifier="copy", status=Status.REJECT, slots=(reading,), findings=findings)
    return Attempt(
        asset="a", number=1, roll=Roll.PLAN, reason="first roll", prompt="", plan="p", plan_seed=1,
        render_seed=1, base="i", candidate=image, verdicts=(verdict,),
    )  # fmt: skip


def test_letters_side_by_side_share_a_circle_and_others_do_not() -> None:
    side_by_side, apart, below = edit(2, 0.26), edit(3, 0.6), edit(4, 0.26, y=0.3)
    (mark,) = marks(SPEC, attempt(edit(1, 0.2), side_by_side, apart, below), SMALLEST)
    assert len(mark.circles) == 3
    assert mark.circles[0].title == "; ".join(["“O” where “A” was expected"] * 2)


def test_an_edit_without_a_place_leaves_the_frame() -> None:
    (mark,) = marks(SPEC, attempt(replace(edit(1, 0.2), box=None)), SMALLEST)
    assert mark.circles == ()
    assert (mark.x, mark.width) == (100, 800)


def test_copy_that_is_missing_is_marked_where_it_should_stand() -> None:
    (mark,) = marks(SPEC, attempt(read=""), SMALLEST)
    assert mark.kind == "absent"
    assert mark.title == "headline missing"


def test_unwanted_text_is_framed_with_its_message() -> None:
    found = Finding(check="copy", severity=Severity.ERROR, message='"GR8" stands.', box=REGION)
    last = marks(SPEC, attempt(findings=(found,)), SMALLEST)[-1]
    assert (last.label, last.kind, last.title) == ("A", "reject finding", '"GR8" stands.')


@given(
    st.lists(st.tuples(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0, 0.1)), max_size=8),
    st.sampled_from([SMALLEST, SMALLEST_IN_THUMB]),
    st.tuples(st.integers(64, 8192), st.integers(64, 8192)),
)
def test_every_wrong_letter_lies_in_a_circle_that_can_be_seen(places, smallest, size) -> None:
    edits = [edit(at, x, y=y, width=width) for at, (x, y, width) in enumerate(places)]
    spec = replace(SPEC, width=size[0], height=size[1])
    (mark,) = marks(spec, attempt(*edits), smallest)
    for one in edits:
        assert one.box is not None
        middle = one.box.x + one.box.width / 2
        assert any(abs(circle.x - 1000 * middle) <= circle.across for circle in mark.circles)
    for circle in mark.circles:
        assert circle.down * size[1] >= 0.99 * 1000 * smallest * max(size) - 100


def test_findings_are_lettered_beyond_z() -> None:
    assert [letter(index) for index in (0, 25, 26)] == ["A", "Z", "A1"]
