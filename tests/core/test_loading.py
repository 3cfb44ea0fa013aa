"""Files that people write: every mistake is told with file, line, field, finding and remedy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from presscheck import loading
from presscheck.errors import EXIT_INPUT, SpecError, SpecErrorGroup
from presscheck.loading import load_brand, load_campaign

GOOD = """\
name: spring
brand: sundial
brief: Announce the spring sale.
placements: [instagram-post]
locales: [en]
copy:
  headline: SPRING SALE
delivery:
  - {to: folder, path: out}
"""


def _campaign(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "campaign.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _errors(path: Path, load=load_campaign) -> list[SpecError]:
    with pytest.raises((SpecError, SpecErrorGroup)) as caught:
        load(path)
    assert caught.value.exit_code == EXIT_INPUT
    errors = caught.value.errors if isinstance(caught.value, SpecErrorGroup) else [caught.value]
    for error in errors:
        assert isinstance(error, SpecError)
        assert str(error).startswith(str(path))
        assert str(error) in str(caught.value)
        assert "Traceback" not in str(error)
        assert "pydantic" not in str(error)
    return errors


def test_a_good_campaign_is_read(tmp_path) -> None:
    campaign = load_campaign(_campaign(tmp_path, GOOD))
    assert campaign.text("headline", "en") == "SPRING SALE"
    assert campaign.delivery[0].options == {"path": "out"}


def test_a_byte_order_mark_does_no_harm(tmp_path) -> None:
    assert load_campaign(_campaign(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())).name == "spring"


def test_windows_line_ends_do_no_harm(tmp_path) -> None:
    assert load_campaign(_campaign(tmp_path, GOOD.replace("\n", "\r\n"))).name == "spring"


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "told"),
    [
        ("name: spring", "nmae: spring", 1, "nmae", "there is no key 'nmae' here"),
        ("name: spring", "nmae: spring", 1, "name", "is missing"),
        ("name: spring", "name: Spring Sale", 1, "name", "found 'Spring Sale'"),
        ("name: spring", "name: 12", 1, "name", "found 12"),
        ("name: spring", "name:", 1, "name", "found nothing"),
        ("brief: Announce the spring sale.", "brief: ''", 3, "brief", "at least 1"),
        ("placements: [instagram-post]", "placements: []", 4, "placements", "at least 1"),
        ("placements: [instagram-post]", "placements: 5", 4, "placements", "tuple"),
        (
            "placements: [instagram-post]",
            "placements:\n  - instagram-post\n  - {name: wide, width: 9000, height: 64}",
            6,
            "placements.1.width",
            "less than or equal to 8192, found 9000",
        ),
        (
            "placements: [instagram-post]",
            "placements:\n  - {name: wide, width: 800, height: 10}",
            5,
            "placements.0.height",
            "greater than or equal to 64, found 10",
        ),
        (
            "placements: [instagram-post]",
            "placements:\n  - {name: wide, width: wide, height: 100}",
            5,
            "placements.0.width",
            "found 'wide'",
        ),
        (
            "placements: [instagram-post]",
            "placements:\n  - {name: wide, width: 100}",
            5,
            "placements.0.height",
            "is missing",
        ),
        ("locales: [en]", "locales: [english]", 5, "locales.0", "found 'english'"),
        ("  headline: SPRING SALE", "  headline: ''", 6, "copy", "slot headline"),
        ("  headline: SPRING SALE", "  headline: '  '", 6, "copy", "leave the slot out"),
        ("  headline: SPRING SALE", "  headline: 12", 7, "copy.headline", "found 12"),
        ("  headline: SPRING SALE", "  headline: THE “BEST”", 6, "copy", "quotation mark “"),
        ("  headline: SPRING SALE", "  headline: «BEST»", 6, "copy", "quotation mark «"),
        ("  headline: SPRING SALE", '  headline: "A\\u200bB\\x07"', 6, "copy", "U+0007"),
        ("  headline: SPRING SALE", '  headline: "A\\ue000"', 6, "copy", "U+E000"),
        ("  headline: SPRING SALE", "  headline: {de: SALE}", 1, "", "no text for locale en"),
        ("  headline: SPRING SALE", f"  headline: {'A' * 501}", 7, "copy.headline", "500"),
        ("  - {to: folder, path: out}", "  - {path: out}", 9, "delivery.0.to", "is missing"),
        ("  - {to: folder, path: out}", "  - folder", 9, "delivery.0", "found 'folder'"),
        ("delivery:", "seed: -1\ndelivery:", 8, "seed", "found -1"),
        ("delivery:", "seed: 1.5\ndelivery:", 8, "seed", "found 1.5"),
        ("delivery:", "budget: {rolls: 0}\ndelivery:", 8, "budget.rolls", "found 0"),
        ("delivery:", "budget: {seconds: .nan}\ndelivery:", 8, "budget.seconds", "finite"),
        ("delivery:", "budget: {seconds: .inf}\ndelivery:", 8, "budget.seconds", "finite"),
        ("delivery:", "budget: {money: .nan}\ndelivery:", 8, "budget.money", "finite"),
        ("delivery:", "budget: {currency: euro}\ndelivery:", 8, "budget.currency", "'euro'"),
        ("delivery:", "formats: [gif]\ndelivery:", 8, "formats.0", "found 'gif'"),
        ("delivery:", "variants: 51\ndelivery:", 8, "variants", "found 51"),
        ("delivery:", "engine: {checkpont: nano}\ndelivery:", 8, "engine.checkpont", "no key"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, old, new, line, field, told) -> None:
    assert old in GOOD
    errors = _errors(_campaign(tmp_path, GOOD.replace(old, new)))
    found = [(error.line, error.field) for error in errors]
    assert (line, field) in found, [str(error) for error in errors]
    (error,) = [error for error in errors if error.field == field]
    assert told in str(error)


def test_norway_is_a_locale(tmp_path) -> None:
    text = GOOD.replace("[en]", "[no]")
    assert load_campaign(_campaign(tmp_path, text)).locales == ("no",)


def test_all_mistakes_are_told_at_once(tmp_path) -> None:
    text = GOOD.replace("brief:", "breif:").replace("[en]", "[english]") + "seed: -1\n"
    fields = [error.field for error in _errors(_campaign(tmp_path, text))]
    assert fields == ["brief", "locales.0", "seed", "breif"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: spring\n\tbrand: x\n", 2),
        ("name: [spring\nbrand: x\n", None),
        ("name: 'spring\n", None),
        ("name: spring\n  brand: x\n", 2),
        ("name: *missing\n", 1),
        ("name: spring\nname: again\n", 2),
        ("copy:\n  headline: A\n  headline: B\n", 3),
        ("name: spring\x00\n", None),
        ("%YAML 9.9\n---\na: 1\n", None),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: !!python/object/apply:os.system [ls]\n", None),
        ("<<: 5\n", None),
        ("<<: [1, 2]\n", None),
        ("? [a, b]\n: 1\n", None),
        ("? {a: b}\n: 1\n", None),
        ("1: 2\n", None),
        ("2001-01-01: 2\n", None),
        ("seed: 0x\n", None),
        ("name: 2001-99-99\n", None),
        ("&a name: *a\n", None),
    ],
)
def test_text_that_is_no_yaml_mapping_is_told_with_its_line(tmp_path, text, line) -> None:
    first = _errors(_campaign(tmp_path, text))[0]
    if line is not None:
        assert first.line == line


@pytest.mark.parametrize("text", ["", "# nothing\n", "just words\n", "- a\n- b\n", "5\n", "null\n"])
def test_a_file_that_is_no_mapping_is_told_what_it_is(tmp_path, text) -> None:
    (error,) = _errors(_campaign(tmp_path, text))
    assert "mapping" in error.problem
    assert "Commented" not in error.problem
    assert error.remedy


def test_bytes_that_are_not_utf8_are_told_with_their_line(tmp_path) -> None:
    (error,) = _errors(_campaign(tmp_path, GOOD.replace("SALE", "CAFÉ").encode("latin-1")))
    assert error.line == 7
    assert "0xc9" in error.problem
    assert "UTF-8" in error.remedy


def test_a_utf16_file_is_told_to_be_saved_as_utf8(tmp_path) -> None:
    (error,) = _errors(_campaign(tmp_path, GOOD.encode("utf-16")))
    assert "UTF-8" in str(error)


def test_aliases_that_mean_billions_are_refused_quickly(tmp_path) -> None:
    levels = "".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]\n" for i in range(1, 10))
    (error,) = _errors(_campaign(tmp_path, "l0: &l0 [x, x, x]\n" + levels))
    assert "too many" in error.problem
    assert "aliases" in error.remedy


def test_an_alias_to_itself_is_refused(tmp_path) -> None:
    _errors(_campaign(tmp_path, "a: &a\n  b: *a\n"))
    _errors(_campaign(tmp_path, "a: &a [*a]\n"))


def test_merge_keys_that_mean_billions_are_refused(tmp_path) -> None:
    levels = "".join(
        f"l{i}: &l{i} {{a: *l{i - 1}, b: *l{i - 1}, c: *l{i - 1}, d: *l{i - 1}}}\n"
        for i in range(1, 16)
    )
    _errors(_campaign(tmp_path, "l0: &l0 {a: 1}\n" + levels))


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_depth_without_end_is_refused(tmp_path, opening) -> None:
    _errors(_campaign(tmp_path, opening * 5000))


def test_a_file_that_is_too_large_is_refused_unread(tmp_path) -> None:
    path = _campaign(tmp_path, "x" * (loading.MAX_BYTES + 1))
    (error,) = _errors(path)
    assert "larger than 1000 kB" in error.problem


def test_a_folder_is_told_to_be_one(tmp_path) -> None:
    (error,) = _errors(tmp_path)
    assert "Is a directory" in error.problem
    assert error.remedy


def test_a_missing_file_is_told(tmp_path) -> None:
    (error,) = _errors(tmp_path / "nowhere.yaml")
    assert "No such file" in error.problem


def test_a_device_or_pipe_is_not_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (error,) = _errors(tmp_path / "pipe")
    assert "file" in error.problem


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_told(tmp_path) -> None:
    path = _campaign(tmp_path, GOOD)
    path.chmod(0)
    (error,) = _errors(path)
    assert "Permission denied" in error.problem


@given(text=st.text(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_any_text_gives_a_told_mistake(tmp_path, text) -> None:
    _errors(_campaign(tmp_path, text.encode("utf-8", "surrogatepass")))


@given(data=st.binary(max_size=100))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_any_bytes_give_a_told_mistake(tmp_path, data) -> None:
    _errors(_campaign(tmp_path, data))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    key=st.sampled_from(
        ["name", "brand", "placements", "locales", "copy", "engine", "budget", "delivery", "seed"]
    ),
    value=_VALUES,
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_any_value_anywhere_is_read_or_told(tmp_path, key, value) -> None:
    import io

    from ruamel.yaml import YAML

    tree = YAML(typ="safe").load(GOOD)
    tree[key] = value
    buffer = io.BytesIO()
    YAML(typ="safe").dump(tree, buffer)
    path = _campaign(tmp_path, buffer.getvalue())
    try:
        load_campaign(path)
    except (SpecError, SpecErrorGroup):
        _errors(path)


@pytest.mark.parametrize(
    ("old", "new", "field", "told"),
    [
        (
            "ground: paper",
            "ground: papre",
            "",
            "no colour 'papre' in the palette (paper, ink, blue)",
        ),
        ("accents: [blue]", "accents: [bleu]", "", "no colour 'bleu'"),
        ("    ink: paper", "    ink: papper", "", "slots.legal.ink: there is no colour 'papper'"),
        ("    panel: blue", "    panel: blu", "", "slots.legal.panel"),
        ("    font: text\n    ink: ink", "    font: txt\n    ink: ink", "", "no font 'txt' (text)"),
        ('"#14171d"', '"#14171"', "palette.ink", "found '#14171'"),
        ('"#14171d"', "black", "palette.ink", "found 'black'"),
        ("fonts/text.ttf", "../text.ttf", "fonts.text.file", "inside the file's own folder"),
        ("fonts/text.ttf", "/etc/passwd", "fonts.text.file", "inside the file's own folder"),
        ("fonts/text.ttf", "fonts/../../x.ttf", "fonts.text.file", "inside the file's own folder"),
        ("fonts/text.ttf", "..\\x.ttf", "fonts.text.file", "inside the file's own folder"),
        ("x: 0.05, y: 0.05", "x: 0.5, y: 0.05", "slots.headline.position.default", "outside"),
        ("x: 0.05, y: 0.05", "x: -1, y: 0.05", "slots.headline.position.default.x", "found -1"),
        ("x: 0.05, y: 0.05", "x: .nan, y: 0.05", "slots.headline.position.default.x", "finite"),
        ("min_size: 0.06", "min_size: 0.3", "slots.headline", "min_size is greater"),
        ("render: auto", "render: atuo", "slots.headline.render", "found 'atuo'"),
        (
            "title: Paperhouse",
            "logo: {file: ../l.png, position: {default: {x: 0, y: 0, width: 1, height: 1}}}",
            "logo.file",
            "inside the file's own folder",
        ),
    ],
)
def test_a_mistake_in_a_brand_is_told_with_its_place(brand_file, old, new, field, told) -> None:
    text = brand_file.read_text()
    assert old in text
    brand_file.write_text(text.replace(old, new, 1))
    errors = _errors(brand_file, load_brand)
    matching = [error for error in errors if error.field == field]
    assert matching, [str(error) for error in errors]
    assert told in str(matching[0])
    assert matching[0].line


def test_a_brands_files_lie_beside_it_wherever_presscheck_starts(brand_file, monkeypatch) -> None:
    monkeypatch.chdir(brand_file.parent)
    brand = load_brand(Path("brand.yaml"))
    monkeypatch.chdir("/")
    assert brand.file("fonts/text.ttf") == brand_file.parent / "fonts/text.ttf"
