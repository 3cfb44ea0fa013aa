"""The examples, as a reader of them would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from s3_server import S3Server

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "OMP_NUM_THREADS": "2", **environment},
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )


def presscheck(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run(str(Path(sys.executable).parent / "presscheck"), *arguments, cwd=cwd)


def test_the_summer_sale_passes_preflight(tmp_path: Path) -> None:
    done = presscheck("preflight", str(EXAMPLES / "summer_sale" / "campaign.yaml"), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    folder = tmp_path_factory.mktemp("demo")
    campaign = str(EXAMPLES / "summer_sale" / "campaign.yaml")
    done = presscheck("run", campaign, "--json", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, json.loads(done.stdout)


def test_the_demo_delivers_six_images_of_two_shapes(demo: tuple[Path, dict[str, object]]) -> None:
    folder, told = demo
    images = sorted((folder / "out" / "demo").glob("*.png"))
    assert len(images) >= 6
    manifest = json.loads((folder / "out" / "demo" / "manifest.json").read_text())
    shapes = {(asset["width"], asset["height"]) for asset in manifest["assets"]}
    assert len(shapes) == 2
    assert (folder / "out" / "demo" / "contact-sheet.html").stat().st_size > 10_000
    assert told["problems"] == []


def test_a_headline_of_the_demo_is_drawn_by_the_model_and_reads_right(
    demo: tuple[Path, dict[str, object]],
) -> None:
    folder, _ = demo
    manifest = json.loads((folder / "out" / "demo" / "manifest.json").read_text())
    headlines = [
        slot
        for asset in manifest["assets"]
        for slot in asset["slots"]
        if slot["slot"] == "headline"
    ]
    drawn = [slot for slot in headlines if slot["drawn_by"] == "model"]
    assert drawn
    assert all(slot["status"] == "accept" for slot in headlines)


def test_a_campaign_is_submitted_from_a_script(tmp_path: Path) -> None:
    script = str(EXAMPLES / "submit_campaign.py")
    done = run(sys.executable, script, str(tmp_path / "out"), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "delivered after" in done.stdout
    assert (tmp_path / "out" / "manifest.json").is_file()


def test_a_campaign_is_delivered_to_a_bucket(tmp_path: Path, s3_server: S3Server) -> None:
    script, bucket = str(EXAMPLES / "deliver_to_s3.py"), "seasons"
    client = s3_server.client()
    client.create_bucket(Bucket=bucket)
    key, secret = s3_server.writer
    done = run(
        sys.executable,
        script,
        bucket,
        s3_server.endpoint,
        cwd=tmp_path,
        AWS_ACCESS_KEY_ID=key,
        AWS_SECRET_ACCESS_KEY=secret,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    keys = {entry["Key"] for entry in client.list_objects_v2(Bucket=bucket)["Contents"]}
    assert keys == {"spring/new-season_youtube-thumbnail_en_1.png", "spring/manifest.json"}
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(secret.encode() in data for data in [*written, done.stdout.encode()])


def test_the_brand_plugin_is_found_and_has_its_say(tmp_path: Path) -> None:
    target = tmp_path / "site"
    source = EXAMPLES / "brand_plugin"
    installed = run(
        sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation",
        "--target", str(target), str(source), cwd=tmp_path,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    listed = run(
        str(Path(sys.executable).parent / "presscheck"),
        "plugins",
        "--json",
        cwd=tmp_path,
        PYTHONPATH=str(target),
    )
    hooks = {row["name"]: row["hooks"] for row in json.loads(listed.stdout)}
    assert set(hooks["acme"].split(", ")) == {
        "after_stage",
        "plan_reroll",
        "register_finishers",
        "validate_asset",
    }
