"""A tiny random checkpoint of the published layout, and an engine on it, once a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from presscheck.engine.glm_image import GlmImageEngine
from presscheck.spec import EngineChoice
from presscheck.testing import write_random_checkpoint


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_checkpoint(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def engine(checkpoint: Path) -> Iterator[GlmImageEngine]:
    chosen = EngineChoice(
        checkpoint=str(checkpoint), settings={"steps": 2, "threads": 1, "device": "cpu"}
    )
    made = GlmImageEngine.create(chosen)
    yield made
    made.close()
