"""Any image can be checked, alone or in a batch, and the answer names the word."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from pydantic import TypeAdapter

from conftest import FONT
from presscheck.assets import Edit, EditKind, SlotReading, Status, Verdict
from presscheck.check import check_batch, check_image, explain, verdict_json
from presscheck.errors import InputError
from presscheck.fonts import open_face
from presscheck.registry import ReadText
from presscheck_plugins.read_ppocr import PpOcrReader

IMAGE = Image.new("RGB", (300, 250), "white")


class Recites:
    """Reads the same text in every image."""

    name = "recites 1"

    def __init__(self, text: str) -> None:
        self.text = text
        self.lacks = frozenset("Ж")

    def unreadable(self, text: str) -> frozenset[str]:
        return frozenset(text) & self.lacks

    def read(self, image: Image.Image, *, closely: bool = False) -> list[ReadText]:
        width, height = image.size
        polygon = ((9, 9), (width - 9, 9), (width - 9, height / 4), (9, height / 4))
        return [ReadText(text=self.text, score=0.99, polygon=polygon)]


def test_right_copy_is_accepted_and_needs_no_explanation() -> None:
    verdict = check_image(IMAGE, {"headline": "SUMMER SALE"}, Recites("SUMMER SALE"))
    assert verdict.status is Status.ACCEPT
    assert explain(verdict) == []


@pytest.mark.parametrize(
    ("copy", "read", "told"),
    [
        ("SUMMER", "SUMER", '"SUMER" was read where "SUMMER" was expected (1 edit)'),
        ("SUMMER SALE", "SUMMER SOIE", '"SOIE" was read where "SALE" was expected (2 edits)'),
        ("BIG SUMMER SALE", "SUMMER SALE", '"BIG" was not read'),
        ("HELLO", "xyzzyfoo", '"HELLO" was not found in the image'),
        ("Ж50", "50", '"Ж50" holds characters that the reader does not know; check it by eye'),
    ],
)
def test_the_explanation_names_slot_and_word(copy: str, read: str, told: str) -> None:
    verdict = check_image(IMAGE, {"headline": copy}, Recites(read))
    assert explain(verdict)[0] == f"headline: {told}"


@pytest.mark.parametrize(
    ("copy", "read"),
    [
        ("Cafe\u0301", "Café"),
        ("self\u2011made", "self-made"),
        ("Bade\u00adurlaub", "Badeurlaub"),
        ("„Neu“", '"Neu"'),
    ],
)
def test_characters_are_judged_in_the_form_that_is_compared(copy: str, read: str) -> None:
    reader = Recites(read)
    reader.lacks = frozenset("\u0301\u2011\u00ad„")
    assert check_image(IMAGE, {"headline": copy}, reader).status is Status.ACCEPT


def test_a_verdict_is_json() -> None:
    verdict = check_image(IMAGE, {"headline": "SUMMER"}, Recites("SUMER"))
    values = json.loads(json.dumps(verdict_json(verdict)))
    assert values["status"] == "reject"
    assert values["slots"][0]["words"] == [["SUMMER", "SUMER"]]
    assert values["slots"][0]["trouble"] == "misspelt"
    assert values["slots"][0]["thresholds"] is None
    assert values["reader"] == "recites 1"
    assert TypeAdapter(Verdict).validate_python(values) == verdict


@pytest.mark.parametrize("copy", [{}, {"headline": " "}, {"headline": "\u200b"}])
def test_there_must_be_copy(copy: dict[str, str]) -> None:
    with pytest.raises(InputError, match="no copy"):
        check_image(IMAGE, copy, Recites(""))


def test_a_batch_goes_on_after_bad_lines(tmp_path: Path) -> None:
    IMAGE.save(tmp_path / "a.png")
    (tmp_path / "broken.png").write_bytes(b"nothing")
    lines = [
        b'{"image": "a.png", "copy": ["SALE"]}\n',
        b"not json\n",
        b"\n",
        b'{"image": "a.png"}\n',
        b'{"image": "broken.png", "copy": ["SALE"]}\n',
        b'{"image": "gone.png", "copy": ["SALE"]}\n',
        b'{"image": "a.png", "copy": []}\n',
        b'{"image": "a\\u0000.png", "copy": ["SALE"]}\n',
        b'\xff\xfe{"image"\n',
        b"[" * 100_000 + b"\n",
        b'{"image": "a.png", "copy": {"headline": "SALES"}}\n',
    ]
    answers = list(check_batch(lines, Recites("SALE"), folder=tmp_path))
    assert [answer["status"] for answer in answers] == [
        "accept",
        *["unsupported"] * 8,
        "reject",
    ]
    assert str(answers[1]["error"]).startswith("line 2: ")
    assert str(answers[3]["error"]).startswith("line 5: ")
    assert "Write" in str(answers[2]["error"])
    assert answers[5]["error"] != answers[4]["error"]
    json.dumps(answers)


def test_what_a_reader_with_probabilities_doubts_is_told_as_it_is() -> None:
    unsure = SlotReading(slot="price", expected="$10", read="$1O", distance=1, status=Status.UNSURE)
    edit = Edit(kind=EditKind.SUBSTITUTED, expected="0", read="O", at=2, confidence=0.9)
    doubted = replace(unsure, read="$10", distance=0, status=Status.REJECT, edits=(edit,))
    verdict = Verdict(verifier="copy", status=Status.REJECT, slots=(unsure, doubted))
    first, second = explain(verdict)
    assert first == 'price: "$10" may be wrong: "$1O" was read; check it by eye'
    assert second == 'price: "$10": "O" stands where "0" was expected, at character 3'


def test_copy_in_a_named_font_is_compared_with_its_glyphs() -> None:
    font = open_face(FONT).at
    image = Image.new("RGB", (900, 240), "white")
    draw = ImageDraw.Draw(image)
    draw.text((40, 70), "SUMMER SALE", "black", font(100))
    copy = {"headline": "SUMMER SALE"}
    assert check_image(image, copy, PpOcrReader(), font=font).status is Status.ACCEPT
    start, end = (40 + font(100).getlength(text) for text in ("S", "SU"))
    draw.rectangle((start, 100, (start + end) / 2, 125), "white")
    assert check_image(image, copy, PpOcrReader()).status is Status.ACCEPT
    verdict = check_image(image, copy, PpOcrReader(), font=font)
    assert verdict.status is Status.REJECT
    assert explain(verdict) == [
        'headline: "SUMMER SALE": "U" is malformed, at character 2',
    ]
