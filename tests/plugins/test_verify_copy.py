"""Candidates are read back: drawn posters and typeset images, right and wrong."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from pydantic import TypeAdapter

from conftest import FONT, ROOT
from presscheck.assets import (
    AssetSpec,
    Box,
    Candidate,
    RenderMode,
    SlotCopy,
    Status,
    Thresholds,
    Trouble,
    Verdict,
)
from presscheck.brand import Brand
from presscheck.loading import load_brand
from presscheck.typeset import set_slots
from presscheck.verification.memory import Memory
from presscheck.verification.rereading import Rereader
from presscheck_nano.posters import make_poster
from presscheck_plugins.read_ppocr import PpOcrReader
from presscheck_plugins.verify_copy import verify_candidate, verify_with
from specs import with_slots

KITS = ROOT / "templates/presscheck_templates/brands"


@cache
def reader() -> PpOcrReader:
    return PpOcrReader()


def poster(copy: str, seed: int) -> Image.Image:
    made = make_poster(np.random.default_rng(seed), copy)
    return Image.fromarray((made.pixels * 255).round().astype(np.uint8))


def asset(text: str, box: Box | None = None) -> AssetSpec:
    box = box or Box(x=0, y=0, width=1, height=1)
    return with_slots(SlotCopy(name="headline", text=text, render=RenderMode.MODEL, box=box))


@pytest.mark.parametrize(
    ("copy", "seed"), [("SUMMER SALE", 1), ("WILD ISLAND", 2), ("€9.99 ONLY", 3), ("Hello", 4)]
)
def test_a_drawn_poster_is_accepted(copy: str, seed: int) -> None:
    verdict = verify_with(reader(), poster(copy, seed), asset(copy))
    assert verdict.status is Status.ACCEPT
    assert verdict.seconds > 0


def test_a_verdict_names_its_reader_thresholds_and_views_and_is_kept_whole() -> None:
    verdict = verify_with(reader(), poster("SUMER SALE", 1), asset("SUMMER SALE"))
    assert verdict.verifier == "copy"
    assert verdict.reader == reader().name
    assert verdict.slots[0].thresholds == Thresholds()
    assert verdict.slots[0].views > 1
    adapter = TypeAdapter(Verdict)
    assert adapter.validate_json(adapter.dump_json(verdict)) == verdict


def test_text_that_the_asset_allows_may_stand_in_the_scene() -> None:
    image = poster("SUMMER SALE", 1)
    font = ImageFont.load_default(22)
    ImageDraw.Draw(image).text((130, image.height - 40), "Northline", "black", font)
    spec = asset("SUMMER SALE")
    assert verify_with(reader(), image, spec).status is Status.REJECT
    allowed = verify_with(reader(), image, replace(spec, allowed=("NORTHLINE",)))
    assert allowed.findings == ()


@pytest.mark.parametrize(
    ("drawn", "words"),
    [("SUMER SALE", ("SUMMER", "SUMER")), ("SUMMER SAIE", ("SALE", "SAIE"))],
)
def test_a_misspelt_poster_is_rejected_by_its_word(drawn: str, words: tuple[str, str]) -> None:
    verdict = verify_with(reader(), poster(drawn, 1), asset("SUMMER SALE"))
    assert verdict.status is Status.REJECT
    assert verdict.slots[0].words == (words,)


def test_merged_words_are_never_accepted() -> None:
    verdict = verify_with(reader(), poster("BACKTO SCHOOL", 2), asset("BACK TO SCHOOL"))
    assert verdict.status in {Status.UNSURE, Status.REJECT}


def test_a_poster_without_its_copy_is_rejected() -> None:
    verdict = verify_with(reader(), Image.new("RGB", (512, 512), "teal"), asset("SUMMER SALE"))
    assert verdict.slots[0].trouble is Trouble.MISSING


def test_a_slot_is_judged_by_its_own_thresholds() -> None:
    image, spec = poster("SUMMER SALE", 1), asset("SUMMER SALE")
    (reading,) = verify_with(reader(), image, spec).slots
    assert reading.loss is not None
    assert reading.loss < Thresholds().accept
    strict = replace(spec.slots[0], thresholds=Thresholds(accept=reading.loss))
    judged = verify_with(reader(), image, replace(spec, slots=(strict,)))
    assert judged.status is not Status.ACCEPT
    assert judged.slots[0].views > 1


def _two_lines(headline: str, price: str = "$19.99") -> Image.Image:
    image = Image.new("RGB", (800, 800), "#fbf3df")
    draw = ImageDraw.Draw(image)
    draw.text((60, 80), headline, "#16324f", ImageFont.truetype(str(FONT), 110))
    draw.text((60, 620), price, "#16324f", ImageFont.truetype(str(FONT), 90))
    return image


TWO = with_slots(
    SlotCopy(
        name="headline",
        text="SUMMER SALE",
        render=RenderMode.MODEL,
        box=Box(x=0, y=0, width=1, height=0.4),
    ),
    SlotCopy(
        name="price",
        text="$19.99",
        render=RenderMode.MODEL,
        box=Box(x=0, y=0.7, width=1, height=0.3),
    ),
)


def _judged(image: Image.Image, original: Image.Image | None, memory: Memory) -> Verdict:
    return replace(
        verify_with(Rereader(reader(), image, original, memory), image, TWO), seconds=0.0
    )


@pytest.mark.parametrize("before", ["SUMMFR SALE", ""])
@pytest.mark.parametrize("after", ["SUMMER SALE", "SUMMER SAIE", ""])
def test_a_changed_image_gets_the_status_of_a_whole_reading(before: str, after: str) -> None:
    original, image = _two_lines(before), _two_lines(after)
    verdict = _judged(image, original, Memory())
    whole = verify_with(reader(), image, TWO)
    assert verdict.status is whole.status
    assert [one.status for one in verdict.slots] == [one.status for one in whole.slots]
    assert [one.read for one in verdict.slots] == [one.read for one in whole.slots]


def test_what_was_remembered_changes_no_verdict() -> None:
    original, image = _two_lines("SUMMFR SALE"), _two_lines("SUMMER SAIE")
    warm = Memory()
    _judged(original, None, warm)
    first = _judged(image, original, warm)
    assert _judged(image, original, warm) == first
    assert _judged(image, original, Memory()) == first
    assert _judged(image, original, Memory(limit=0)) == first


def _typeset(asset: AssetSpec, brand: Brand) -> Image.Image:
    names = [slot.name for slot in asset.slots]
    return set_slots(Image.new("RGB", (640, 640), "#fbf3df"), asset, brand, names).image


def _verdict(image: Image.Image, asset: AssetSpec, brand: Brand) -> Verdict:
    names = tuple(slot.name for slot in asset.slots)
    candidate = Candidate(asset=asset.id, roll=0, image="", width=640, height=640, typeset=names)
    return verify_candidate(
        candidate=candidate, image=image, original=None, asset=asset, brand=brand
    )


def test_typeset_copy_is_compared_with_the_brands_font() -> None:
    brand = load_brand(KITS / "sundial/brand.yaml")
    box = Box(x=0.1, y=0.3, width=0.8, height=0.3)
    slot = SlotCopy(name="headline", text="SUMMER", render=RenderMode.TYPESET, box=box)
    spec = replace(with_slots(slot), width=640, height=640)
    image = _typeset(spec, brand)
    right = _verdict(image, spec, brand)
    assert right.status is Status.ACCEPT
    second = right.slots[0].characters[1].box
    left, top, right_, bottom = second.pixels(640, 640)
    middle = (left + right_) // 2
    ImageDraw.Draw(image).rectangle((left - 8, (top + bottom) // 2, middle, bottom), "#fbf3df")
    told = _verdict(image, spec, brand)
    assert told.status is not Status.ACCEPT
    assert {edit.at for edit in told.slots[0].edits} == {1}
