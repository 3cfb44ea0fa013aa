# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportArgumentType=false
# torch and diffusers are typed in parts only; mypy checks this module strictly.
"""Steps that change little are not computed in full: diffusers' first block cache.

The first block of the transformer runs in every step. Where its residual is close to the one of the
last full step, the other blocks' residual is taken from there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from diffusers.hooks._helpers import TransformerBlockMetadata, TransformerBlockRegistry
from diffusers.hooks.first_block_cache import FBCBlockHook, FBCHeadBlockHook, FBCSharedBlockState
from diffusers.hooks.hooks import CacheContext, HookRegistry, StateManager
from diffusers.models.transformers.transformer_glm_image import GlmImageTransformerBlock

from presscheck.errors import EngineError

if TYPE_CHECKING:
    from diffusers import GlmImagePipeline


class ThreadStates(StateManager):  # type: ignore[misc]
    """State of the cache by pass, for each thread its own.

    The library keeps one context and one set of states for the whole model: of two renders at the
    same time, one would take the other's residuals.
    """

    def __init__(self) -> None:
        super().__init__(FBCSharedBlockState)
        self._own = threading.local()

    @property
    def context(self) -> CacheContext:
        """The pass that this thread is in."""
        return self._own.context

    def set_context(self, context: CacheContext | None) -> None:
        """Say which pass this thread is in."""
        self._own.context = context

    def get_state(self) -> Any:
        """Return the state of this thread's pass."""
        states: dict[str, Any] = self._own.__dict__.setdefault("states", {})
        return states.setdefault(self.context.name, FBCSharedBlockState())

    def reset(self, *_: Any, **__: Any) -> None:
        """Forget this thread's image."""
        self._own.__dict__.clear()


class StepCache:
    """The cache of one pipeline's transformer.

    `threshold` is the mean change of the first block's residual, as a part of its mean size, below
    which a step is not computed in full.
    """

    def __init__(self, pipeline: GlmImagePipeline, threshold: float) -> None:
        loaded: Any = pipeline
        self.transformer = loaded.transformer
        self.states = ThreadStates()
        _hook(list(self.transformer.transformer_blocks), self.states, threshold)

    @contextmanager
    def image(self) -> Iterator[None]:
        """Start with an empty cache, and leave none behind."""
        self.states.reset()
        try:
            yield
        finally:
            self.states.reset()

    @contextmanager
    def passing(self, name: str) -> Iterator[None]:
        """Use what was kept of the passes of this name."""
        self.states.set_context(CacheContext(name))
        yield


def _hook(blocks: list[Any], states: ThreadStates, threshold: float) -> None:
    """Do what `apply_first_block_cache` does, which knows neither this block nor threads."""
    if len(blocks) < 2:
        raise EngineError(
            "engine.settings.step_cache needs a transformer of two blocks or more, found one.",
            remedy="Leave step_cache out.",
        )
    TransformerBlockRegistry.register(
        GlmImageTransformerBlock,
        TransformerBlockMetadata(
            return_hidden_states_index=0, return_encoder_hidden_states_index=1
        ),
    )
    head, *rest = blocks
    _register(head, FBCHeadBlockHook(states, threshold), "fbc_leader_block_hook")
    for block in rest:
        _register(block, FBCBlockHook(states, is_tail=block is rest[-1]), "fbc_block_hook")


def _register(block: Any, hook: Any, name: str) -> None:
    HookRegistry.check_if_exists_or_initialize(block).register_hook(hook, name)
