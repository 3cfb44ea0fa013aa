"""Campaigns from end to end, with a paper engine, real typesetting and a real reader."""

from __future__ import annotations

import json
import random
import signal
import time
from pathlib import Path

import pytest

from presscheck import Plugins, Press, hookimpl
from presscheck.assets import AssetState, Plan, Roll
from presscheck.errors import (
    Cancelled,
    DeliveryError,
    EngineError,
    InputError,
    PluginError,
    PreflightError,
    StorageError,
)
from presscheck.job import Event
from presscheck.manifest import verify_manifest
from presscheck.testing import PaperEngine

THREE = ["SPRING SALE", "GARDEN DAYS", "OPEN HOUSE"]


def _three(tmp_path: Path) -> dict[str, object]:
    return {
        "locales": ["en", "de", "fr"],
        "copy": {"headline": dict(zip(("en", "de", "fr"), THREE, strict=True)), "legal": "June"},
    }


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.*"))}


def _images(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in _files(folder).items() if name.endswith(".png")}


def test_a_campaign_is_delivered_with_its_manifest(paper, write_campaign, tmp_path) -> None:
    with Press(work=tmp_path / "work") as press:
        result = press.run(write_campaign())
    assert result.delivered == 1
    assert result.problems == ()
    assert set(_files(tmp_path / "out")) == {"spring_square_en_1.png", "manifest.json"}
    assert verify_manifest(tmp_path / "out") == []
    (asset,) = result.assets
    assert [attempt.roll for attempt in asset.attempts] == [Roll.PLAN]
    assert asset.attempts[0].candidate.typeset == ("legal",)


def test_a_misspelt_headline_is_rendered_again_from_the_same_plan(
    paper, write_campaign, tmp_path
) -> None:
    with Press(work=tmp_path / "work") as press:
        (asset,) = press.run(
            write_campaign(engine={"name": "paper", "settings": {"wrong": 1}})
        ).assets
    assert [attempt.roll for attempt in asset.attempts] == [Roll.PLAN, Roll.RENDER]
    assert len({attempt.plan for attempt in asset.attempts}) == 1
    assert asset.state is AssetState.DELIVERED
    assert (len(paper.paid("plan")), len(paper.paid("render"))) == (1, 2)


def test_plans_that_their_preview_refuses_are_not_rendered(paper, write_campaign, tmp_path) -> None:
    settings = {"misplans": 2, "previews": True}
    campaign = write_campaign(**_three(tmp_path), engine={"name": "paper", "settings": settings})
    with Press(work=tmp_path / "work") as press:
        assets = press.run(campaign).assets
    assert [asset.state for asset in assets] == [AssetState.DELIVERED] * 3
    assert len(paper.paid("render")) == 3
    assert [attempt.dropped for asset in assets for attempt in asset.attempts] == [1, 1, 0]
    assert len(paper.paid("plan")) == 5


def test_without_previews_what_was_planned_wrong_is_paid_for(
    paper, write_campaign, tmp_path
) -> None:
    campaign = write_campaign(engine={"name": "paper", "settings": {"misplans": 1}})
    with Press(work=tmp_path / "work") as press:
        (asset,) = press.run(campaign).assets
    assert [attempt.roll for attempt in asset.attempts] == [Roll.PLAN, Roll.RENDER, Roll.PLAN]


def test_many_workers_deliver_the_bytes_of_one(paper, write_campaign, tmp_path) -> None:
    delivered = []
    for workers in (1, 3):
        settings = {"misplans": 2, "previews": True, "workers": workers, "seconds": 0.05}
        campaign = write_campaign(
            **_three(tmp_path), engine={"name": "paper", "settings": settings}
        )
        with Press(work=tmp_path / f"work-{workers}") as press:
            assert press.run(campaign).delivered == 3
        delivered.append(_images(tmp_path / "out"))
        for file in (tmp_path / "out").iterdir():
            file.unlink()
    assert delivered[0] == delivered[1]


def test_when_one_render_fails_the_others_end_and_the_error_is_told(
    paper, write_campaign, tmp_path, monkeypatch
) -> None:
    campaign = write_campaign(
        **_three(tmp_path), engine={"name": "paper", "settings": {"workers": 2}}
    )
    whole = PaperEngine.render

    def torn(self: PaperEngine, plan: Plan, **options: object) -> object:
        if len(self.rendered) == 1:
            raise EngineError("the paper is torn.", remedy="Buy paper.")
        return whole(self, plan, **options)

    monkeypatch.setattr(PaperEngine, "render", torn)
    with Press(work=tmp_path / "work") as press, pytest.raises(EngineError, match="torn"):
        press.run(campaign)
    monkeypatch.setattr(PaperEngine, "render", whole)
    with Press(work=tmp_path / "work") as press:
        assert press.run(campaign).delivered == 3


def test_an_engine_that_never_spells_ends_in_the_brands_own_type(
    paper, write_campaign, tmp_path
) -> None:
    campaign = write_campaign(
        engine={"name": "paper", "settings": {"wrong": 99}}, budget={"rolls": 3}
    )
    with Press(work=tmp_path / "work") as press:
        (asset,) = press.run(campaign).assets
    rolls = [attempt.roll for attempt in asset.attempts]
    assert rolls == [Roll.PLAN, Roll.RENDER, Roll.REPAIR, Roll.TYPESET]
    assert set(asset.attempts[-1].candidate.typeset) == {"headline", "legal"}
    assert asset.state is AssetState.DELIVERED
    assert len(paper.paid("render")) == 3


def test_a_brand_that_gives_up_leaves_the_asset_for_review(
    paper, write_campaign, brand_file, tmp_path
) -> None:
    with brand_file.open("a") as file:
        file.write("ladder: {last: give-up}\n")
    campaign = write_campaign(
        engine={"name": "paper", "settings": {"wrong": 99}}, budget={"rolls": 2}
    )
    with Press(work=tmp_path / "work") as press:
        result = press.run(campaign)
    assert [asset.state for asset in result.assets] == [AssetState.REVIEW]
    assert result.delivered == 0
    assert set(_files(tmp_path / "out")) == {"manifest.json"}
    assert json.loads((tmp_path / "out/manifest.json").read_text())["files"] == []


def test_a_second_run_makes_nothing_anew(paper, write_campaign, tmp_path) -> None:
    campaign = write_campaign(engine={"name": "paper", "settings": {"wrong": 1}})
    with Press(work=tmp_path / "work") as press:
        first = press.run(campaign)
    paid, files = paper.paid(), _files(tmp_path / "out")
    times = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "out").iterdir()}
    with Press(work=tmp_path / "work") as press:
        second = press.run(campaign)
    assert second.assets == first.assets
    assert paper.paid() == paid
    assert _files(tmp_path / "out") == files
    assert {file.name: file.stat().st_mtime_ns for file in (tmp_path / "out").iterdir()} == times


def test_two_fresh_work_folders_deliver_the_same_bytes(paper, write_campaign, tmp_path) -> None:
    campaign = write_campaign(
        **_three(tmp_path), engine={"name": "paper", "settings": {"wrong": 2}}
    )
    with Press(work=tmp_path / "work-1") as press:
        press.run(campaign)
    first = _files(tmp_path / "out")
    for file in (tmp_path / "out").iterdir():
        file.unlink()
    with Press(work=tmp_path / "work-2") as press:
        press.run(campaign)
    assert len(first) == 4
    assert _files(tmp_path / "out") == first


def test_a_stop_ends_the_run_and_the_next_one_goes_on(paper, write_campaign, tmp_path) -> None:
    campaign = write_campaign(**_three(tmp_path))
    with Press(work=tmp_path / "work") as press:

        def stop_after_first_proof(event: Event) -> None:
            if event.stage == "proofed":
                press.stop.set()

        press.watch = stop_after_first_proof
        with pytest.raises(Cancelled):
            press.run(campaign)
    # The next image may be on its way already, while the first is proofed.
    assert 1 <= len(paper.paid("render")) <= 3
    with Press(work=tmp_path / "work") as press:
        result = press.run(campaign)
    assert result.delivered == 3
    assert len(paper.paid("plan")) == 3
    assert len(paper.paid("render")) == 3
    assert verify_manifest(tmp_path / "out") == []


@pytest.mark.parametrize("seed", range(4))
def test_whenever_a_run_is_killed_the_next_one_ends_right(
    seed, paper, write_campaign, tmp_path
) -> None:
    campaign = write_campaign(
        **_three(tmp_path), engine={"name": "paper", "settings": {"wrong": 1, "seconds": 0.2}}
    )
    process = paper.start(["run", str(campaign), "--runner", "press", "--work", "work"])
    wanted = random.Random(seed).randint(1, 6)
    deadline = time.monotonic() + 60
    while len(paper.paid()) < wanted and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(random.Random(seed).random() * 0.6)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    lost = paper.lost(tmp_path / "work")
    assert lost["render"] <= 1
    before = {f.name: f.stat().st_mtime_ns for f in (tmp_path / "out").glob("*.png")}

    with Press(work=tmp_path / "work") as press:
        result = press.run(campaign)
    assert result.delivered == 3
    assert verify_manifest(tmp_path / "out") == []
    assert [f for f in (tmp_path / "out").iterdir() if f.suffix == ".part"] == []
    for name, written in before.items():
        assert (tmp_path / "out" / name).stat().st_mtime_ns == written
    assert paper.twice() == lost
    for asset in result.assets:
        assert [a.number for a in asset.attempts] == [*range(1, len(asset.attempts) + 1)]


@pytest.mark.parametrize(
    ("variable", "problem"),
    [
        ("PAPER_RAISES", "verify_candidate raised RuntimeError: jam"),
        ("PAPER_STALLS", "plan_reroll raised RuntimeError: stalled"),
    ],
)
def test_a_plugin_that_fails_for_one_asset_leaves_the_others_delivered(
    paper, write_campaign, tmp_path, monkeypatch, variable, problem
) -> None:
    campaign = write_campaign(**_three(tmp_path))
    monkeypatch.setenv(variable, "square_de_1")
    with (
        Press(work=tmp_path / "work") as press,
        pytest.raises(PluginError, match=f"plugin paper: {problem}"),
    ):
        press.run(campaign)
    assert set(_files(tmp_path / "out")) == {"spring_square_en_1.png", "spring_square_fr_1.png"}
    monkeypatch.delenv(variable)
    with Press(work=tmp_path / "work") as press:
        assert press.run(campaign).delivered == 3
    assert len(paper.paid("render")) == 3


def test_a_folder_that_cannot_be_written_is_found_before_any_engine_time(
    paper, write_campaign, tmp_path
) -> None:
    (tmp_path / "file").write_text("in the way")
    campaign = write_campaign(delivery=[{"to": "folder", "path": str(tmp_path / "file/out")}])
    with Press(work=tmp_path / "work") as press, pytest.raises(DeliveryError):
        press.run(campaign)
    assert paper.paid() == []


def test_wrong_options_of_a_target_are_found_before_any_engine_time(
    paper, write_campaign, tmp_path
) -> None:
    campaign = write_campaign(delivery=[{"to": "folder", "pth": "out"}])
    with Press(work=tmp_path / "work") as press, pytest.raises(InputError, match="pth"):
        press.run(campaign)
    assert paper.paid() == []


def test_a_target_that_refuses_one_file_gets_the_others_and_no_manifest(
    paper, write_campaign, tmp_path
) -> None:
    (tmp_path / "out/spring_square_de_1.png").mkdir(parents=True)
    with Press(work=tmp_path / "work") as press:
        result = press.run(write_campaign(**_three(tmp_path)))
    assert result.delivered == 2
    assert len(result.problems) == 1
    assert "square_de_1" in result.problems[0]
    assert not (tmp_path / "out/manifest.json").exists()
    (tmp_path / "out/spring_square_de_1.png").rmdir()
    with Press(work=tmp_path / "work") as press:
        assert press.run(write_campaign(**_three(tmp_path))).delivered == 3
    assert len(paper.paid("render")) == 3
    assert verify_manifest(tmp_path / "out") == []


def test_no_roll_begins_once_the_campaigns_money_is_spent(paper, write_campaign, tmp_path) -> None:
    campaign = write_campaign(
        engine={"name": "paper", "settings": {"wrong": 99, "seconds": 0.05}},
        budget={"rolls": 50, "money": 0.001, "engine_hour": 3600},
    )
    with Press(work=tmp_path / "work") as press:
        (asset,) = press.run(campaign).assets
    assert [attempt.roll for attempt in asset.attempts] == [Roll.PLAN, Roll.TYPESET]
    assert asset.attempts[0].money > 0.001
    assert asset.attempts[1].money == 0


def test_money_that_suffices_changes_nothing(paper, write_campaign, tmp_path) -> None:
    campaign = write_campaign(budget={"money": 100, "engine_hour": 1})
    with Press(work=tmp_path / "work") as press:
        assert press.run(campaign).delivered == 1


def test_copy_that_cannot_be_set_is_found_before_any_engine_time(
    paper, write_campaign, tmp_path
) -> None:
    campaign = write_campaign(copy={"headline": "SALE", "legal": "terms " * 80})
    with Press(work=tmp_path / "work") as press, pytest.raises(PreflightError, match="legal"):
        press.run(campaign)
    assert paper.paid() == []


def test_copy_for_a_slot_that_the_brand_lacks_is_refused(paper, write_campaign, tmp_path) -> None:
    campaign = write_campaign(copy={"headline": "SALE", "footer": "June"})
    with Press(work=tmp_path / "work") as press, pytest.raises(PreflightError) as caught:
        press.run(campaign)
    assert "footer" in str(caught.value)
    assert "headline, legal" in str(caught.value)


def test_one_run_is_at_work_in_one_process_only(paper, write_campaign, tmp_path) -> None:
    from presscheck.press import only_one

    campaign = write_campaign()
    with Press(work=tmp_path / "work") as press:
        run = press.open(campaign).run
        with only_one(press.work, run), pytest.raises(StorageError, match="another process"):
            press.run(campaign)
    assert paper.paid() == []


def test_other_font_bytes_are_another_run(paper, write_campaign, brand_file, tmp_path) -> None:
    campaign = write_campaign()
    with Press(work=tmp_path / "work") as press:
        first = press.open(campaign).run
        font = brand_file.parent / "fonts/text.ttf"
        assert press.open(campaign).run == first
        bold = font.read_bytes() + b"\0\0\0\0"
        font.write_bytes(bold)
        assert press.open(campaign).run != first


def test_a_reopened_run_is_the_same_job(paper, write_campaign, tmp_path) -> None:
    with Press(work=tmp_path / "work") as press:
        job = press.open(write_campaign())
        again = press.reopen(job.run)
    assert again.campaign == job.campaign
    assert again.brand == job.brand
    assert again.brand.folder == job.brand.folder


def test_a_brand_file_is_found_beside_its_campaign(
    paper, write_campaign, tmp_path, monkeypatch
) -> None:
    campaign = write_campaign(brand="kit/brand.yaml")
    monkeypatch.chdir("/")
    with Press(work=tmp_path / "work") as press:
        assert press.preflight(campaign) == []


def test_a_font_that_is_missing_is_told_with_its_path(
    paper, write_campaign, brand_file, tmp_path
) -> None:
    (brand_file.parent / "fonts/text.ttf").unlink()
    with Press(work=tmp_path / "work") as press, pytest.raises(InputError, match=r"text\.ttf"):
        press.run(write_campaign())


def test_a_work_folder_that_is_a_file_is_told(paper, write_campaign, tmp_path) -> None:
    (tmp_path / "work").write_text("")
    with Press(work=tmp_path / "work") as press, pytest.raises(StorageError, match="--work"):
        press.run(write_campaign())


def test_verifiers_get_the_picture_that_a_repair_changed(paper, write_campaign, tmp_path) -> None:
    campaign = write_campaign(
        engine={"name": "paper", "settings": {"wrong": 99}}, budget={"rolls": 3}
    )
    seen: list[tuple[int, bool]] = []

    class Watching:
        @hookimpl
        def verify_candidate(self, candidate, image, original) -> None:
            assert original is None or original.size == image.size
            seen.append((candidate.roll, original is not None))

    plugins = Plugins.load()
    plugins.register(Watching())
    with Press(plugins=plugins, work=tmp_path / "work") as press:
        press.run(campaign)
    assert seen == [(1, False), (2, False), (3, True), (4, True)]
