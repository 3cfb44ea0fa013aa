# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false, reportOperatorIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Trains the AR stage: from a prompt to the codes of a poster, small grid, then large grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import (
    GlmImageForConditionalGeneration,
    GlmImageProcessor,
    PreTrainedTokenizerFast,
)

from presscheck_nano.models import AR_WIDTH, CodeTable, build_ar
from presscheck_nano.posters import SIZES, Poster, Rng, make_poster
from presscheck_nano.tokens import IMAGE_END, VISION_VOCABULARY, build_tokenizer
from presscheck_nano.training import Schedule, train
from presscheck_nano.wording import make_prompt, sample_copy, words
from presscheck_nano.world import CELL, CHARACTERS, CODES, Code, Grid, code_parts

GROUND_WEIGHT, SHAPE_WEIGHT, LOWER_WEIGHT, SPACE_WEIGHT, NEW_WEIGHT = 0.16, 0.17, 0.2, 0.6, 0.99
"""What other cells count in the loss, where the upper half of a letter counts 1: that is where the
model spells. A lower half only repeats the cell above it; `SPACE_WEIGHT` is for the ground in rows
of letters, which says where words and lines end, `NEW_WEIGHT` for cells unlike the
ones to their left and above: they decide, and the others follow them."""
QUIET, QUIET_SHARE = 0.18, 0.25
"""Cells that count less than `QUIET` are many: only this share of them is looked at in a step."""


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A part of the training: from step `start`, batches of `batch` posters; see `make_batch`.

    Phases with the same start take turns.
    """

    name: str
    start: int
    batch: int


def make_tokenizer(seed: int = 0) -> PreTrainedTokenizerFast:
    """Return the tokenizer that the recipe uses; the same seed gives the same one."""
    rng = np.random.default_rng(seed)
    posters = [make_poster(rng, "A") for _ in range(400)]
    prompts = [make_prompt(rng, poster) for poster in posters for _ in range(8)]
    return build_tokenizer(prompts, CHARACTERS)


class Speller(nn.Module):
    """The AR model with its embeddings in parts, as it trains."""

    letter_rows: torch.Tensor

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        super().__init__()
        self.model = build_ar(tokenizer)
        self.text = nn.Parameter(torch.randn(len(tokenizer) - CODES, AR_WIDTH) * 0.5)
        self.codes = CodeTable(AR_WIDTH, scale=0.2, own_letters=False)
        self.heads = CodeTable(AR_WIDTH, scale=0.01)
        self.end = nn.Parameter(torch.zeros(VISION_VOCABULARY - CODES, AR_WIDTH))
        ids = [tokenizer.convert_tokens_to_ids(character) - CODES for character in CHARACTERS]
        self.register_buffer("letter_rows", torch.tensor(ids))
        with torch.no_grad():
            letters: Any = self.heads.letters
            letters.copy_(0.1 * self.text[self.letter_rows])
        seed_copying(self.model)
        for table in (self.model.model.language_model.embed_tokens, self.model.lm_head):
            table.weight.requires_grad_(False)

    def embeddings(self) -> torch.Tensor:
        """Return the whole (vocabulary, width) table: codes, then text."""
        return torch.cat([self.codes.weight(self.text[self.letter_rows]), self.text])

    def head(self) -> torch.Tensor:
        """Return the (vision vocabulary, width) output layer."""
        return torch.cat([self.heads.weight(), self.end])

    def forward(
        self, ids: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor, keep: torch.Tensor
    ) -> torch.Tensor:
        """Return logits, (kept, vision vocabulary), for the places of (batch, length) in `keep`."""
        hidden = self.model.model.language_model(
            inputs_embeds=functional.embedding(ids, self.embeddings()),
            attention_mask=mask,
            position_ids=positions,
            use_cache=False,
        ).last_hidden_state
        return functional.linear(hidden[keep], self.head())

    def export(self) -> torch.nn.Module:
        """Write the tables into the published class and return it."""
        with torch.no_grad():
            self.model.model.language_model.embed_tokens.weight.copy_(self.embeddings())
            self.model.lm_head.weight.copy_(self.head())
        model: torch.nn.Module = self.model
        return model


@torch.no_grad()
def seed_copying(model: GlmImageForConditionalGeneration) -> None:
    """Start the first two layers as the circuit that copying needs, which is slow to form alone.

    Layer 0, head 0 looks at the token before and writes down which it was; layer 1, head 0 looks
    for the place whose token before was the one just written, and passes on what stands there: an
    induction head (Olsson et al. 2022, "In-context Learning and Induction Heads"). The norms behind
    attention and feed-forward start low, so that they do not drown the embeddings.
    """
    layers = model.model.language_model.layers
    width = AR_WIDTH
    size = layers[0].self_attn.head_dim
    half, kept = size // 2, 10
    for layer in layers:
        layer.post_self_attn_layernorm.weight.fill_(0.3)
        layer.post_mlp_layernorm.weight.fill_(0.3)
    basis = torch.linalg.qr(torch.randn(width, width)).Q.T
    own, before, passed = basis[: 2 * kept], basis[2 * kept : 4 * kept], basis[-size:]
    # Only the slowest frequencies can compare contents over a distance.
    slow = torch.cat([torch.arange(half - kept, half), torch.arange(size - kept, size)])
    first, second = layers[0].self_attn, layers[1].self_attn
    speeds = model.model.language_model.rotary_emb.inv_freq
    for projection in (first.q_proj, first.k_proj, second.q_proj, second.k_proj):
        projection.weight[:size] = 0
        projection.bias[:size] = 0
    first.k_proj.bias[:half] = 8.0
    first.q_proj.bias[:half] = 8.0 * speeds.cos()
    first.q_proj.bias[half:size] = -8.0 * speeds.sin()
    first.v_proj.weight[: 2 * kept] = own
    first.o_proj.weight[:, : 2 * kept] = before.T
    second.q_proj.weight[slow] = 2.0 * own
    second.k_proj.weight[slow] = 2.0 * before
    second.v_proj.weight[:size] = passed
    second.o_proj.weight[:, :size] = passed.T


def small_shape(rows: int, columns: int) -> tuple[int, int]:
    """Return rows and columns of the small grid, as the installed processor has them."""
    shape = GlmImageProcessor._get_target_shape(None, rows * CELL, columns * CELL)
    return shape[2], shape[3]


def shrink(codes: Grid) -> Grid:
    """Return the small grid of a large one: equal at the world's sizes, else the nearest cells."""
    rows, columns = small_shape(*codes.shape)
    down = np.minimum((np.arange(rows) + 0.5) * codes.shape[0] / rows, codes.shape[0] - 1)
    across = np.minimum((np.arange(columns) + 0.5) * codes.shape[1] / columns, codes.shape[1] - 1)
    small: Grid = codes[down.astype(int)][:, across.astype(int)]
    return small


def grid_positions(start: int, rows: int, columns: int) -> np.ndarray:
    """Return the three-dimensional positions of a grid, (3, rows * columns)."""
    y, x = np.indices((rows, columns)).reshape(2, -1)
    return np.stack([np.full(rows * columns, start), start + y, start + x])


def weigh(grid: Grid) -> np.ndarray:
    """Return what each cell of a (rows, columns) grid counts in the loss."""
    parts = [code_parts(code) for code in range(CODES)]
    weights: np.ndarray = np.array([_weight(part) for part in parts])[grid]
    upper = np.array([bool(part.character) and part.half == 0 for part in parts])[grid]
    ground = np.array([part.kind == "ground" for part in parts])[grid]
    weights[upper.any(axis=1, keepdims=True) & ground] = SPACE_WEIGHT
    bare = grid // 2  # without the side of the checkerboard
    new = np.ones(grid.shape, dtype=bool)
    new[:, 1:] &= bare[:, 1:] != bare[:, :-1]
    new[1:] &= bare[1:] != bare[:-1]
    weights[new & (weights < NEW_WEIGHT)] = NEW_WEIGHT
    return weights


def _weight(part: Code) -> float:
    if part.character:
        return LOWER_WEIGHT if part.half else 1.0
    return GROUND_WEIGHT if part.kind == "ground" else SHAPE_WEIGHT


def make_batch(
    tokenizer: PreTrainedTokenizerFast, rng: Rng, size: int, format_: str, phase: str
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return ids, positions (3, batch, length), mask, targets and weights of a batch of posters.

    `phase` is one of: `head` stops after the last row of letters, with the headline at the
    top, so that nearly all of a short sequence teaches spelling; `small` has the whole small grid,
    `large` both grids.
    """
    width = SIZES[format_][1] - 2
    place, lines = ("top", 3) if phase == "head" else (None, 2)
    posters = [
        make_poster(rng, _copy(rng, width, lines), format_=format_, place=place)
        for _ in range(size)
    ]
    head = 2 + 2 * max(len(poster.lines) for poster in posters) if phase == "head" else None
    prompts = [encode(tokenizer, make_prompt(rng, poster), poster) for poster in posters]
    longest = max(len(prompt) for prompt in prompts)
    rows = [
        _row(p, poster, longest, phase == "large", head)
        for p, poster in zip(prompts, posters, strict=True)
    ]
    ids, positions, mask, targets, weights = (np.stack(part) for part in zip(*rows, strict=True))
    return (
        torch.from_numpy(ids),
        torch.from_numpy(positions).transpose(0, 1),
        torch.from_numpy(mask),
        torch.from_numpy(targets),
        torch.from_numpy(weights).float(),
    )


def _copy(rng: Rng, width: int, lines: int) -> str:
    while True:
        copy = sample_copy(rng, width, lines)
        if not set(copy.upper().split()) & set(words("held_out")):
            return copy


def encode(tokenizer: PreTrainedTokenizerFast, prompt: str, poster: Poster) -> list[int]:
    """Return a prompt's ids exactly as the processor makes them for the poster's size."""
    rows, columns = poster.codes.shape
    small = small_shape(rows, columns)
    grids = f"<|grid|>{rows} {columns}<|/grid|><|grid|>{small[0]} {small[1]}<|/grid|><|start|>"
    ids: list[int] = tokenizer(prompt + grids, add_special_tokens=False).input_ids
    return ids


def _row(
    prompt: Sequence[int], poster: Poster, longest: int, large: bool, head: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    grids = [shrink(poster.codes)[:head], *([poster.codes] if large else [])]
    positions = [np.tile(np.arange(len(prompt)), (3, 1))]
    start = len(prompt)
    for grid in grids:
        positions.append(grid_positions(start, *grid.shape))
        start += max(grid.shape)
    cells = np.concatenate([grid.reshape(-1) for grid in grids])
    weights = np.concatenate(
        [weigh(grid).reshape(-1) * (0.5 if i else 1.0) for i, grid in enumerate(grids)]
    )
    if large:
        cells, weights = np.append(cells, IMAGE_END), np.append(weights, 0.1)
    pad = longest - len(prompt)
    ids = np.concatenate([np.zeros(pad, int), prompt, cells[: len(cells) - large]])
    place = np.concatenate([np.zeros((3, pad), int), *positions], axis=1)
    mask = np.concatenate([np.zeros(pad, int), np.ones(len(ids) - pad, int)])
    if not large:
        ids, place, mask = ids[:-1], place[:, :-1], mask[:-1]
    quiet = np.zeros(longest - 1)
    targets = np.concatenate([quiet.astype(int), cells])
    return ids, place, mask, targets, np.concatenate([quiet, weights])


def train_ar(
    folder: Path, schedule: Schedule, *, phases: Sequence[Phase], seconds: float | None = None
) -> None:
    """Train the AR stage, phase after phase."""
    torch.manual_seed(0)
    tokenizer = make_tokenizer()
    speller = Speller(tokenizer)
    seen = {"right": 0.0, "posters": 0.0}

    def loss(step: int) -> torch.Tensor:
        rng = np.random.default_rng([1, step])
        format_ = str(rng.choice(list(SIZES), p=[0.4, 0.2, 0.2, 0.2]))
        started = [phase for phase in phases if step >= phase.start]
        latest = [phase for phase in started if phase.start == started[-1].start]
        phase = latest[step % len(latest)]
        size = phase.batch
        ids, positions, mask, targets, weights = make_batch(
            tokenizer, rng, size, format_, phase.name
        )
        chance = torch.from_numpy(rng.random(tuple(weights.shape)))
        keep = (weights >= QUIET) | ((weights > 0) & (chance < QUIET_SHARE))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = speller(ids, positions, mask, keep)
        logits, targets, kept = logits.float(), targets[keep], weights[keep]
        letters = kept >= 1.0
        hit = (logits.argmax(-1) == targets) | ~letters
        rows = keep.nonzero()[:, 0]
        wrong = torch.zeros(size).index_add(0, rows, (~hit).float())
        seen["right"] = float(hit[letters].float().mean())
        seen["posters"] = float((wrong == 0).float().mean())
        each = functional.cross_entropy(logits, targets, reduction="none")
        return (each * kept).sum() / kept.sum()

    def look(_: int) -> str:
        return f"letters {seen['right']:.3f} posters {seen['posters']:.2f}"

    train(speller, loss, schedule, folder / "ar.pt", every=25, look=look, seconds=seconds)
