"""A small campaign is set and read by the real reader, in a script face and in a sans serif."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from presscheck.assets import RenderMode, SlotCopy, Status, Thresholds
from presscheck.brand import Brand
from presscheck.calibration import Calibration, tell_misread
from presscheck.fonts import open_face
from presscheck.loading import load_brand
from presscheck.verification import proofread
from presscheck.verification.benchmark.readers import reader
from presscheck.verification.calibrating import Bench, calibrate, distinct, soundings
from presscheck.verification.calibrating.planting import KINDS, counts, plant
from presscheck.verification.calibrating.sounding import MOST, sound
from presscheck.verification.calibrating.views import set_view, views_of
from presscheck.verification.slots import Expected
from specs import SPEC

SCRIPT = "fontpkg_lobster_two/files/LobsterTwo-Regular.ttf"
SLOT = """
  script:
    render: typeset
    font: script
    ink: ink
    min_size: 0.06
    max_size: 0.16
    position: {default: {x: 0.05, y: 0.4, width: 0.9, height: 0.25}}
"""


@pytest.fixture
def brand(brand_file: Path) -> Brand:
    """Return the small kit with a slot in a script face."""
    found = distribution("fontpkg-lobster-two").locate_file(SCRIPT)
    shutil.copy(str(found), brand_file.parent / "fonts/script.ttf")
    text = brand_file.read_text(encoding="utf-8")
    text = text.replace("fonts:\n", "fonts:\n  script: {file: fonts/script.ttf}\n")
    brand_file.write_text(text.replace("slots:\n", f"slots:{SLOT}"), encoding="utf-8")
    return load_brand(brand_file)


def _asset(brand: Brand, **texts: str):
    slots = [
        SlotCopy(name=n, text=t, render=RenderMode.TYPESET, box=brand.slots[n].position.default.box)
        for n, t in texts.items()
    ]
    return replace(SPEC, locale="de", slots=tuple(slots))


def _calibrated(brand: Brand, *, workers: int = 1, views: int = 2, **texts: str) -> Calibration:
    bench = Bench(brand=brand, reader="ppocr", views=views)
    measured = list(soundings(bench, distinct([_asset(brand, **texts)], brand), workers))
    return calibrate("spring", bench, _reader(), measured, 0.05)[0]


@cache
def _reader():
    return reader("ppocr")


def test_what_cannot_be_read_in_a_script_face_is_told_with_its_characters(brand) -> None:
    made = _calibrated(brand, script="½ ¼ ‰", legal="Nur 9 Tage")
    script, legal = made.strings
    assert (script.status, legal.status) == ("unreadable", "readable")
    assert "¼" in {char.expected for char in script.characters}
    assert '"¼" is read as' in tell_misread(script)
    assert tell_misread(script).endswith("in font script")
    assert legal.right.accepted == legal.right.settings == 2
    assert made.unreadable == (script,)
    assert not made.slots["legal"].enough


def test_the_same_seed_gives_the_same_numbers_in_any_number_of_processes(brand) -> None:
    one = _calibrated(brand, views=1, legal="Nur 12 €")
    assert one == _calibrated(brand, views=1, workers=2, legal="Nur 12 €")
    assert Calibration.model_validate_json(one.model_dump_json()) == one


def test_characters_that_the_reader_does_not_know_are_unsupported_and_not_set(brand) -> None:
    made = _calibrated(brand, legal="Мир")
    (string,) = made.strings
    assert string.status == "unsupported"
    assert string.right.settings == 0
    assert "doesn't know" in tell_misread(string)
    assert made.slots == {}


def test_placements_of_one_shape_are_set_once_at_the_smallest(brand) -> None:
    asset = _asset(brand, legal="Nur heute")
    sizes = [(512, 512), (600, 600), (2000, 2000), (512, 1024)]
    specs = [replace(asset, width=width, height=height) for width, height in sizes]
    found = [(copy.spec.width, copy.spec.height) for copy in distinct(specs, brand)]
    assert found == [(512, 512), (512, 1024), (1600, 1600)]


def test_a_setting_is_the_same_every_time_and_on_a_picture_of_the_campaign(brand) -> None:
    (copy,) = distinct([_asset(brand, legal="Nur heute")], brand)
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 60, 3), np.uint8))
    views = views_of(brand, copy, 6, 1, pictures=1)
    assert views == views_of(brand, copy, 6, 1, pictures=1)
    assert views != views_of(brand, copy, 6, 2, pictures=1)
    assert [view.ground for view in views][-1] == "picture"
    for view in views:
        one, other = (set_view(view, copy, "Nur heute", brand, [picture]) for _ in range(2))
        assert one.tobytes() == other.tobytes()
        assert one.size == (512, 512)


def test_a_sounding_says_what_the_verifier_says_at_any_threshold(brand) -> None:
    (copy,) = distinct([_asset(brand, script="IJsland")], brand)
    view = views_of(brand, copy, 1, 0, pictures=0)[0]
    image = set_view(view, copy, "IJsland", brand, [])
    slot = Expected(name="script", text="IJsland", box=copy.slot.box)
    found = sound(image, slot, _reader().read)
    assert 0 < found.least < MOST
    for accept in (found.least, found.least + 0.001):
        thresholds = Thresholds(accept=accept, reject=4.0)
        (reading,), _ = proofread(image, [replace(slot, thresholds=thresholds)], _reader().read)
        assert reading.status is found.status(thresholds), accept
    assert found.status(Thresholds()) is Status.UNSURE


@pytest.mark.parametrize("text", ["Nur 12 € heute", "50 %", "Ja", "SOMMER SALE"])
def test_planted_mistakes_are_wrong_and_can_be_drawn(brand, text) -> None:
    face = open_face(brand.file("fonts/text.ttf"))
    planted = list(plant(text, face, 3, Random(1)))
    assert planted
    for kind, wrong in planted:
        assert kind in KINDS
        assert counts(text, wrong)
        assert not face.missing(wrong)


def test_what_may_be_written_either_way_is_no_mistake() -> None:
    assert not counts("50 %", "50%")
    assert not counts("don't", "don’t")
    assert counts("2 for 1", "2for 1")
