"""Prints the verifier's score board: `python -m presscheck.verification.benchmark`.

Needs fonts, `pip install 'presscheck[benchmark]'` and some of Debian's packages, which it names;
`presscheck[plots]` draws the ROC, too.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2
from rich.console import Console
from rich.progress import track

from presscheck.errors import InputError, PresscheckError
from presscheck.registry import INSPECTOR
from presscheck.report.plots import roc
from presscheck.verification.benchmark.board import (
    as_json,
    gate_table,
    marks,
    tables,
    trade_offs,
)
from presscheck.verification.benchmark.faces import check_fonts
from presscheck.verification.benchmark.gates import gate_case
from presscheck.verification.benchmark.score import check_case

Result = TypeVar("Result")


def main() -> int:
    """Check a set, print what came of it, and write it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m presscheck.verification.benchmark")
    parser.add_argument("--count", type=int, default=2000, help="adverts to draw")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another set")
    parser.add_argument(
        "--apart", action="store_true", help="a set of other copy, families of type and sizes"
    )
    parser.add_argument("--reader", default="ppocr", help="the reader of the verifier")
    parser.add_argument(
        "--inspector", default=INSPECTOR, help="the inspector of glyphs that it asks; or none"
    )
    parser.add_argument("--gated", type=int, help="adverts that gates see, too; all by default")
    parser.add_argument("--baseline", default="rapidocr", help="the reader of the plain gates")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--out", type=Path, default=Path("out/verifier"))
    asked = parser.parse_args()
    console, told = Console(width=110), Console(stderr=True)
    numbers = range(asked.count)
    try:
        check_fonts(apart=asked.apart)
        asking = None if asked.inspector == "none" else asked.inspector
        checked = partial(check_case, asked.seed, asked.reader, apart=asked.apart, asking=asking)
        outcomes = list(_all(checked, numbers, asked.workers, told, "verifier"))
        gated = list(
            _all(
                partial(gate_case, asked.seed, asked.baseline, apart=asked.apart),
                numbers if asked.gated is None else numbers[: asked.gated],
                asked.workers,
                told,
                "gates",
            )
        )
    except PresscheckError as error:
        told.print(str(error), markup=False)
        return error.exit_code
    for table in tables(outcomes):
        console.print(table)
    console.print(gate_table(outcomes, gated, asked.baseline))
    asked.out.mkdir(parents=True, exist_ok=True)
    whole = json.dumps(as_json(outcomes, gated), indent=2)
    (asked.out / "score.json").write_text(whole + "\n", encoding="utf-8")
    try:
        roc(asked.out / "roc.png", trade_offs(outcomes), marks(outcomes, gated))
    except InputError as error:
        told.print(f"roc.png is not drawn: {error}", markup=False)
    return 0


def _all(
    check: Callable[[int], Result],
    numbers: Sequence[int],
    workers: int,
    console: Console,
    what: str,
) -> Iterable[Result]:
    def results() -> Iterator[Result]:
        # Threads that wait for each other would be counted as work.
        with ProcessPoolExecutor(workers, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
            yield from pool.map(check, numbers, chunksize=4)

    return track(results(), what, total=len(numbers), console=console)


if __name__ == "__main__":
    raise SystemExit(main())
