"""A third-party plugin as its author would install it: an engine called `paper`.

With PAPER_LOG set, every plan and render is a line of that file, written before the work begins,
so that a test sees what was paid for in whatever process.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from presscheck import hookimpl
from presscheck.assets import AssetSpec, Candidate, Decision, Plan, Verdict
from presscheck.brand import Brand
from presscheck.engine.contract import PlanRequest, PreviewWorth, Progress
from presscheck.errors import EngineError
from presscheck.registry import EngineEntry
from presscheck.search import Record
from presscheck.spec import EngineChoice
from presscheck.testing import PaperEngine


class LoggedPaper(PaperEngine):
    """A paper engine that can be slow, and keeps a log."""

    seconds = 0.0
    broken = False

    def plan(
        self, requests: Sequence[PlanRequest], *, progress: Progress | None = None
    ) -> list[Plan]:
        """Plan, and tell the log."""
        if self.broken:
            raise EngineError("the paper is torn.", remedy="Buy paper.")
        for request in requests:
            _log(f"plan {request.seed} {request.prompt}")
        time.sleep(self.seconds)
        return super().plan(requests, progress=progress)

    def render(
        self,
        plan: Plan,
        *,
        seed: int,
        references: Sequence[Image.Image] = (),
        progress: Progress | None = None,
    ) -> Image.Image:
        """Render, and tell the log."""
        _log(f"render {plan.digest} {seed}")
        time.sleep(self.seconds)
        return super().render(plan, seed=seed, references=references, progress=progress)


def _log(line: str) -> None:
    if path := os.environ.get("PAPER_LOG"):
        with Path(path).open("a") as file:
            file.write(line + "\n")


def create(choice: EngineChoice) -> PaperEngine:
    """Make the engine; settings: wrong, misplans, previews, workers, references...

    `seconds` makes it slow, `broken` makes it fail.
    """
    engine = LoggedPaper(
        wrong=int(str(choice.settings.get("wrong", 0))),
        misplans=int(str(choice.settings.get("misplans", 0))),
    )
    known = Record(accepted_right=90, accepted_wrong=2, rejected_right=8)
    engine.capabilities = replace(
        engine.capabilities,
        repairs=True,
        references=int(str(choice.settings.get("references", 0))),
        workers=int(str(choice.settings.get("workers", 1))),
        preview=PreviewWorth(record=known) if choice.settings.get("previews") else None,
    )
    engine.seconds = float(str(choice.settings.get("seconds", 0)))
    engine.broken = bool(choice.settings.get("broken", False))
    return engine


@hookimpl
def register_engines() -> Iterator[EngineEntry]:
    """Offer `paper`."""
    yield EngineEntry(name="paper", summary="plain type on paper", create=create)


@hookimpl
def plan_reroll(asset: AssetSpec) -> Decision | None:
    """Fail for the asset that PAPER_STALLS names; no opinion about any other."""
    if asset.id == os.environ.get("PAPER_STALLS"):
        raise RuntimeError(f"stalled at {asset.id}")
    return None


@hookimpl
def verify_candidate(
    candidate: Candidate, image: Image.Image, asset: AssetSpec, brand: Brand
) -> Verdict | None:
    """Fail for the asset that PAPER_RAISES names; no opinion about any other."""
    del image, brand
    if candidate.asset == os.environ.get("PAPER_RAISES"):
        raise RuntimeError(f"jammed at {asset.id}")
    return None
