# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Trains the diffusion transformer and the glyph encoder: from a poster's codes to its latents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import nn
from torch.func import functional_call

from presscheck_nano.models import DIT_WIDTH, HEAD_WIDTH, CodeTable, build_dit, build_glyph_encoder
from presscheck_nano.posters import SIZES, Poster, Rng, line_width, make_poster
from presscheck_nano.train_vae import measure_latents
from presscheck_nano.training import Schedule, stray, train
from presscheck_nano.wording import training_copy
from presscheck_nano.world import CELL, LETTER_CODES

FACTOR = 4
TOKENS_PER_CELL = 2
PATCH = 4
LETTER_WEIGHT = 2.5
"""What letters count in the loss, where anything else counts 1."""
WINDOWS_UNTIL = 4800
"""Step from which the DiT sees whole widths; until then small windows teach it more a second."""
STRAY_CELLS = 0.01
"""Share of cells that are replaced by others in training, since a plan may hold mistakes."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A poster ready to be cut: codes (rows, columns) and latents (LATENTS, height, width)."""

    poster: Poster
    codes: torch.Tensor
    latents: torch.Tensor


class Renderer(nn.Module):
    """The DiT with its prior embedding in parts, and the glyph encoder."""

    def __init__(self) -> None:
        super().__init__()
        self.dit = build_dit()
        self.codes = CodeTable(DIT_WIDTH, scale=0.5, marks=False)
        self.glyph_tokenizer, self.glyphs = build_glyph_encoder()
        self.dit.prior_token_embedding.weight.requires_grad_(False)
        seed_checkerboard(self)

    def forward(
        self,
        latents: torch.Tensor,
        codes: torch.Tensor,
        timestep: torch.Tensor,
        copy: list[str],
        sizes: list[tuple[int, int]],
    ) -> torch.Tensor:
        """Return the velocity for noisy latents (batch, LATENTS, h, w), codes (batch, tokens).

        `sizes` are the whole posters' heights and widths in pixels, also for windows of them.
        """
        batch = latents.shape[0]
        glyphs = self.embed(copy)
        return functional_call(  # type: ignore[no-any-return]
            self.dit,
            {"prior_token_embedding.weight": self.codes.weight()},
            args=(),
            kwargs={
                "hidden_states": latents,
                "encoder_hidden_states": glyphs,
                "prior_token_id": codes,
                "prior_token_drop": torch.zeros_like(codes, dtype=torch.bool),
                "timestep": timestep,
                "target_size": torch.tensor(sizes, dtype=latents.dtype),
                "crop_coords": torch.zeros(batch, 2, dtype=latents.dtype),
                "return_dict": False,
            },
        )[0]

    def embed(self, copy: list[str]) -> torch.Tensor:
        """Encode one string a row, padded and not masked: the pipeline adds a pad of its own."""
        ids = [[0, *row] for row in self.glyph_tokenizer(copy).input_ids]
        longest = max(len(row) for row in ids)
        padded = torch.tensor([row + [0] * (longest - len(row)) for row in ids])
        lengths = torch.tensor([len(row) for row in ids])
        mask = (torch.arange(longest)[None] < lengths[:, None]).long()
        hidden: torch.Tensor = self.glyphs(padded, attention_mask=mask).last_hidden_state
        return hidden * mask[..., None]

    def export(self) -> nn.Module:
        """Write the table into the published class and return it."""
        with torch.no_grad():
            self.dit.prior_token_embedding.weight.copy_(self.codes.weight())
        dit: nn.Module = self.dit
        return dit


@torch.no_grad()
def seed_checkerboard(renderer: Renderer) -> None:
    """Start the DiT with the checkerboard in plain sight, and its first heads reading it next door.

    The codes' two sides lie far apart along one direction, two units of the prior's projector pass
    it on, and layer 0 writes the neighbours' sides down (`seed_neighbours` aims its heads).
    """
    side, seen, *written = torch.linalg.qr(torch.randn(DIT_WIDTH, DIT_WIDTH)).Q.T[:4]
    renderer.codes.sides.copy_(torch.stack([-4 * side, 4 * side]))
    projector = renderer.dit.prior_projector.net
    for unit, sign in enumerate((1.0, -1.0)):
        projector[0].proj.weight[unit] = sign * 1.5 * side
        projector[0].proj.bias[unit] = 0
        projector[2].weight[:, unit] = sign * 0.8 * seen
    attention = renderer.dit.transformer_blocks[0].attn1
    for head, direction in enumerate(written):
        attention.to_v.weight[head * HEAD_WIDTH] = seen
        attention.to_out[0].weight[:, head * HEAD_WIDTH] = 3.0 * direction


class SampleSource:
    """Encoded posters, renewed one by one, cut into windows that mostly hold letters."""

    def __init__(self, vae: AutoencoderKL, mean: list[float], std: list[float], seed: int) -> None:
        self.vae, self.rng = vae, np.random.default_rng(seed)
        self.mean = torch.tensor(mean)[None, :, None, None]
        self.std = torch.tensor(std)[None, :, None, None]
        self.kept: list[Sample] = []

    def renew(self, keep: int = 120) -> None:
        """Draw and encode a poster; forget the oldest."""
        format_ = str(self.rng.choice(list(SIZES)))
        copy = training_copy(self.rng, line_width(SIZES[format_][1], "left"))
        poster = make_poster(self.rng, copy, format_=format_)
        image = torch.from_numpy(poster.pixels.transpose(2, 0, 1) * 2 - 1)[None]
        with torch.inference_mode():
            latents = self.vae.encode(image).latent_dist.mean
        scaled = ((latents - self.mean) / self.std)[0].clone()
        sample = Sample(poster=poster, codes=torch.from_numpy(poster.codes), latents=scaled)
        self.kept = [*self.kept[-keep + 1 :], sample]

    def windows(
        self, count: int, rows: int, columns: int
    ) -> tuple[torch.Tensor, torch.Tensor, list[str], list[tuple[int, int]]]:
        """Return latents (count, LATENTS, h, w), codes (count, tokens), copy and poster sizes."""
        latents, codes, copy, sizes = [], [], [], []
        fitting = [s for s in self.kept if s.codes.shape[0] >= rows and s.codes.shape[1] >= columns]
        # Whole widths where they are asked for: a wider poster would be cut.
        fitting = [s for s in fitting if s.codes.shape[1] == columns] or fitting
        for _ in range(count):
            sample = fitting[int(self.rng.integers(len(fitting)))]
            top, left = self._corner(sample, rows, columns)
            scale = CELL // FACTOR
            latents.append(
                sample.latents[
                    :, top * scale : (top + rows) * scale, left * scale : (left + columns) * scale
                ]
            )
            window = sample.codes[top : top + rows, left : left + columns].numpy()
            codes.append(upsample(torch.from_numpy(stray(self.rng, window, STRAY_CELLS))))
            copy.append(sample.poster.copy)
            sizes.append((sample.codes.shape[0] * CELL, sample.codes.shape[1] * CELL))
        return torch.stack(latents), torch.stack(codes), copy, sizes

    def _corner(self, sample: Sample, rows: int, columns: int) -> tuple[int, int]:
        """Return a window's top left cell: near the headline in two cases of three."""
        last_row, last_column = sample.codes.shape[0] - rows, sample.codes.shape[1] - columns
        top = int(self.rng.integers(last_row + 1))
        if self.rng.random() < 0.67:
            lines = {"top": 0.0, "middle": 0.5, "bottom": 1.0}[sample.poster.place]
            top = int(np.clip(round(lines * last_row + self.rng.integers(-1, 2)), 0, last_row))
        return top, int(self.rng.integers(last_column + 1))


def upsample(codes: torch.Tensor) -> torch.Tensor:
    """Return the DiT's prior, (tokens,): each cell's code for its two by two tokens."""
    wide = codes.repeat_interleave(TOKENS_PER_CELL, 0).repeat_interleave(TOKENS_PER_CELL, 1)
    return wide.reshape(-1)


def velocity_loss(
    renderer: Renderer,
    rng: Rng,
    latents: torch.Tensor,
    codes: torch.Tensor,
    *words: Any,
) -> torch.Tensor:
    """Return the flow-matching loss: noise minus picture, at the times that the sampler visits.

    The pipeline tells the DiT the unshifted time while the scheduler mixes at the shifted one
    (`mu = 0.75 * sqrt(tokens / 256) + 0.25`, linear shift); whole posters have about 1,024 tokens,
    so all windows are shifted as if they were whole.
    """
    size = latents.shape[0]
    time = torch.from_numpy(rng.uniform(0.0, 1.0, size)).float().clamp(1e-3, 1.0)
    shift = 0.75 * float(np.sqrt(1024 / 256)) + 0.25
    sigma = shift / (shift + (1 / time - 1))
    noise = torch.from_numpy(rng.standard_normal(latents.shape)).float()
    mix = sigma[:, None, None, None]
    noisy = (1 - mix) * latents + mix * noise
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = renderer(noisy, codes, time * 1000 - 1, *words)
    error = (found.float() - (noise - latents)).square()
    weight = letter_weight(codes, latents.shape[-2:])
    weighted: torch.Tensor = (error * weight).mean() / weight.mean()
    return weighted


def letter_weight(codes: torch.Tensor, size: torch.Size) -> torch.Tensor:
    """Return what each latent counts, (batch, 1, height, width): more where letters are."""
    height, width = (side // PATCH for side in size)
    letters = (codes < LETTER_CODES).float().reshape(-1, 1, height, width)
    weight = 1 + (LETTER_WEIGHT - 1) * letters
    return weight.repeat_interleave(PATCH, 2).repeat_interleave(PATCH, 3)


def train_dit(
    folder: Path,
    vae: AutoencoderKL,
    schedule: Schedule,
    *,
    batch: int,
    seconds: float | None = None,
    glyphs_only: bool = False,
) -> None:
    """Train the DiT on windows of posters, then on strips of full width and whole posters.

    The glyph encoder learns with it: what it says has no meaning but the one the DiT finds in it.
    With `glyphs_only` it goes on learning alone, with the DiT as its state file left it.
    """
    torch.manual_seed(0)
    renderer = Renderer()
    loss = renderer_loss(renderer, vae, batch)
    module, state = (renderer.glyphs, "glyphs") if glyphs_only else (renderer, "dit")
    if glyphs_only:
        renderer.load_state_dict(torch.load(folder / "dit.pt", weights_only=True)["module"])
        renderer.requires_grad_(False)
        module.requires_grad_(True)
    train(module, loss, schedule, folder / f"{state}.pt", every=50, seconds=seconds)


def renderer_loss(
    renderer: Renderer, vae: AutoencoderKL, batch: int
) -> Callable[[int], torch.Tensor]:
    """Return the loss of a step; `batch` counts windows of five by eight cells."""
    mean, std = measure_latents(vae)
    source = SampleSource(vae, mean, std, seed=1)
    for _ in range(24):
        source.renew()

    def loss(step: int) -> torch.Tensor:
        if step % 3 == 0:
            source.renew()
        rng = np.random.default_rng([2, step])
        if step < WINDOWS_UNTIL:
            rows, columns, count = 5, 8, batch
        else:
            # A token's place leaks into the network through the text tokens, which have none.
            rows, columns = SIZES[str(rng.choice(list(SIZES)))]
            rows = rows if step % 2 else 6
            count = max(batch * 40 // (rows * columns), 1)
        return velocity_loss(renderer, rng, *source.windows(count, rows, columns))

    return loss
