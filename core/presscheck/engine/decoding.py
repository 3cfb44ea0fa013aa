# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Writes the tokens of a batch of plans: the loop around the AR model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from transformers.cache_utils import Cache, DynamicLayer

WORTH_SHARING = 16
"""Tokens that prompts have to begin with in common before they are read once for all."""


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
    draw: Callable[[torch.Tensor, Sequence[torch.Tensor]], torch.Tensor],
) -> torch.Tensor:
    """Return the next `total` tokens, (rows, total).

    `model` is a `GlmImageForConditionalGeneration`, `inputs` what its processor made of prompts,
    padded on the left, with the tokens of images in their places. `draw` picks tokens (rows,) from
    the logits (rows, vocabulary) of a step and the tokens of the steps before.
    """
    text = model.model.language_model
    shared = shared_start(inputs["input_ids"], inputs["attention_mask"])
    read = _read_together if shared >= WORTH_SHARING else _read_apart
    logits, cache, seen = read(model, inputs, total, shared)
    # Reading the prompts leaves the places of what is to be written behind, (rows, 3, tokens).
    places = model.model._cached_decode_position_ids.permute(1, 0, 2)
    start = seen.shape[1] - total
    allowed = torch.zeros_like(seen, dtype=logits.dtype).masked_fill(~seen, float("-inf"))
    tokens: list[torch.Tensor] = []
    for step in range(total):
        if step:
            # Past the whole model: it would find places and mask anew for every token.
            hidden = text(
                input_ids=tokens[-1][:, None],
                attention_mask=allowed[:, None, None, : start + step],
                position_ids=places[..., step - 1 : step],
                past_key_values=cache,
                use_cache=True,
            ).last_hidden_state
            logits = model.lm_head(hidden[:, -1])
        tokens.append(draw(logits, tokens))
    return torch.stack(tokens, dim=1)


def read_alone(
    model: Any, inputs: Mapping[str, torch.Tensor], tokens: torch.Tensor
) -> torch.Tensor:
    """Return the logits (1, vocabulary) that follow one row's prompt and its `tokens` (tokens,).

    All is read anew, the tokens at once: the result owes no bit to a batch or its cache.
    """
    count = len(tokens)
    logits, cache, seen = _read_apart(model, inputs, count, 0)
    if not count:
        return logits
    hidden = model.model.language_model(
        input_ids=tokens[None],
        attention_mask=seen.new_ones((1, 1, count, seen.shape[1])).tril(seen.shape[1] - count),
        position_ids=model.model._cached_decode_position_ids.permute(1, 0, 2)[..., :count],
        past_key_values=cache,
        use_cache=True,
    ).last_hidden_state
    following: torch.Tensor = model.lm_head(hidden[:, -1])
    return following


def shared_start(ids: torch.Tensor, mask: torch.Tensor) -> int:
    """Return how many tokens all rows begin with, at least one less than the shortest row.

    >>> ids = torch.tensor([[5, 6, 7, 8], [0, 5, 6, 9]])
    >>> shared_start(ids, mask=torch.tensor([[1, 1, 1, 1], [0, 1, 1, 1]]))
    2
    """
    rows = [row[there.bool()] for row, there in zip(ids, mask, strict=True)]
    if len(rows) == 1:
        return 0
    longest = min(len(row) for row in rows) - 1
    alike = torch.stack([row[:longest] == rows[0][:longest] for row in rows]).all(dim=0)
    return int(alike.long().cumprod(dim=0).sum())


Read = tuple[torch.Tensor, Cache, torch.Tensor]
"""The logits after the prompts, the cache, and what may be seen, (rows, prompt + total)."""


def _read_apart(model: Any, inputs: Mapping[str, torch.Tensor], total: int, _: int) -> Read:
    rows, length = inputs["input_ids"].shape
    cache = _cache(model, length + total)
    logits = model(**inputs, past_key_values=cache, use_cache=True, logits_to_keep=1).logits[:, -1]
    written = inputs["attention_mask"].new_ones((rows, total))
    return logits, cache, torch.cat([inputs["attention_mask"], written], dim=1).bool()


def _read_together(model: Any, inputs: Mapping[str, torch.Tensor], total: int, shared: int) -> Read:
    """Read what all prompts begin with once, then what each goes on with, padded on the left."""
    text, ids, mask = model.model.language_model, inputs["input_ids"], inputs["attention_mask"]
    places, _ = model.model.get_rope_index(**inputs)
    rows, pads = len(ids), [int((row == 0).sum()) for row in mask]
    whole = slice(pads[0], pads[0] + shared)
    first = _cache(model, shared)
    text(
        input_ids=ids[:1, whole],
        position_ids=places[:, :1, whole],
        past_key_values=first,
        use_cache=True,
    )
    rest = ids.shape[1] - min(pads) - shared
    cache = _cache(model, shared + rest + total)
    for number, layer in enumerate(first.layers):
        keys, values = (room.expand(rows, -1, -1, -1) for room in layer.room)
        cache.update(keys, values, number)
    # A shared token may stand in the last `rest` of a short row: there it is padding.
    columns = torch.arange(rest, device=ids.device) + ids.shape[1] - rest
    own = columns[None] >= torch.tensor(pads, device=ids.device)[:, None] + shared
    seen = torch.cat([own.new_ones((rows, shared)), own, own.new_ones((rows, total))], dim=1)
    causal = own.new_ones((rest, shared + rest)).tril(shared)
    # A padded token sees itself: one that sees nothing has no softmax.
    itself = causal ^ causal.tril(shared - 1)
    hidden = text(
        input_ids=ids[:, -rest:],
        attention_mask=(causal & seen[:, None, : shared + rest] | itself)[:, None],
        position_ids=places[:, :, -rest:],
        past_key_values=cache,
        use_cache=True,
    ).last_hidden_state
    return model.lm_head(hidden[:, -1]), cache, seen


def _cache(model: Any, length: int) -> Cache:
    return Cache(layers=[RoomyLayer(length) for _ in model.model.language_model.layers])
