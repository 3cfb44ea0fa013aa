"""Data files say which characters a language knows; the fewest languages are chosen."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.errors import PluginError
from presscheck_plugins.tesseract.binary import find_tesseract
from presscheck_plugins.tesseract.languages import characters_of, choose, letters, packages_for

RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"


def installed() -> dict[str, frozenset[str]]:
    tesseract = find_tesseract()
    assert tesseract is not None
    return dict(tesseract.languages)


def test_an_installed_language_knows_its_letters_and_no_others() -> None:
    languages = installed()
    assert languages["rus"] >= frozenset(RUSSIAN + RUSSIAN.upper() + "0123456789%№")
    assert not languages["rus"] & frozenset("їіBJd")
    assert "osd" not in languages


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("Скидки до 50%", ("rus",)),
        ("Скидка SALE", ("rus", "eng")),
        ("여름 세일", ("kor",)),
        ("מבצע קיץ", ("heb",)),
        ("تخفيضات الصيف", ("ara",)),
        ("SUMMER SALE", ("eng",)),
        ("☃", ()),
    ],
)
def test_few_languages_are_chosen_for_a_text(text: str, chosen: tuple[str, ...]) -> None:
    known = {name: value for name, value in installed().items() if name.islower()}
    assert choose(text, known) == chosen


@given(
    st.text("абвabc5% "),
    st.dictionaries(
        st.sampled_from(["rus", "eng", "Cyrillic"]), st.frozensets(st.sampled_from("абвabc5%"))
    ),
)
def test_the_chosen_languages_know_whatever_any_knows(
    text: str, languages: dict[str, frozenset[str]]
) -> None:
    known = frozenset[str]().union(*languages.values())
    chosen = [languages[name] for name in choose(text, languages)]
    assert letters(text) & known <= frozenset[str]().union(*chosen)
    assert len(chosen) <= len(languages)


def test_a_language_is_preferred_to_the_collected_ones_of_its_script() -> None:
    known = {"rus": frozenset("абв"), "Cyrillic": frozenset("абвabc"), "eng": frozenset("abc")}
    assert choose("абв abc", known) == ("rus", "eng")


@pytest.mark.parametrize("data", [b"", b"abc", struct.pack("<i", -5), struct.pack("<iq", 30, 4)])
def test_damaged_data_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "rus.traineddata"
    path.write_bytes(data)
    with pytest.raises(PluginError, match=r"rus\.traineddata is no language data") as caught:
        characters_of(path)
    assert caught.value.remedy


def test_data_without_a_network_knows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "old.traineddata"
    path.write_bytes(struct.pack("<i24q", 24, *[-1] * 24))
    assert characters_of(path) == frozenset()


def test_the_package_of_a_script_is_named_once() -> None:
    assert packages_for("ЖЩ한", []) == ["tesseract-ocr-rus", "tesseract-ocr-kor"]
