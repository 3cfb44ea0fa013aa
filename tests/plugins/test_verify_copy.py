"""Candidates are read back: drawn posters and typeset images, right and wrong."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from pydantic import TypeAdapter

from presscheck.assets import (
    AssetSpec,
    Box,
    RenderMode,
    SlotCopy,
    Status,
    Thresholds,
    Trouble,
    Verdict,
)
from presscheck_nano.posters import make_poster
from presscheck_plugins.read_ppocr import PpOcrReader
from presscheck_plugins.verify_copy import verify_with
from specs import with_slots


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
