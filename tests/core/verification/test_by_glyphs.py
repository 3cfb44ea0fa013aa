"""What becomes of an accepted reading when an inspector finds its glyphs malformed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw

from presscheck.assets import EditKind, SlotReading, Status, Trouble
from presscheck.check import check_image, explain
from presscheck.verification import Expected, Panel, proofread
from presscheck.verification.benchmark.setting import stacked
from presscheck.verification.by_glyphs import DOUBT, REJECT
from presscheck.verification.shapes import Course, KnownType
from presscheck_plugins.read_ppocr import PpOcrReader
from typefaces import face

TEXT = "Fresh bread daily"


@cache
def reader() -> PpOcrReader:
    return PpOcrReader()


@cache
def advert(text: str = TEXT) -> Image.Image:
    image = Image.new("RGB", (900, 300), (250, 246, 238))
    font = face("Inter").sized(64)
    ImageDraw.Draw(image).multiline_text((60, 80), text, font=font, fill=(20, 40, 90))
    return image


@dataclass
class Says:
    """An inspector that finds one character malformed, by so much."""

    character: str = "a"
    odds: float = REJECT
    asked: list[tuple[str, list[float]]] = field(default_factory=list[tuple[str, list[float]]])

    @property
    def name(self) -> str:
        return "says 1"

    def malformed(
        self, pixels: np.ndarray, course: Course, text: str, ways: Sequence[float]
    ) -> list[float]:
        assert pixels.shape == (300, 900, 3)
        assert 0 < course.tall < 120
        self.asked.append((text, list(ways)))
        first = text.find(self.character)
        return [self.odds if at == first else -np.inf for at in range(len(text))]


def read(inspector: Says, text: str = TEXT, image: Image.Image | None = None) -> SlotReading:
    slot = Expected(name="headline", text=text)
    (reading,), _ = proofread(image or advert(), [slot], reader().read, inspector=inspector)
    return reading


@pytest.mark.parametrize(
    ("odds", "status"),
    [
        (REJECT, Status.REJECT),
        ((REJECT + DOUBT) / 2, Status.UNSURE),
        (DOUBT - 0.01, Status.ACCEPT),
    ],
)
def test_odds_become_a_status(odds: float, status: Status) -> None:
    told = read(Says(odds=odds))
    assert told.status is status
    if status is Status.ACCEPT:
        assert told.edits == () and told.trouble is None
        return
    (edit,) = told.edits
    assert (edit.kind, edit.expected, edit.at) == (EditKind.MALFORMED, "a", TEXT.index("a"))
    assert edit.confidence == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-4)
    assert edit.box == told.characters[edit.at].box
    assert told.trouble is Trouble.MISSPELT


def test_the_inspector_is_told_where_each_character_stands() -> None:
    inspector = Says(odds=-5)
    read(inspector)
    ((text, ways),) = inspector.asked
    font = face("Inter").sized(64)
    assert text == TEXT
    assert ways == sorted(ways)
    ends = font.getlength(TEXT[:-1]), font.getlength(TEXT)
    assert ways[-1] == pytest.approx(sum(ends) / 2, abs=20)


def test_each_line_is_inspected_and_a_place_counts_in_the_whole_copy() -> None:
    inspector = Says(character="y")
    told = read(inspector, image=advert("Fresh bread\ndaily"))
    assert [text for text, _ in inspector.asked] == ["Fresh bread", "daily"]
    assert [edit.at for edit in told.edits] == [16]
    told = read(Says(character="r"), image=advert("Fresh bread\ndaily"))
    assert [edit.at for edit in told.edits] == [1]


def test_a_letter_that_looks_odd_wherever_it_stands_is_drawn_so_by_its_face() -> None:
    lines = advert("Fresh bread\ndaily")
    assert read(Says(character="d"), image=lines).status is Status.ACCEPT
    assert read(Says(character="d")).status is Status.REJECT


def test_a_letter_that_looks_odd_in_another_slot_too_is_drawn_so_by_its_face() -> None:
    image = advert("Fresh bread\n\ndaily")
    slots = [Expected(name="headline", text="Fresh bread"), Expected(name="cta", text="daily")]
    for strange, status in (("d", Status.ACCEPT), ("b", Status.REJECT)):
        readings, _ = proofread(image, slots, reader().read, inspector=Says(strange))
        assert [reading.status for reading in readings] == [status, Status.ACCEPT]


@pytest.mark.parametrize(
    ("copy", "strange", "status"),
    [
        ("50 %", "50", Status.UNSURE),
        ("€5", "5", Status.REJECT),
        (TEXT, "sy", Status.REJECT),
    ],
)
def test_where_most_letters_are_strange_that_may_be_the_face(
    copy: str, strange: str, status: Status
) -> None:
    @dataclass
    class Each(Says):
        def malformed(
            self, pixels: np.ndarray, course: Course, text: str, ways: Sequence[float]
        ) -> list[float]:
            return [self.odds if one in strange else -np.inf for one in text]

    assert read(Each(), copy, advert(copy)).status is status


def test_what_the_reader_does_not_accept_is_not_inspected() -> None:
    inspector = Says()
    told = read(inspector, "Fresh bread dally")
    assert told.status is Status.REJECT
    assert inspector.asked == []
    assert not [edit for edit in told.edits if edit.kind is EditKind.MALFORMED]


def test_signs_are_not_judged() -> None:
    assert read(Says(character=" ")).status is Status.ACCEPT


def test_letters_beneath_each_other_are_not_judged() -> None:
    ink = stacked("SUMMER", face("Inter").sized(64), 1.1)
    image = Image.new("RGB", (ink.shape[1] + 300, ink.shape[0] + 200), (250, 246, 238))
    image.paste((20, 40, 90), (150, 100), Image.fromarray(ink))
    inspector = Says("M")
    assert read(inspector, "SUMMER", image).status is Status.ACCEPT
    assert inspector.asked == []


def test_glyphs_that_a_font_vouches_for_are_not_inspected() -> None:
    inspector = Says()
    known = KnownType(font=face("Inter").sized, certain=True)
    slot = Expected(name="headline", text=TEXT, type=known)
    (told,), _ = proofread(advert(), [slot], reader().read, inspector=inspector)
    assert told.status is Status.ACCEPT
    assert inspector.asked == []
    slot = replace(slot, type=KnownType(font=face("Lobster Two").sized, certain=True))
    (told,), _ = proofread(advert(), [slot], reader().read, inspector=inspector)
    assert told.status is Status.REJECT, "another font than the one that was named vouches for none"


def test_a_verdict_names_the_inspector_and_says_which_letter() -> None:
    panel = Panel(readers=(reader(),), inspector=Says())
    verdict = check_image(advert(), {"headline": TEXT}, panel)
    assert verdict.status is Status.REJECT
    assert verdict.reader == f"{reader().name}; says 1"
    assert explain(verdict) == ['headline: "Fresh bread daily": "a" is malformed, at character 10']
    panel = Panel(readers=(reader(),), inspector=Says(odds=DOUBT))
    verdict = check_image(advert(), {"headline": TEXT}, panel)
    assert explain(verdict) == [
        'headline: "Fresh bread daily": "a" may be malformed, at character 10; check it by eye'
    ]
