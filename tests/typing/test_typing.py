"""What a plugin author's type checker says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def _mypy(path: Path, cache: Path) -> tuple[int, str]:
    config = ROOT / "pyproject.toml"
    command = [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={cache}"]
    command += [f"--config-file={config}", "--follow-imports=silent", str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    return done.returncode, done.stdout + done.stderr


def test_a_plugin_passes_a_strict_type_checker(tmp_path: Path) -> None:
    code, told = _mypy(HERE / "plugin.py", tmp_path)
    assert code == 0, told


def test_a_type_checker_finds_every_mistake_and_nothing_else(tmp_path: Path) -> None:
    path = HERE / "mistakes.py"
    _, told = _mypy(path, tmp_path)
    found = {int(line) for line in re.findall(r"mistakes\.py:(\d+): error", told)}
    lines = path.read_text().splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert found == wrong, told


def test_the_packages_say_that_they_are_typed() -> None:
    for package in ("core/presscheck", "plugins/presscheck_plugins"):
        assert (ROOT / package / "py.typed").is_file()
