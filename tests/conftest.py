"""What many tests need: a small brand kit with a real font, campaigns, and a paper engine."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

pytest_plugins = ("s3_server",)

os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]
PAPER = ROOT / "tests/paper"
FONT = ROOT / "templates/presscheck_templates/brands/sundial/fonts/BarlowCondensed-SemiBold.ttf"

BRAND = """\
name: paperhouse
title: Paperhouse
palette:
  paper: "#ebe6d7"
  ink: "#14171d"
  blue: "#1b2a4e"
ground: paper
accents: [blue]
fonts:
  text: {file: fonts/text.ttf}
slots:
  headline:
    render: auto
    font: text
    ink: ink
    required: true
    min_size: 0.06
    max_size: 0.16
    position: {default: {x: 0.05, y: 0.05, width: 0.9, height: 0.25}}
  legal:
    render: typeset
    font: text
    ink: paper
    panel: blue
    min_size: 0.03
    max_size: 0.05
    position: {default: {x: 0.1, y: 0.8, width: 0.8, height: 0.12}}
finishers: [upscale-lanczos]
"""


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the user's settings out of tests, and what tests write out of the repository."""
    for name in list(os.environ):
        if name.startswith(("PRESSCHECK_", "PAPER_", "AWS_", "CELERY_")):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def brand_file(tmp_path: Path) -> Path:
    """Return a small brand kit's `brand.yaml`."""
    folder = tmp_path / "kit"
    (folder / "fonts").mkdir(parents=True)
    shutil.copy(FONT, folder / "fonts/text.ttf")
    path = folder / "brand.yaml"
    path.write_text(BRAND, encoding="utf-8")
    return path


CampaignBuilder = Callable[..., Path]


@pytest.fixture
def write_campaign(tmp_path: Path, brand_file: Path) -> CampaignBuilder:
    """Return a function that writes a campaign file; its keywords replace the defaults."""

    def write(name: str = "campaign.yaml", **changes: Any) -> Path:
        tree: dict[str, Any] = {
            "name": "spring",
            "brand": str(brand_file),
            "brief": "Announce the spring sale.",
            "placements": [{"name": "square", "width": 512, "height": 512}],
            "copy": {"headline": "SPRING SALE", "legal": "Until 30 June"},
            "engine": {"name": "paper"},
            "delivery": [{"to": "folder", "path": str(tmp_path / "out")}],
        }
        tree.update(changes)
        path = tmp_path / name
        with path.open("w", encoding="utf-8") as file:
            YAML(typ="safe").dump(tree, file)
        return path

    return write


@dataclass(frozen=True)
class Paper:
    """The installed paper plugin, in this process and in those that `run` starts."""

    log: Path
    env: Mapping[str, str]

    @property
    def command(self) -> str:
        """Return the path of the `presscheck` command."""
        return str(Path(sys.executable).with_name("presscheck"))

    def paid(self, kind: str = "") -> list[str]:
        """Return what the engine was asked for so far, in any process."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if line.startswith(kind)]

    def lost(self, work: Path) -> dict[str, int]:
        """Return how many plans and renders were begun and are not in the ledger of `work`.

        After a `kill -9` that is what was in flight: nobody can keep it, and nothing else may be
        paid for again.
        """
        with closing(sqlite3.connect(work / "ledger.sqlite3")) as ledger:
            kept = dict(ledger.execute("select stage, count(*) from steps group by stage"))
        return {kind: len(self.paid(kind)) - kept.get(kind, 0) for kind in ("plan", "render")}

    def twice(self) -> dict[str, int]:
        """Return how many plans and renders were begun again."""
        paid = {kind: self.paid(kind) for kind in ("plan", "render")}
        return {kind: len(lines) - len(set(lines)) for kind, lines in paid.items()}

    def start(self, arguments: Sequence[str], **more: str) -> subprocess.Popen[str]:
        """Start the `presscheck` command."""
        return subprocess.Popen(
            [self.command, *arguments],
            env={**self.env, **more},
            cwd=self.log.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the `presscheck` command to its end."""
        process = self.start(arguments, **more)
        try:
            out, err = process.communicate(timeout=240)
        except BaseException:
            process.kill()
            process.communicate()
            raise
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Paper]:
    """Install the plugin of `tests/paper` for the length of a test."""
    log = tmp_path / "paper.log"
    monkeypatch.setenv("PAPER_LOG", str(log))
    monkeypatch.syspath_prepend(str(PAPER))
    env = {**os.environ, "PYTHONPATH": str(PAPER), "PAPER_LOG": str(log)}
    yield Paper(log=log, env=env)
