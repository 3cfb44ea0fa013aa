# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false
# torch and diffusers are typed in parts only; mypy checks this module strictly.
"""Both passes of guidance in one batch, though their texts differ in length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from diffusers.models.attention_dispatch import dispatch_attention_fn
from diffusers.models.embeddings import apply_rotary_emb

if TYPE_CHECKING:
    from diffusers import GlmImagePipeline


def pad(texts: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Stack texts, each (1, tokens, width), on the right filled with zeros to one length.

    Also return which tokens are real, (rows, tokens); None where all are.

    >>> stacked, real = pad([torch.ones(1, 3, 2), torch.ones(1, 1, 2)])
    >>> stacked.shape, real.tolist()
    (torch.Size([2, 3, 2]), [[True, True, True], [True, False, False]])
    """
    lengths = [text.shape[1] for text in texts]
    longest = max(lengths)
    stacked = torch.cat(
        [
            torch.nn.functional.pad(text, (0, 0, 0, longest - length))
            for text, length in zip(texts, lengths, strict=True)
        ]
    )
    if min(lengths) == longest:
        return stacked, None
    places = torch.arange(longest, device=stacked.device)
    return stacked, places < torch.tensor(lengths, device=stacked.device)[:, None]


class MaskedAttention:
    """GLM-Image's attention in which nothing attends to padding.

    diffusers' own processor adds its mask to the scores as 0 and 1: padding is then seen a little
    less than text, and changes the picture. Here the mask is boolean. What padding itself attends
    to is of no matter, since nothing reads it.
    """

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        image_rotary_emb: tuple[torch.Tensor, torch.Tensor] | None = None,
        kv_cache: Any = None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return image and text, (rows, tokens, width); the mask is `pad`'s.

        The names are those that the transformer calls with.
        """
        text = encoder_hidden_states.shape[1]
        joined = torch.cat([encoder_hidden_states, hidden_states], dim=1)
        query, key, value = (
            project(joined).unflatten(2, (attn.heads, -1))
            for project in (attn.to_q, attn.to_k, attn.to_v)
        )
        query, key = (
            _turned(norm(states).to(joined.dtype), text, image_rotary_emb)
            for norm, states in ((attn.norm_q, query), (attn.norm_k, key))
        )
        if kv_cache is not None and kv_cache.mode == "write":
            kv_cache.store(key, value)
        elif kv_cache is not None and kv_cache.mode == "read":
            key, value = kv_cache.get(key, value)
        seen = _keys(attention_mask, hidden_states.shape[1])
        found = dispatch_attention_fn(query, key, value, attn_mask=seen)
        found = attn.to_out[1](attn.to_out[0](found.flatten(2, 3).to(query.dtype)))
        words, image = found.split([text, hidden_states.shape[1]], dim=1)
        return image, words


def _turned(
    states: torch.Tensor, text: int, rotary: tuple[torch.Tensor, torch.Tensor] | None
) -> torch.Tensor:
    """Turn the image's queries or keys by their places; text has none."""
    if rotary is None:
        return states
    turned = apply_rotary_emb(states[:, text:], rotary, sequence_dim=1, use_real_unbind_dim=-2)
    return torch.cat([states[:, :text], turned], dim=1)


def _keys(real: torch.Tensor | None, image: int) -> torch.Tensor | None:
    """Return which keys may be seen, (rows, 1, 1, text and image)."""
    if real is None:
        return None
    return torch.nn.functional.pad(real, (0, image), value=True)[:, None, None]


def mask_padding(pipeline: GlmImagePipeline) -> None:
    """Let a pipeline's transformer take `pad`'s texts and mask."""
    loaded: Any = pipeline
    for block in loaded.transformer.transformer_blocks:
        block.attn1.set_processor(MaskedAttention())
