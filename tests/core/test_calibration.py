"""A campaign is validated and judged by its calibration; a hostile or stale one is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from presscheck.assets import Finding, Severity, Thresholds
from presscheck.calibration import load_calibration, made_for
from presscheck.errors import EXIT_INPUT, PreflightError, SpecError, SpecErrorGroup
from presscheck.loading import load_brand
from presscheck.press import Press
from presscheck_plugins.read_ppocr import PpOcrReader

NONE = {"hits": 0, "of": 0, "low": 0.0, "high": 1.0}
JUDGED = {
    "accept": 0.4,
    "reject": 5.0,
    "no_space": 8.0,
    "pool": "slot",
    "false_accepts": NONE,
    "false_rejects": NONE,
    "unsure": NONE,
    "met": True,
    "enough": False,
}


def _string(slot: str, text: str, **changes: Any) -> dict[str, Any]:
    right = {"accepted": 8, "unsure": 0, "rejected": 0}
    string = {"slot": slot, "text": text, "locale": "en", "width": 512, "height": 512}
    return {**string, "font": "text", "status": "readable", "right": right, **changes}


@pytest.fixture
def tree(brand_file: Path) -> dict[str, Any]:
    """Return a calibration that fits the small kit and the default campaign."""
    return {
        "version": 1,
        "presscheck": "0.1.0",
        "campaign": "spring",
        "brand": made_for(load_brand(brand_file)).model_dump(),
        "reader": PpOcrReader().name,
        "far": 0.02,
        "seed": 0,
        "views": 8,
        "slots": {"headline": JUDGED, "legal": JUDGED},
        "strings": [_string("headline", "SPRING SALE"), _string("legal", "Until 30 June")],
        "platt": None,
    }


def _write(tmp_path: Path, tree: object) -> Path:
    path = tmp_path / "calibration.json"
    path.write_text(tree if isinstance(tree, str) else json.dumps(tree), encoding="utf-8")
    return path


def _findings(campaign: Path) -> list[Finding]:
    with Press() as press:
        return [one for one in press.preflight(campaign) if one.check == "calibration"]


def test_a_calibration_that_fits_says_nothing_and_gives_slots_their_thresholds(
    paper, write_campaign, tree, tmp_path
) -> None:
    _write(tmp_path, tree)
    campaign = write_campaign(calibration="calibration.json")
    assert _findings(campaign) == []
    with Press(work=tmp_path / "work") as press:
        job = press.open(campaign)
        (asset,) = job.ledger.assets(job.run)
    assert {slot.thresholds for slot in asset.spec.slots} == {Thresholds(accept=0.4, reject=5.0)}


def test_other_thresholds_are_another_run(paper, write_campaign, tree, tmp_path) -> None:
    _write(tmp_path, tree)
    campaign = write_campaign(calibration="calibration.json")
    with Press(work=tmp_path / "work") as press:
        first = press.open(campaign).run
        assert press.open(campaign).run == first
        tree["slots"]["headline"] = {**JUDGED, "accept": 0.2}
        _write(tmp_path, tree)
        assert press.open(campaign).run != first


def test_copy_that_cannot_be_read_stops_a_campaign_before_anything_is_paid_for(
    paper, write_campaign, tree, tmp_path
) -> None:
    misread = [{"expected": "G", "read": "6", "times": 7}]
    right = {"accepted": 1, "unsure": 2, "rejected": 5}
    unreadable = {"status": "unreadable", "characters": misread, "right": right}
    tree["strings"][0] = _string("headline", "SPRING SALE", **unreadable)
    _write(tmp_path, tree)
    campaign = write_campaign(calibration="calibration.json")
    (finding,) = _findings(campaign)
    assert finding.severity is Severity.ERROR
    assert (finding.asset, finding.slot) == ("square_en_1", "headline")
    assert '"G" is read as "6" in font text (1 of 8 right settings' in finding.message
    assert "font" in finding.remedy
    with Press(work=tmp_path / "work") as press, pytest.raises(PreflightError, match="SPRING"):
        press.run(campaign)
    assert paper.paid() == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"reader": "PP-OCRv5 0123"}, "'PP-OCRv5 0123'"),
        ({"brand": {"name": "other", "fonts": "", "palette": "", "slots": ""}}, "brand 'other'"),
    ],
)
def test_one_of_another_reader_or_brand_is_told_and_not_used(
    paper, write_campaign, tree, tmp_path, change, told
) -> None:
    _write(tmp_path, {**tree, **change})
    campaign = write_campaign(calibration="calibration.json")
    (finding,) = _findings(campaign)
    assert finding.severity is Severity.WARNING
    assert told in finding.message
    assert "presscheck calibrate" in finding.remedy
    with Press(work=tmp_path / "work") as press:
        job = press.open(campaign)
        assert {slot.thresholds for slot in job.ledger.assets(job.run)[0].spec.slots} == {None}


def test_a_changed_font_is_named(paper, write_campaign, tree, tmp_path, brand_file) -> None:
    _write(tmp_path, tree)
    text = brand_file.read_text(encoding="utf-8")
    brand_file.write_text(text.replace("#14171d", "#000000"), encoding="utf-8")
    (finding,) = _findings(write_campaign(calibration="calibration.json"))
    assert "palette have changed" in finding.message
    assert "fonts" not in finding.message


def test_other_copy_is_named(paper, write_campaign, tree, tmp_path) -> None:
    _write(tmp_path, tree)
    copy = {"headline": "SPRING SALE", "legal": "Until 1 July"}
    (finding,) = _findings(write_campaign(calibration="calibration.json", copy=copy))
    assert finding.severity is Severity.WARNING
    assert 'legal "Until 1 July" (en, 512x512)' in finding.message


@pytest.mark.parametrize(
    ("change", "field", "told"),
    [
        ({"nonsense": 1}, "nonsense", "no such key"),
        ({"version": 2}, "version", "'2'"),
        ({"far": 7}, "far", "less than 1"),
        ({"views": "many"}, "views", "'many'"),
        ({"slots": {"headline": {**JUDGED, "accept": 6.0}}}, "slots.headline", "accept <= reject"),
        ({"slots": {"headline": {**JUDGED, "accept": -99}}}, "slots.headline.accept", "-99"),
        ({"slots": {"Head Line": JUDGED}}, "slots.Head Line", "pattern"),
        ({"strings": 2 * [_string("legal", "Hi")]}, "", "listed twice"),
        ({"strings": [_string("legal", "Hi", status="fine")]}, "strings.0.status", "'fine'"),
        ({"strings": [_string("legal", "Hi", width=10**9)]}, "strings.0.width", "8192"),
    ],
)
def test_a_wrong_field_is_told_with_what_was_found(tmp_path, tree, change, field, told) -> None:
    with pytest.raises(SpecError) as caught:
        load_calibration(_write(tmp_path, {**tree, **change}))
    error = caught.value
    assert error.exit_code == EXIT_INPUT
    assert str(error).startswith(str(tmp_path / "calibration.json"))
    assert field in error.field
    assert told in str(error)
    assert "presscheck calibrate" in error.remedy


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "null", '{"version": NaN}', "[" * 9000])
def test_what_is_no_calibration_is_told(tmp_path, text) -> None:
    with pytest.raises(SpecError, match=r"calibration\.json"):
        load_calibration(_write(tmp_path, text))


def test_a_missing_large_or_binary_file_is_told(tmp_path) -> None:
    path = tmp_path / "calibration.json"
    for data in (None, b"\xff\xfe\x00", b" " * 20_000_001):
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(SpecError, match=r"calibration\.json"):
            load_calibration(path)


def test_a_calibration_outside_the_campaigns_folder_is_refused(paper, write_campaign) -> None:
    campaign = write_campaign(calibration="../calibration.json")
    with Press() as press, pytest.raises(SpecErrorGroup, match="calibration"):
        press.preflight(campaign)


def test_calibrate_ends_with_3_and_preflight_refuses_what_it_found(
    paper, write_campaign, tmp_path
) -> None:
    copy = {"headline": "SALE", "legal": "¡Hola!"}
    campaign = write_campaign(calibration="calibration.json", copy=copy)
    done = paper.run("calibrate", str(campaign), "--views", "1", "--workers", "1", "--json")
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert [one["status"] for one in told["strings"]] == ["readable", "unsupported"]
    assert all(Path(file).is_file() for file in told["files"])
    assert load_calibration(tmp_path / "calibration.json").campaign == "spring"
    with Press() as press:
        told = [one for one in press.preflight(campaign) if one.severity is Severity.ERROR]
    assert [one.message for one in told] == ["no installed reader can read it: ¡."]


def test_calibrate_prints_tables_and_ends_with_0(paper, write_campaign, tmp_path) -> None:
    campaign = write_campaign(copy={"headline": "[SALE]"})
    where = tmp_path / "new/c.json"
    done = paper.run("calibrate", str(campaign), "--views", "1", "--output", str(where))
    assert done.returncode == 0, done.stderr
    assert "[SALE] (en)" in done.stdout
    assert "too few mistakes" in done.stdout
    assert load_calibration(where).views == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--reader", "nope"], "no reader 'nope'"),
        (["--far", "2"], "--far"),
        (["--views", "0"], "--views"),
    ],
)
def test_a_wrong_option_ends_with_2(paper, write_campaign, arguments, told) -> None:
    done = paper.run("calibrate", str(write_campaign()), *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
