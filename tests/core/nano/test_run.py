"""The embedded engine in a whole run: killed halfway, run again, and compared with another run."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from ruamel.yaml import YAML

PRESSCHECK = str(Path(sys.executable).with_name("presscheck"))


def write_campaign(folder: Path) -> None:
    YAML().dump(
        {
            "name": "spring",
            "brand": "northline",
            "brief": "Show the new season.",
            "placements": ["instagram-post"],
            "locales": ["en"],
            "copy": {"headline": "NEW SEASON"},
            "budget": {"rolls": 2},
            "delivery": [{"to": "folder", "path": "out"}],
            "seed": 3,
        },
        folder / "campaign.yaml",
    )


def start(folder: Path) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    write_campaign(folder)
    return subprocess.Popen(
        [PRESSCHECK, "run", "campaign.yaml", "--work", "work"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def blobs(folder: Path) -> set[str]:
    return {path.name for path in (folder / "work" / "blobs").rglob("*") if path.is_file()}


def test_a_killed_run_goes_on_and_delivers_the_bytes_of_one_that_was_not(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    process = start(killed)
    deadline = time.monotonic() + 200
    while not blobs(killed):  # the first is the plan
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not list((killed / "out").glob("*.png"))
    again, other = start(killed), start(whole)
    assert again.wait(timeout=300) == other.wait(timeout=300) == 0
    images = {path.name: path.read_bytes() for path in (killed / "out").glob("*.png")}
    assert set(images) == {"spring_instagram-post_en_1.png"}
    assert images == {path.name: path.read_bytes() for path in (whole / "out").glob("*.png")}
    assert blobs(killed) == blobs(whole)
