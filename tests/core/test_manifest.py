"""The manifest: equal bytes for equal runs, no secrets or paths, and damage is found."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck import manifest
from presscheck.assets import (
    Asset,
    AssetSpec,
    AssetState,
    Attempt,
    Box,
    Candidate,
    Receipt,
    RenderMode,
    Rendition,
    Roll,
    SlotCopy,
    SlotReading,
    Status,
    Thresholds,
    Verdict,
)
from presscheck.errors import DeliveryError
from presscheck.spec import Campaign

BOX = Box(x=0.1, y=0.1, width=0.5, height=0.2)
DATA = b"picture"


def _campaign() -> Campaign:
    return Campaign.model_validate(
        {
            "name": "spring",
            "brand": "/home/someone/brands/acme/brand.yaml",
            "brief": "A calm morning",
            "placements": ["square"],
            "copy": {"headline": "Fresh start"},
            "delivery": [{"to": "folder", "path": "/home/someone/out", "canary": "canary"}],
        }
    )


def _attempt(number: int, read: str, *, typeset: tuple[str, ...] = ()) -> Attempt:
    status = Status.ACCEPT if read == "Fresh start" else Status.REJECT
    reading = SlotReading(
        slot="headline",
        expected="Fresh start",
        read=read,
        distance=0,
        status=status,
        box=BOX,
        thresholds=Thresholds(accept=0.7, reject=4.0, no_space=8.0),
        views=2,
    )
    return Attempt(
        asset="spring-square-en-1",
        number=number,
        roll=Roll.PLAN,
        reason="first roll",
        prompt="A poster",
        plan="a" * 64,
        plan_seed=7,
        render_seed=number,
        base="b" * 64,
        candidate=Candidate(
            asset="spring-square-en-1",
            roll=number,
            image="c" * 64,
            width=512,
            height=512,
            typeset=typeset,
        ),
        verdicts=(
            Verdict(verifier="copy", reader="eyes 1", status=status, slots=(reading,), seconds=1.5),
        ),
        seconds={"plan": 2.0},
        money=0.1,
    )


def _asset(name: str = "spring-square-en-1", *, state: AssetState = AssetState.DELIVERED) -> Asset:
    digest = hashlib.sha256(DATA).hexdigest()
    slot = SlotCopy(name="headline", text="Fresh start", render=RenderMode.MODEL, box=BOX)
    spec = AssetSpec(
        id=name,
        campaign="spring",
        brand="acme",
        placement="square",
        width=512,
        height=512,
        locale="en",
        variant=1,
        seed=3,
        brief="A calm morning",
        slots=(slot,),
    )
    file = f"{name}.png"
    made = Rendition(
        asset=name, name=file, format="png", width=512, height=512, digest=digest, size=len(DATA)
    )
    receipts = tuple(
        Receipt(
            target=target,
            name=file,
            location=f"/home/someone/{file}",
            digest=digest,
            size=len(DATA),
        )
        for target in ("s3", "folder")
    )
    attempts = (_attempt(1, "Fresh stort"), _attempt(2, "Fresh start", typeset=("headline",)))
    if state is AssetState.REVIEW:
        return Asset(spec=spec, state=state, attempts=attempts[:1], reason="the budget is spent")
    return Asset(spec=spec, state=state, attempts=attempts, renditions=(made,), receipts=receipts)


def _delivered(folder: Path, *assets: Asset) -> None:
    for asset in assets:
        for receipt in asset.receipts:
            (folder / receipt.name).write_bytes(DATA)
    (folder / manifest.NAME).write_bytes(manifest.build(_campaign(), "nano 1", assets))


def test_the_manifest_tells_what_was_accepted_and_delivered() -> None:
    tree = json.loads(manifest.build(_campaign(), "nano 1", [_asset()]))
    (asset,) = tree["assets"]
    assert (tree["engine"], tree["brand"], tree["schema_version"]) == ("nano 1", "acme", 1)
    assert (asset["state"], asset["attempts"], asset["accepted"]["number"]) == ("delivered", 2, 2)
    assert asset["accepted"]["typeset"] == ["headline"]
    assert asset["slots"] == [
        {
            "slot": "headline",
            "verifier": "copy",
            "reader": "eyes 1",
            "views": 2,
            "thresholds": {"accept": 0.7, "reject": 4.0, "no_space": 8.0},
            "status": "accept",
            "expected": "Fresh start",
            "read": "Fresh start",
            "trouble": None,
            "drawn_by": "typeset",
        }
    ]
    assert tree["files"] == [
        {
            "name": "spring-square-en-1.png",
            "asset": "spring-square-en-1",
            "sha256": hashlib.sha256(DATA).hexdigest(),
            "size": 7,
            "media_type": "image/png",
            "targets": ["folder", "s3"],
        }
    ]


def test_an_asset_in_review_is_listed_with_its_reason_and_no_file() -> None:
    tree = json.loads(manifest.build(_campaign(), "nano 1", [_asset(state=AssetState.REVIEW)]))
    (asset,) = tree["assets"]
    assert (asset["state"], asset["accepted"]) == ("review", None)
    assert asset["reason"] == "the budget is spent"
    assert asset["slots"][0]["read"] == "Fresh stort"
    assert tree["files"] == []


@given(st.permutations(["a", "b", "c", "d"]), st.floats(0, 1e6), st.floats(0, 1e6))
def test_order_durations_and_money_change_no_byte(names, seconds, money) -> None:
    def slower(asset: Asset) -> Asset:
        attempts = tuple(
            dataclasses.replace(attempt, seconds={"plan": seconds}, money=money)
            for attempt in asset.attempts
        )
        return dataclasses.replace(asset, attempts=attempts)

    first = manifest.build(_campaign(), "nano 1", [_asset(name) for name in "abcd"])
    assert manifest.build(_campaign(), "nano 1", [slower(_asset(name)) for name in names]) == first


def test_no_path_option_or_secret_goes_in() -> None:
    data = manifest.build(_campaign(), "nano 1", [_asset()])
    for word in (b"canary", b"/home", b"brand.yaml"):
        assert word not in data


@given(st.text(max_size=30))
def test_whatever_was_read_stays_valid_utf8_json(read: str) -> None:
    asset = _asset(state=AssetState.REVIEW)
    asset = dataclasses.replace(asset, attempts=(_attempt(1, read),))
    data = manifest.build(_campaign(), "nano 1", [asset])
    assert json.loads(data)["assets"][0]["id"] == asset.spec.id


def test_half_a_surrogate_pair_does_not_break_the_manifest() -> None:
    asset = dataclasses.replace(
        _asset(state=AssetState.REVIEW), attempts=(_attempt(1, "bad \ud800"),)
    )
    data = manifest.build(_campaign(), "nano 1", [asset])
    assert json.loads(data)["assets"][0]["slots"][0]["read"] == "bad ?"


def test_what_did_not_pass_cannot_be_listed_as_delivered() -> None:
    asset = dataclasses.replace(_asset(), state=AssetState.REVIEW)
    with pytest.raises(DeliveryError, match="did not pass"):
        manifest.build(_campaign(), "nano 1", [asset])


def test_two_files_of_one_name_are_refused() -> None:
    first, second = _asset("a"), _asset("b")
    same = tuple(dataclasses.replace(receipt, name="a.png") for receipt in second.receipts)
    with pytest.raises(DeliveryError, match=r"two different files were delivered as 'a\.png'"):
        manifest.build(_campaign(), "nano 1", [first, dataclasses.replace(second, receipts=same)])


def test_an_untouched_delivery_has_no_problems(tmp_path) -> None:
    _delivered(tmp_path, _asset("a"), _asset("b"))
    assert manifest.verify_manifest(tmp_path) == []


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda path: path.write_bytes(b"pictura"), "a.png: its SHA-256 is not the listed one."),
        (lambda path: path.write_bytes(b"pic"), "a.png: has 3 bytes, not 7."),
        (lambda path: path.unlink(), "a.png: cannot be read: No such file or directory."),
    ],
)
def test_damage_is_found(tmp_path, damage, problem) -> None:
    _delivered(tmp_path, _asset("a"), _asset("b"))
    damage(tmp_path / "a.png")
    assert manifest.verify_manifest(tmp_path) == [problem]


def test_a_manifest_cannot_point_out_of_its_folder(tmp_path) -> None:
    _delivered(tmp_path, _asset("a"))
    path = tmp_path / manifest.NAME
    path.write_text(path.read_text().replace('"a.png"', '"../../etc/passwd"'))
    assert manifest.verify_manifest(tmp_path) == ["'../../etc/passwd': is not a safe name."]


def test_a_forged_state_is_found(tmp_path) -> None:
    _delivered(tmp_path, _asset("a"))
    path = tmp_path / manifest.NAME
    path.write_text(path.read_text().replace('"delivered"', '"review"'))
    assert manifest.verify_manifest(tmp_path) == ["a.png: its asset a did not pass."]


@pytest.mark.parametrize("content", [None, b"", b"[]", b"{}", b"\xff", b'{"files": 3}'])
def test_a_missing_or_broken_manifest_is_one_problem(tmp_path, content) -> None:
    if content is not None:
        (tmp_path / manifest.NAME).write_bytes(content)
    (problem,) = manifest.verify_manifest(tmp_path)
    assert problem.startswith("manifest.json: ")


def test_another_schema_version_is_told(tmp_path) -> None:
    _delivered(tmp_path, _asset("a"))
    path = tmp_path / manifest.NAME
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    (problem,) = manifest.verify_manifest(tmp_path)
    assert "schema version 2, not 1" in problem
