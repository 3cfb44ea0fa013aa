# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false, reportOperatorIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Trains the AR stage: from a prompt to the codes of a poster, small grid, then large grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import (
    GlmImageProcessor,
    PreTrainedTokenizerFast,
)

from presscheck_nano.models import AR_WIDTH, CodeTable, build_ar
from presscheck_nano.posters import SIZES, Poster, Rng, make_poster
from presscheck_nano.tokens import (
    IMAGE_END,
    MARK_TOKENS,
    SPACE_TOKENS,
    VISION_VOCABULARY,
    build_tokenizer,
)
from presscheck_nano.training import Schedule, stray, train
from presscheck_nano.wording import make_prompt, training_copy
from presscheck_nano.world import (
    CELL,
    CHARACTERS,
    CODES,
    GROUND_KINDS,
    KINDS,
    LETTER_CODES,
    LETTERS,
    MARKS,
    NAMES,
    Code,
    Grid,
    code_parts,
)

FIRST_WEIGHT, EDGE_WEIGHT, LETTER_WEIGHT, NEW_WEIGHT, QUIET_WEIGHT = 3.0, 2.0, 0.15, 0.3, 0.1
"""What a cell counts in the loss: the first of a grid, which decides on the ground; the first of a
row, spaces, and where a line of letters starts or has ended; letters within it, which the copy
tells; cells of ground and shapes that are unlike the ones to their left and above; and all others,
which follow those."""
STRAY_CELLS, STRAY_GROUNDS = 0.003, 0.04
"""Share of the cells that another of the poster replaces in what the model reads, and of posters
whose ground is not the one asked for: so it learns to go on behind a mistake of its own."""
LOOSE_PROMPTS = 0.04
"""How often a sentence is left out of a prompt, or one from outside the world stands in it."""
QUIET_SHARE = 0.25
"""Quiet cells are many: only this share of them is looked at in a step."""


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
        self.blanks = nn.Parameter(torch.randn(len(LETTERS) - len(CHARACTERS), AR_WIDTH) * 0.5)
        self.codes = CodeTable(AR_WIDTH, scale=0.2, marks=True, own_letters=False)
        self.heads = CodeTable(AR_WIDTH, scale=0.01, marks=True)
        self.end = nn.Parameter(torch.zeros(VISION_VOCABULARY - CODES, AR_WIDTH))
        self.register_buffer("letter_rows", torch.tensor(_rows(tokenizer, CHARACTERS)))
        seed_copying(self, tokenizer)
        for table in (self.model.model.language_model.embed_tokens, self.model.lm_head):
            table.weight.requires_grad_(False)

    def letters(self) -> torch.Tensor:
        """Return the vectors of letters: those of their text tokens, and the blanks'."""
        return torch.cat([self.text[self.letter_rows], self.blanks])

    def embeddings(self) -> torch.Tensor:
        """Return the whole (vocabulary, width) table: codes, then text."""
        return torch.cat([self.codes.weight(self.letters()), self.text])

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


def _rows(tokenizer: PreTrainedTokenizerFast, tokens: Iterable[str]) -> list[int]:
    """Return where single tokens stand in the table of text tokens."""
    return [tokenizer.convert_tokens_to_ids(token) - CODES for token in tokens]


@torch.no_grad()
def seed_copying(speller: Speller, tokenizer: PreTrainedTokenizerFast) -> None:
    """Start the speller as the circuit that copying needs, which is slow to form alone.

    The marks of the copy are the axes of a space of their own, and a code's mark points at the one
    behind it. Layer 0, head 0 looks at the token before and writes down its mark, so that a letter
    of the prompt knows its place; layer 1, head 0 looks for the place that the latest code points
    at, and passes on the letter that stands there. (An induction head, as in Olsson et al. 2022,
    "In-context Learning and Induction Heads", but over places instead of letters.) Layer 0, head 1
    looks at the cell above the one to be written. Colours start as the vectors of their words. The
    norms behind attention and feed-forward start low, so that they do not drown the embeddings.
    """
    layers = speller.model.model.language_model.layers
    speeds = speller.model.model.language_model.rotary_emb.inv_freq
    width = AR_WIDTH
    size = layers[0].self_attn.head_dim
    half, kept = size // 2, 8
    for layer in layers:
        layer.post_self_attn_layernorm.weight.fill_(0.3)
        layer.post_mlp_layernorm.weight.fill_(0.3)
    basis = torch.linalg.qr(torch.randn(width, width)).Q.T
    own, before, above = basis[: 2 * kept], basis[2 * kept : 4 * kept], basis[32 : 32 + size]
    passed = basis[-size:]
    _seed_tables(speller, tokenizer, own)
    # Only the slowest frequencies can compare contents over a distance.
    slow = torch.cat([torch.arange(half - kept, half), torch.arange(size - kept, size)])
    first, second = layers[0].self_attn, layers[1].self_attn
    for projection in (first.q_proj, first.k_proj):
        projection.weight[: 2 * size] = 0
        projection.bias[: 2 * size] = 0
    for projection in (second.q_proj, second.k_proj):
        projection.weight[:size] = 0
        projection.bias[:size] = 0
    _look(first, 0, torch.full((half,), 8.0), speeds)
    axes = torch.arange(half) % 3  # frequencies belong to time, row and column by turns
    steps = torch.tensor([0.0, 1.0, -1.0])  # the same time, a row up, a column to the right
    _look(first, 1, torch.tensor([8.0, 12.0, 20.0])[axes], steps[axes] * speeds)
    first.v_proj.weight[: 2 * kept] = own
    first.o_proj.weight[:, : 2 * kept] = before.T
    first.v_proj.weight[size : 2 * size] = torch.cat([own, passed[: size - 2 * kept]])
    first.o_proj.weight[:, size : 2 * size] = above.T
    second.q_proj.weight[slow] = 2.0 * own
    second.k_proj.weight[slow] = 2.0 * before
    second.v_proj.weight[:size] = passed
    second.o_proj.weight[:, :size] = passed.T


def _look(attention: Any, head: int, heights: torch.Tensor, turn: torch.Tensor) -> None:
    """Aim a head at the place that is `turn` behind, in radians of each frequency."""
    half = len(turn)
    start = head * 2 * half
    attention.k_proj.bias[start : start + half] = heights
    attention.q_proj.bias[start : start + half] = heights * turn.cos()
    attention.q_proj.bias[start + half : start + 2 * half] = -heights * turn.sin()


@torch.no_grad()
def _clear(table: torch.Tensor, axes: torch.Tensor) -> None:
    """Take the part of a table's rows away that lies along `axes`."""
    table -= table @ axes.T @ axes


def _seed_tables(speller: Speller, tokenizer: PreTrainedTokenizerFast, own: torch.Tensor) -> None:
    """Start the tables: marks in the space `own` (rows are axes), everything else outside it."""
    codes: Any = speller.codes
    heads: Any = speller.heads
    colours = _rows(tokenizer, [f" {name}" for name in NAMES])
    speller.text[_rows(tokenizer, SPACE_TOKENS)] *= 0.4
    speller.text[_rows(tokenizer, SPACE_TOKENS)] += speller.blanks[0]
    codes.colours.copy_(0.4 * speller.text[colours])
    heads.colours.copy_(0.05 * speller.text[colours])
    for name in ("halves", "sides", "colours", "kinds"):
        _clear(getattr(codes, name), own)
    _clear(speller.text, own)
    _clear(speller.blanks, own)
    heads.letters.copy_(0.1 * speller.letters())
    # An axis stands for two marks, one at either end: no two are closer than at right angles.
    marks = torch.cat([own, -own])[:MARKS] * 0.5 * AR_WIDTH**0.5
    speller.text[_rows(tokenizer, MARK_TOKENS)] = marks
    codes.marks.copy_(marks.roll(-1, 0))
    heads.marks.copy_(0.1 * marks)


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
    letter = np.where(grid < LETTER_CODES, grid // (2 * MARKS), -1)
    inked = (letter >= 0) & (letter <= LETTERS.index(" "))
    edge = letter == LETTERS.index(" ")
    edge[:, 0] = True
    edge[:, 1:] |= inked[:, 1:] != inked[:, :-1]
    bare = grid // 2  # without the side of the checkerboard
    new = np.ones(grid.shape, dtype=bool)
    new[:, 1:] &= bare[:, 1:] != bare[:, :-1]
    new[1:] &= bare[1:] != bare[:-1]
    new &= letter < 0
    weights: np.ndarray = np.where(new, NEW_WEIGHT, QUIET_WEIGHT)
    weights[inked] = LETTER_WEIGHT
    weights[edge] = EDGE_WEIGHT
    weights[0, 0] = FIRST_WEIGHT
    return weights


def reground(poster: Poster, ground: str) -> Grid:
    """Return a poster's codes on another ground."""
    bare = (poster.codes - LETTER_CODES) // 2
    colour, kind = np.divmod(bare, len(KINDS))
    moved = (NAMES.index(ground) - colour) * len(KINDS) * 2 + poster.codes
    of_ground = (bare >= 0) & (colour == NAMES.index(poster.ground)) & (kind < len(GROUND_KINDS))
    codes: Grid = np.where(of_ground, moved, poster.codes)
    return codes


def make_batch(
    tokenizer: PreTrainedTokenizerFast, rng: Rng, size: int, format_: str, phase: str
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return ids, positions (3, batch, length), mask, targets and weights of a batch of posters.

    `phase` is one of: `head` stops after the last row of letters, with the headline at the
    top, so that nearly all of a short sequence teaches spelling; `small` has the whole small grid,
    `large` both grids.
    """
    width = SIZES[format_][1] - 2
    place = "top" if phase == "head" else None
    posters = [
        make_poster(rng, training_copy(rng, width), format_=format_, place=place)
        for _ in range(size)
    ]
    head = 2 + 2 * max(len(poster.lines) for poster in posters) if phase == "head" else None
    prompts = [
        encode(tokenizer, make_prompt(rng, poster, loose=LOOSE_PROMPTS), poster)
        for poster in posters
    ]
    longest = max(len(prompt) for prompt in prompts)
    rows = [
        _row(rng, p, poster, longest, phase == "large", head)
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


def encode(tokenizer: PreTrainedTokenizerFast, prompt: str, poster: Poster) -> list[int]:
    """Return a prompt's ids exactly as the processor makes them for the poster's size."""
    rows, columns = poster.codes.shape
    small = small_shape(rows, columns)
    grids = f"<|grid|>{rows} {columns}<|/grid|><|grid|>{small[0]} {small[1]}<|/grid|><|start|>"
    ids: list[int] = tokenizer(prompt + grids, add_special_tokens=False).input_ids
    return ids


def _row(
    rng: Rng, prompt: Sequence[int], poster: Poster, longest: int, large: bool, head: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    strayed = rng.random() < STRAY_GROUNDS
    codes = reground(poster, str(rng.choice(NAMES))) if strayed else poster.codes
    grids = [shrink(codes)[:head], *([codes] if large else [])]
    positions = [np.tile(np.arange(len(prompt)), (3, 1))]
    start = len(prompt)
    for grid in grids:
        positions.append(grid_positions(start, *grid.shape))
        start += max(grid.shape)
    cells = np.concatenate([grid.reshape(-1) for grid in grids])
    weights = np.concatenate([weigh(grid).reshape(-1) for grid in grids])
    weights[0] *= not strayed
    read = stray(rng, cells, STRAY_CELLS)
    if large:
        cells, weights = np.append(cells, IMAGE_END), np.append(weights, QUIET_WEIGHT)
    pad = longest - len(prompt)
    ids = np.concatenate([np.zeros(pad, int), prompt, read])
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
    scores = Scores()

    def loss(step: int) -> torch.Tensor:
        rng = np.random.default_rng([1, step])
        format_ = str(rng.choice(list(SIZES), p=[0.4, 0.2, 0.2, 0.2]))
        started = [phase for phase in phases if step >= phase.start]
        latest = [phase for phase in started if phase.start == started[-1].start]
        phase = latest[step % len(latest)]
        ids, positions, mask, targets, weights = make_batch(
            tokenizer, rng, phase.batch, format_, phase.name
        )
        chance = torch.from_numpy(rng.random(tuple(weights.shape)))
        keep = (weights > QUIET_WEIGHT) | ((weights > 0) & (chance < QUIET_SHARE))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = speller(ids, positions, mask, keep)
        logits, targets, kept = logits.float(), targets[keep], weights[keep]
        scores.add(logits.argmax(-1), targets, kept, keep.nonzero()[:, 0])
        each = functional.cross_entropy(logits, targets, reduction="none")
        return (each * kept).sum() / kept.sum()

    every = 25
    train(speller, loss, schedule, folder / "ar.pt", every=every, look=scores.look, seconds=seconds)


class Scores:
    """Shares of right answers since the last look: what went wrong tells what to teach."""

    def __init__(self) -> None:
        self.parts = [code_parts(code) for code in range(CODES)]
        self.parts += [Code()] * (VISION_VOCABULARY - CODES)
        self.sums: dict[str, list[float]] = {}

    def add(
        self, found: torch.Tensor, wanted: torch.Tensor, weights: torch.Tensor, rows: torch.Tensor
    ) -> None:
        """Add a step's answers: all (kept,), `rows` their posters' numbers."""
        spelt: dict[int, bool] = {}
        for code, right, weight, row in zip(
            found.tolist(), wanted.tolist(), weights.tolist(), rows.tolist(), strict=True
        ):
            part, hit = self.parts[right], code == right
            if weight == FIRST_WEIGHT:
                self._count("grounds", self.parts[code].colour == part.colour)
            elif weight == EDGE_WEIGHT:
                self._count("edges", hit if part.character else not self.parts[code].character)
            elif part.character:
                self._count("letters", hit)
            elif weight == NEW_WEIGHT:
                self._count("colours", self.parts[code].colour == part.colour)
            else:
                self._count("sides", self.parts[code].side == part.side)
            lettered = bool(part.character or self.parts[code].character)
            spelt[row] = spelt.get(row, True) and (hit or not lettered)
        for right_all in spelt.values():
            self._count("posters", right_all)

    def _count(self, name: str, hit: bool) -> None:
        sums = self.sums.setdefault(name, [0.0, 0.0])
        sums[0] += hit
        sums[1] += 1

    def look(self, _: int) -> str:
        """Return the shares as text and start anew."""
        text = " ".join(f"{name} {hit / of:.3f}" for name, (hit, of) in sorted(self.sums.items()))
        self.sums.clear()
        return text
