"""The real command: exit codes, JSON for machines, and never a traceback."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest
from PIL import Image, ImageChops

COMMANDS = [
    "run", "worker", "preflight", "calibrate", "check", "report", "brands", "engines", "plugins",
    "doctor",
]  # fmt: skip


def _ends(done, code: int, *told: str) -> None:
    assert done.returncode == code, (done.returncode, done.stderr[-2000:], done.stdout[-500:])
    assert "Traceback" not in done.stderr
    for text in told:
        assert text in done.stderr


def test_help_lists_every_command_and_exit_code(paper) -> None:
    done = paper.run("--help", COLUMNS="200")
    _ends(done, 0)
    for name in [*COMMANDS, "130"]:
        assert name in done.stdout


def test_a_delivered_campaign_ends_with_0_and_json(paper, write_campaign, tmp_path) -> None:
    done = paper.run("run", str(write_campaign()), "--runner", "press", "--json")
    _ends(done, 0)
    told = json.loads(done.stdout)
    assert [asset["state"] for asset in told["assets"]] == ["delivered"]
    assert Path(told["contact_sheet"]).is_file()
    assert all(Path(file).is_file() for asset in told["assets"] for file in asset["files"])

    runs = paper.run("report", "--json")
    _ends(runs, 0)
    assert [row["run"] for row in json.loads(runs.stdout)] == [told["run"]]
    sheet = paper.run("report", told["run"], "--output", "sheet.html", "--json")
    _ends(sheet, 0)
    assert (tmp_path / "sheet.html").is_file()
    assert json.loads(sheet.stdout)["contact_sheet"] == "sheet.html"


def test_a_mistake_in_the_campaign_ends_with_2(paper, write_campaign) -> None:
    campaign = write_campaign(brief="")
    _ends(paper.run("run", str(campaign)), 2, "campaign.yaml:", "brief")


def test_a_missing_campaign_ends_with_2(paper) -> None:
    _ends(paper.run("run", "nowhere.yaml"), 2, "nowhere.yaml", "No such file")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["run"], ["run", "--nonsense", "x"], ["check"]]
)
def test_a_wrong_command_line_ends_with_2(paper, arguments) -> None:
    _ends(paper.run(*arguments), 2)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"engine": {"name": "nope"}}, "no engine 'nope'"),
        ({"brand": "nope"}, "no brand 'nope'"),
        ({"placements": ["nope"]}, "no channel preset 'nope'"),
        ({"delivery": [{"to": "nope"}]}, "no deliverer 'nope'"),
    ],
)
def test_a_name_that_is_not_installed_ends_with_2(paper, write_campaign, change, told) -> None:
    _ends(paper.run("run", str(write_campaign(**change)), "--runner", "press"), 2, told)


def test_an_unknown_runner_or_run_ends_with_2(paper, write_campaign) -> None:
    _ends(paper.run("run", str(write_campaign()), "--runner", "x"), 2, "no runner 'x'", "celery")
    _ends(paper.run("report", "nope"), 2, "no run 'nope'")


def test_an_asset_left_for_review_ends_with_3(paper, write_campaign, brand_file) -> None:
    with brand_file.open("a") as file:
        file.write("ladder: {last: give-up, plans: 1, renders: 1}\n")
    campaign = write_campaign(engine={"name": "paper", "settings": {"wrong": 9}})
    done = paper.run("run", str(campaign), "--runner", "press", "--json")
    _ends(done, 3)
    assert json.loads(done.stdout)["assets"][0]["state"] == "review"


def test_a_target_that_refuses_ends_with_4(paper, write_campaign, tmp_path) -> None:
    (tmp_path / "out/spring_square_en_1.png").mkdir(parents=True)
    done = paper.run("run", str(write_campaign()), "--runner", "press", "--json")
    _ends(done, 4)
    assert "spring_square_en_1.png" in json.loads(done.stdout)["problems"][0]


def test_an_engine_that_fails_ends_with_5(paper, write_campaign) -> None:
    campaign = write_campaign(engine={"name": "paper", "settings": {"broken": True}})
    _ends(paper.run("run", str(campaign), "--runner", "press"), 5, "the paper is torn. Buy paper.")


def test_a_plugin_that_fails_ends_with_6(paper, write_campaign) -> None:
    done = paper.run("run", str(write_campaign()), "--runner", "press", PAPER_RAISES="square_en_1")
    _ends(done, 6, "plugin paper: verify_candidate raised RuntimeError: jammed")


def test_a_work_folder_that_cannot_be_ends_with_7(paper, write_campaign, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    done = paper.run("run", str(write_campaign()), "--runner", "press", "--work", "file/work")
    _ends(done, 7, "--work")


@pytest.mark.parametrize("runner", ["press", "celery"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_with_130_and_goes_on_later(
    paper, write_campaign, runner, number
) -> None:
    campaign = write_campaign(variants=3, engine={"name": "paper", "settings": {"seconds": 0.5}})
    process = paper.start(["run", str(campaign), "--runner", runner])
    deadline = time.monotonic() + 60
    while not paper.paid("render") and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "run" in err
    _ends(paper.run("run", str(campaign), "--runner", runner), 0)
    renders = paper.paid("render")
    assert len(set(renders)) == 3
    assert len(renders) <= 4


def test_preflight_tells_all_findings_without_making_anything(paper, write_campaign) -> None:
    done = paper.run("preflight", str(write_campaign()), "--json")
    _ends(done, 0)
    assert json.loads(done.stdout) == []
    campaign = write_campaign(copy={"headline": "SALE", "footer": "x", "legal": "terms " * 80})
    done = paper.run("preflight", str(campaign), "--json")
    _ends(done, 2)
    assert {finding["slot"] for finding in json.loads(done.stdout)} >= {"footer", "legal"}
    assert all(finding["message"] for finding in json.loads(done.stdout))
    _ends(paper.run("preflight", str(campaign)), 2)
    assert paper.paid() == []


def test_check_reads_an_image_made_elsewhere(paper, write_campaign, tmp_path) -> None:
    _ends(paper.run("run", str(write_campaign()), "--runner", "press"), 0)
    image = "out/spring_square_en_1.png"
    copy = ["--copy", "headline=SPRING SALE", "--copy", "Until 30 June"]
    done = paper.run("check", image, *copy, "--json")
    _ends(done, 0)
    assert json.loads(done.stdout)["status"] == "accept"
    done = paper.run("check", image, "--copy", "SPRING SALT", "--json")
    _ends(done, 3)
    assert json.loads(done.stdout)["status"] == "reject"
    marked = tmp_path / "marked.png"
    done = paper.run("check", image, "--copy", "SPRING SALT", "--overlay", str(marked))
    assert done.returncode == 3
    with Image.open(marked) as drawn, Image.open(tmp_path / image) as plain:
        assert drawn.size == plain.size
        assert ImageChops.difference(drawn.convert("RGB"), plain.convert("RGB")).getbbox()
    done = paper.run("check", image, *copy[:2], "--allow", "UNTIL 30 JUNE", "--json")
    assert json.loads(done.stdout)["findings"] == []
    _ends(paper.run("check", image, "--batch", "items.jsonl"), 2, "Leave the image")
    nowhere = str(tmp_path / "no/where.png")
    _ends(paper.run("check", image, *copy, "--overlay", nowhere), 2, "cannot be written")
    _ends(paper.run("check", "campaign.yaml", "--copy", "x"), 2, "campaign.yaml")
    _ends(paper.run("check", "nowhere.png", "--copy", "x"), 2, "nowhere.png")


@pytest.mark.parametrize("json_", [["--json"], []])
def test_copy_in_another_encoding_is_told_back(paper, tmp_path, json_) -> None:
    Image.new("RGB", (90, 60)).save(tmp_path / "a.png")
    arguments = ["check", "a.png", "--copy", b"caf\xe9".decode(errors="surrogateescape"), *json_]
    done = paper.run(*arguments, PYTHONIOENCODING="utf-8:strict")
    _ends(done, 3)
    assert "caf\\udce9" in done.stdout


@pytest.mark.parametrize("command", ["brands", "engines", "plugins"])
def test_what_is_installed_is_listed_for_people_and_machines(paper, command) -> None:
    done = paper.run(command, "--json")
    _ends(done, 0)
    names = {row["name"] for row in json.loads(done.stdout)}
    assert names & {"sundial", "paper"}
    done = paper.run(command)
    _ends(done, 0)
    assert done.stdout.strip()


def test_a_broken_plugin_is_listed_and_ends_with_6(paper, tmp_path) -> None:
    info = tmp_path / "site/broken-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[presscheck]\nbroken = nowhere_at_all\n")
    done = paper.run("plugins", "--json", PYTHONPATH=str(tmp_path / "site"))
    _ends(done, 6)
    (row,) = [row for row in json.loads(done.stdout) if row["problem"]]
    assert row["name"] == "broken"
    assert "nowhere_at_all" in row["problem"]


def test_a_reader_that_stops_early_is_no_error(paper) -> None:
    process = paper.start(["brands", "--json"])
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Traceback" not in err
