"""The installed Tesseract: found when it is needed, and called as a program of its own."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from presscheck.errors import PluginError, TransientError
from presscheck_plugins.tesseract.languages import characters_of

SECONDS = 120
"""What a call may take; a poster of thirty lines takes four seconds."""
SETTINGS = ("load_system_dawg=0", "load_freq_dawg=0")
"""No dictionaries: they would turn a misspelt word into the right one."""
ONE_LINE = ("--psm", "7", "--dpi", "300")
"""Each page is a single line of text; the resolution only spares a warning."""
NO_LANGUAGES = frozenset({"osd", "equ", "snum"})
"""Data that finds the direction of a page, formulas, and serial numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A word that was read, its left edge in pixels, and how sure Tesseract is, 0-1."""

    text: str
    left: float
    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Tesseract:
    """An installed Tesseract: its languages, and the characters that each of them knows."""

    path: str
    version: str
    folder: Path
    languages: Mapping[str, frozenset[str]]

    def digest(self, language: str) -> str:
        """Return the start of the SHA-256 of a language's data."""
        with _data(self.folder, language).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:8]

    def read(self, lines: Sequence[Image.Image], languages: Sequence[str]) -> list[list[Word]]:
        """Return the words of images that hold one line each.

        Raises:
            PluginError: Tesseract failed.
            TransientError: It took too long.
        """
        if not lines:
            return []
        pages = io.BytesIO()
        lines[0].save(pages, "TIFF", save_all=True, append_images=lines[1:])
        settings = [part for setting in SETTINGS for part in ("-c", setting)]
        table = _call(
            [self.path, "stdin", "stdout", "-l", "+".join(languages), *ONE_LINE, *settings, "tsv"],
            pages.getvalue(),
        )
        return _words(table, len(lines))


def find_tesseract() -> Tesseract | None:
    """Return the installed Tesseract, None without one.

    Raises:
        PluginError: It is there and doesn't work.
    """
    path = shutil.which("tesseract")
    if path is None:
        return None
    version = _call([path, "--version"]).partition("\n")[0].removeprefix("tesseract").strip()
    # The first line names the folder: List of available languages in "/usr/share/..." (2):
    first, *names = _call([path, "--list-langs"]).splitlines() or [""]
    folder = Path(first.partition('"')[2].partition('"')[0])
    known = {
        name: characters_of(_data(folder, name))
        for name in names
        if name not in NO_LANGUAGES and not name.endswith("_vert")
    }
    return Tesseract(
        path=path,
        version=version,
        folder=folder,
        languages={name: characters for name, characters in known.items() if characters},
    )


def _data(folder: Path, language: str) -> Path:
    return folder / f"{language}.traineddata"


def _call(command: Sequence[str], given: bytes = b"") -> str:
    """Run Tesseract on one thread, and return what it prints."""
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, and no shell
            command,
            input=given,
            capture_output=True,
            timeout=SECONDS,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise TransientError(f"tesseract took more than {SECONDS} seconds.") from error
    except subprocess.CalledProcessError as error:
        said: bytes = error.stderr
        raise _failed(said.decode(errors="replace").strip().rpartition("\n")[2][:300]) from error
    except OSError as error:
        raise _failed(error.strerror or type(error).__name__) from error
    return done.stdout.decode(errors="replace")


def _failed(why: str) -> PluginError:
    return PluginError(
        f"tesseract failed: {why or 'it does not say why'}.",
        remedy="Try `tesseract --list-langs`; install the package tesseract-ocr again.",
    )


def _words(table: str, count: int) -> list[list[Word]]:
    """Return the words of each page of a table (TSV), in the order in which they were read."""
    pages: list[list[Word]] = [[] for _ in range(count)]
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if row["level"] == "5" and text:
            word = Word(text=text, left=float(row["left"]), score=float(row["conf"]) / 100)
            pages[int(row["page_num"]) - 1].append(word)
    return pages
