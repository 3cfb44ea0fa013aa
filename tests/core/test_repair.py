"""Which picture a repair changes only a part of."""

from __future__ import annotations

from presscheck.assets import Attempt, Candidate, Decision, Roll
from presscheck.stages.repair import drawn_before


def attempt(number: int, roll: Roll, base: str, plan: str = "plan") -> Attempt:
    candidate = Candidate(asset="a", roll=number, image=f"image{number}", width=1, height=1)
    return Attempt(
        asset="a",
        number=number,
        roll=roll,
        reason="",
        prompt="",
        plan=plan,
        plan_seed=1,
        render_seed=number,
        base=base,
        candidate=candidate,
        verdicts=(),
    )


FIRST = attempt(1, Roll.PLAN, "a")
AGAIN = attempt(2, Roll.RENDER, "b")
MENDED = attempt(3, Roll.REPAIR, "c")
SET = attempt(4, Roll.TYPESET, "c")


def changing(roll: Roll, base: str = "") -> Decision:
    return Decision(roll=roll, reason="", base=base)


def test_a_repair_changes_the_picture_that_it_starts_from() -> None:
    assert drawn_before((FIRST, AGAIN), changing(Roll.REPAIR)) is AGAIN
    assert drawn_before((FIRST, AGAIN), changing(Roll.TYPESET, "a")) is FIRST


def test_a_repair_of_a_repair_changes_the_first_picture() -> None:
    assert drawn_before((FIRST, AGAIN, MENDED, SET), changing(Roll.REPAIR, "c")) is AGAIN


def test_what_is_drawn_as_a_whole_changes_none() -> None:
    assert drawn_before((), changing(Roll.TYPESET)) is None
    assert drawn_before((FIRST,), changing(Roll.RENDER)) is None
    other = attempt(2, Roll.REPAIR, "d", plan="another")
    assert drawn_before((FIRST, other), changing(Roll.TYPESET, "d")) is None
