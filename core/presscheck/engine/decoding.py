# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Writes the tokens of a batch of plans: the loop around the AR model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from transformers.cache_utils import Cache, DynamicLayer


class RoomyLayer(DynamicLayer):  # type: ignore[misc]
    """Keys and values of one layer, in room for the whole plan.

    The library's own growing layer copies all of itself for every token; its fixed one attends to
    the empty room as well.
    """

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length, self.used = length, 0
        self.room: list[torch.Tensor] = []

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add the (rows, heads, tokens, width) of new tokens; return all there are."""
        if not self.room:
            self.dtype, self.device = key_states.dtype, key_states.device
            self.room = [
                new.new_empty((*new.shape[:2], self.length, new.shape[3]))
                for new in (key_states, value_states)
            ]
            self.is_initialized = True
        start, self.used = self.used, self.used + key_states.shape[2]
        for room, new in zip(self.room, (key_states, value_states), strict=True):
            room[:, :, start : self.used] = new
        self.keys, self.values = (room[:, :, : self.used] for room in self.room)
        return self.keys, self.values


def write_tokens(
    model: Any,
    inputs: Mapping[str, torch.Tensor],
    total: int,
    draw: Callable[[torch.Tensor, int], torch.Tensor],
) -> torch.Tensor:
    """Return the next `total` tokens, (rows, total).

    `model` is a `GlmImageForConditionalGeneration`, `inputs` what its processor made of prompts,
    padded on the left; `draw` picks tokens (rows,) from the logits (rows, vocabulary) of a step.
    """
    text = model.model.language_model
    rows, start = inputs["input_ids"].shape
    cache = Cache(layers=[RoomyLayer(start + total) for _ in text.layers])
    logits = model(**inputs, past_key_values=cache, use_cache=True, logits_to_keep=1).logits[:, -1]
    # The prompt's pass leaves the places of what is to be written behind, (rows, 3, tokens).
    places = model.model._cached_decode_position_ids.permute(1, 0, 2)
    written = inputs["attention_mask"].new_ones((rows, total))
    seen = torch.cat([inputs["attention_mask"], written], dim=1).bool()[:, None, None]
    tokens: list[torch.Tensor] = []
    for step in range(total):
        if step:
            # Past the whole model: it would find places and mask anew for every token.
            hidden = text(
                input_ids=tokens[-1][:, None],
                attention_mask=seen[..., : start + step],
                position_ids=places[..., step - 1 : step],
                past_key_values=cache,
                use_cache=True,
            ).last_hidden_state
            logits = model.lm_head(hidden[:, -1])
        tokens.append(draw(logits, step))
    return torch.stack(tokens, dim=1)
