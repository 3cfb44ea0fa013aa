"""Campaigns as Celery tasks inside one process: no broker, no server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from presscheck.manifest import verify_manifest

COPY = {"headline": {"en": "SPRING SALE", "de": "GARTEN FEST", "fr": "SOLDES"}, "legal": "June"}


def test_the_celery_runner_delivers_what_the_press_delivers(
    paper, write_campaign, tmp_path: Path
) -> None:
    campaign = write_campaign(
        locales=["en", "de", "fr"], copy=COPY, engine={"name": "paper", "settings": {"wrong": 1}}
    )
    done = paper.run("run", str(campaign), "--runner", "celery", "--work", "w1", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["problems"] == []
    assert verify_manifest(tmp_path / "out") == []
    first = {file.name: file.read_bytes() for file in (tmp_path / "out").glob("*.*")}
    paid = sorted(paper.paid())
    assert len(paid) == len(set(paid))

    again = paper.run("run", str(campaign), "--runner", "celery", "--work", "w1", "--json")
    assert again.returncode == 0, again.stderr
    assert sorted(paper.paid()) == paid

    paper.log.unlink()
    for file in (tmp_path / "out").iterdir():
        file.unlink()
    press = paper.run("run", str(campaign), "--runner", "press", "--work", "w2")
    assert press.returncode == 0, press.stderr
    images = {name: data for name, data in first.items() if name.endswith(".png")}
    assert len(images) == 3
    assert {f.name: f.read_bytes() for f in (tmp_path / "out").glob("*.png")} == images
    assert (tmp_path / "out/manifest.json").read_bytes() == first["manifest.json"]


@pytest.mark.parametrize(
    ("variable", "problem"),
    [
        ("PAPER_RAISES", "verify_candidate raised RuntimeError: jammed"),
        ("PAPER_STALLS", "plan_reroll raised RuntimeError: stalled"),
    ],
)
def test_a_plugin_that_fails_for_one_asset_leaves_the_others_delivered(
    paper, write_campaign, tmp_path: Path, variable: str, problem: str
) -> None:
    campaign = write_campaign(locales=["en", "de", "fr"], copy=COPY)
    done = paper.run("run", str(campaign), **{variable: "square_de_1"})
    assert done.returncode == 6, done.stderr
    assert f"plugin paper: {problem}" in done.stderr
    assert "Traceback" not in done.stderr
    assert {file.name for file in (tmp_path / "out").glob("*.png")} == {
        "spring_square_en_1.png",
        "spring_square_fr_1.png",
    }
    assert not (tmp_path / "out/manifest.json").exists()
    again = paper.run("run", str(campaign))
    assert again.returncode == 0, again.stderr
    assert len(paper.paid("render")) == 3


def test_an_engine_that_fails_ends_the_run_with_its_words(paper, write_campaign) -> None:
    campaign = write_campaign(engine={"name": "paper", "settings": {"broken": True}})
    done = paper.run("run", str(campaign))
    assert done.returncode == 5, done.stderr
    assert "the paper is torn. Buy paper." in done.stderr


@pytest.mark.parametrize("after", [1, 3])
def test_a_killed_run_ends_right_the_next_time(paper, write_campaign, tmp_path, after) -> None:
    import time

    campaign = write_campaign(
        locales=["en", "de", "fr"],
        copy=COPY,
        engine={"name": "paper", "settings": {"wrong": 1, "seconds": 0.3}},
    )
    process = paper.start(["run", str(campaign)])
    deadline = time.monotonic() + 60
    while len(paper.paid("render")) < after and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    lost = paper.lost(tmp_path / ".presscheck")
    assert lost["render"] <= 1
    done = paper.run("run", str(campaign))
    assert done.returncode == 0, done.stderr
    assert verify_manifest(tmp_path / "out") == []
    assert paper.twice() == lost
