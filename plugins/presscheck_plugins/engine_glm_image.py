"""Offers GLM-Image: the published model, any checkpoint of its classes, the embedded one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from presscheck.hookspecs import hookimpl
from presscheck.registry import EngineEntry

if TYPE_CHECKING:
    from presscheck.engine.contract import Engine
    from presscheck.spec import EngineChoice


def _create(choice: EngineChoice) -> Engine:
    from presscheck.engine.glm_image import GlmImageEngine

    return GlmImageEngine.create(choice)


@hookimpl
def register_engines() -> Iterator[EngineEntry]:
    """Offer the engine called `glm-image`."""
    yield EngineEntry(
        name="glm-image",
        summary="AR plan + DiT render; checkpoint: nano, a folder, or zai-org/GLM-Image",
        create=_create,
    )
