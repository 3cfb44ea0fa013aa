"""The installed Tesseract reads what the default reader lacks, typeset in real fonts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from presscheck.assets import Box, RenderMode, SlotCopy, Status, Trouble
from presscheck.check import check_image
from presscheck.errors import PluginError
from presscheck.registry import Polyglot
from presscheck.verification import Panel
from presscheck_plugins.read_ppocr import PpOcrReader
from presscheck_plugins.read_tesseract import TesseractReader, register_readers
from presscheck_plugins.validate_readers import validate_asset
from presscheck_plugins.verify_copy import panel
from specs import with_slots

FONTS = Path("/usr/share/fonts/truetype")
DEJAVU, NANUM = FONTS / "dejavu/DejaVuSans.ttf", FONTS / "nanum/NanumGothicBold.ttf"


def advert(*texts: str, font: Path = DEJAVU, ground: str = "#1b2a4e") -> Image.Image:
    """Set the texts in white, one below the other, on a ground with a shape."""
    image = Image.new("RGB", (800, 800), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((500, 520, 720, 740), fill="#c0392b")
    face = ImageFont.truetype(str(font), 60, layout_engine=ImageFont.Layout.RAQM)
    for row, text in enumerate(texts):
        draw.text((400, 150 + 120 * row), text, font=face, fill="white", anchor="mm")
    return image


@pytest.mark.parametrize(
    ("text", "wrong", "font"),
    [
        ("Летняя распродажа", "Летняя распрдажа", DEJAVU),
        ("여름 세일", "여름 세밀", NANUM),
        ("מבצע חדש", "מבצע חשד", DEJAVU),
        ("توصيل مجاني", "توصيل مجاتي", DEJAVU),
    ],
)
def test_right_copy_is_accepted_and_wrong_copy_is_not(text: str, wrong: str, font: Path) -> None:
    verdict = check_image(advert(text, font=font), {"headline": text}, panel())
    assert verdict.status is Status.ACCEPT
    assert "tesseract 5" in verdict.reader
    verdict = check_image(advert(wrong, font=font), {"headline": text}, panel())
    assert verdict.status is Status.REJECT
    assert verdict.slots[0].trouble is Trouble.MISSPELT


def test_two_scripts_of_an_advert_are_each_read_by_their_reader() -> None:
    copy = {"headline": "Горячий шоколад", "cta": "Hello world"}
    verdict = check_image(advert(*copy.values()), copy, panel())
    assert verdict.status is Status.ACCEPT
    assert verdict.reader.startswith("PP-OCRv6")


def test_text_that_nobody_asked_for_is_told_beside_another_script() -> None:
    verdict = check_image(advert("Горячий шоколад", "BUY NOW"), {"h": "Горячий шоколад"}, panel())
    assert verdict.status is Status.REJECT
    assert verdict.slots[0].status is Status.ACCEPT
    assert ["BUY NOW" in finding.message for finding in verdict.findings] == [True]


def test_a_line_with_latin_words_is_read_in_both_languages() -> None:
    line, *_ = TesseractReader().expecting("Кофе Latte").read(advert("Кофе Latte"))
    assert line.text == "Кофе Latte"
    assert line.posteriors is None
    assert 0.5 < line.score <= 1.0


def test_a_line_from_right_to_left_comes_in_logical_order() -> None:
    line, *_ = TesseractReader().expecting("עד 50% הנחה").read(advert("עד 50% הנחה"))
    assert line.text == "עד 50% הנחה"


def test_an_empty_picture_holds_no_text() -> None:
    assert TesseractReader().read(Image.new("RGB", (300, 250), "teal")) == []


def test_its_name_holds_the_version_and_digests_of_the_languages() -> None:
    reader = TesseractReader()
    assert isinstance(reader, Polyglot)
    name = reader.expecting("Лето").name
    assert name.startswith("tesseract 5.")
    assert len(name.split(" rus ")[1]) == 8


def test_characters_that_no_installed_language_knows_are_named_with_their_package() -> None:
    reader = TesseractReader()
    assert reader.unreadable("Лето 한 ไทย") == frozenset("ไทย")
    assert reader.remedy("ไทย") == "Install it with: apt-get install tesseract-ocr-tha."
    assert reader.remedy("☃") == ""


def test_without_tesseract_copy_is_unsupported_and_the_package_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    reader = TesseractReader()
    assert reader.unreadable("Лето!") == frozenset("Лето!")
    told = "apt-get install tesseract-ocr tesseract-ocr-rus"
    assert told in reader.remedy("Лето!")
    alone = Panel(readers=(PpOcrReader(), reader))
    verdict = check_image(advert("Лето"), {"headline": "Лето"}, alone)
    assert verdict.slots[0].status is Status.UNSUPPORTED
    assert told in verdict.findings[-1].remedy
    for use in (lambda: reader.name, lambda: reader.read(advert("Лето"))):
        with pytest.raises(PluginError, match=r"not installed.*apt-get install tesseract-ocr"):
            use()


@pytest.mark.parametrize("script", ["exit 1", "echo broken data >&2; exit 3"])
def test_a_tesseract_that_fails_is_an_error_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    program = tmp_path / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(PluginError, match=r"tesseract failed: (it does not say why|broken data)"):
        _ = TesseractReader().name


def test_copy_that_no_reader_knows_is_an_error_before_anything_is_made() -> None:
    box = Box(x=0, y=0, width=1, height=1)
    spec = with_slots(
        SlotCopy(name="headline", text="Лето", render=RenderMode.MODEL, box=box),
        SlotCopy(name="legal", text="ไทย", render=RenderMode.TYPESET, box=box),
    )
    (finding,) = validate_asset(spec)
    assert (finding.slot, finding.asset) == ("legal", "a")
    assert "can read it" in finding.message
    assert finding.remedy.endswith("tesseract-ocr-tha.")


def test_it_is_offered_as_a_substitute() -> None:
    (entry,) = register_readers()
    assert (entry.name, entry.alone, entry.substitute) == ("tesseract", True, True)
