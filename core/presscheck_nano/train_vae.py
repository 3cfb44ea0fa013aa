# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Trains the autoencoder on crops of posters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch.nn import functional

from presscheck_nano.models import build_vae
from presscheck_nano.posters import make_poster
from presscheck_nano.training import Schedule, train
from presscheck_nano.wording import training_copy
from presscheck_nano.world import CELL, Pixels

CROP = 64
"""Side of a training crop in pixels: four letters' cells."""


class CropSource:
    """Crops of posters, half of them with their colours replaced by random ones.

    A few posters are kept and cut many times, since a poster takes longer to draw than to cut.
    """

    def __init__(self, seed: int, *, keep: int = 24) -> None:
        self.rng = np.random.default_rng(seed)
        self.posters: list[Pixels] = []
        self.keep = keep

    def batch(self, size: int, side: int = CROP) -> torch.Tensor:
        """Return (size, 3, side, side) in -1..1."""
        for _ in range(2):
            self._renew()
        return torch.stack([self._crop(side) for _ in range(size)])

    def _renew(self) -> None:
        copy = training_copy(self.rng, 10)
        self.posters = [*self.posters[-self.keep :], make_poster(self.rng, copy).pixels]

    def _crop(self, side: int) -> torch.Tensor:
        pixels = self.posters[int(self.rng.integers(len(self.posters)))]
        best, variance = pixels[:side, :side], -1.0
        # Flat crops teach little: mostly take the liveliest of three.
        for _ in range(3 if self.rng.random() < 0.7 else 1):
            top = int(self.rng.integers(pixels.shape[0] - side + 1))
            left = int(self.rng.integers(pixels.shape[1] - side + 1))
            crop = pixels[top : top + side, left : left + side]
            if (found := float(crop.var())) > variance:
                best, variance = crop, found
        if self.rng.random() < 0.5:
            best = self._recoloured(best)
        return torch.from_numpy(best.transpose(2, 0, 1) * 2 - 1).float()

    def _recoloured(self, crop: Pixels) -> Pixels:
        """Mix the channels at random, so that edges between any two colours are seen."""
        mix = self.rng.normal(size=(3, 3)) * 0.8
        mixed = (crop - 0.5) @ mix + self.rng.uniform(0.2, 0.8, 3)
        clipped: Pixels = np.clip(mixed, 0, 1).astype(np.float32)
        return clipped


def block_means(image: torch.Tensor, factor: int = 4) -> torch.Tensor:
    """Return the means of `factor` x `factor` blocks."""
    return functional.avg_pool2d(image, factor)


def train_vae(
    folder: Path,
    schedule: Schedule,
    *,
    batch: int,
    seconds: float | None = None,
    encoder: Path | None = None,
) -> None:
    """Train the autoencoder.

    Three latents are tied to the block means, so that flat colours are right from the start; noise
    on the latents makes the decoder forgive what the DiT gets slightly wrong. With `encoder`, the
    state of an earlier run, its encoder stays as it was there and only the decoder learns on.
    """
    torch.manual_seed(0)
    vae = build_vae().to(memory_format=torch.channels_last)

    if encoder is not None:
        vae.load_state_dict(torch.load(encoder, weights_only=True)["module"])
        vae.encoder.requires_grad_(False)
        vae.quant_conv.requires_grad_(False)
    name = "vae" if encoder is None else "decoder"

    sources: dict[int, CropSource] = {}
    measured: dict[str, float] = {}

    def loss(step: int) -> torch.Tensor:
        if step // 50 not in sources:
            sources.clear()
            sources[step // 50] = CropSource(1000 + step)
        # Every fourth step sees large crops, whose statistics are nearer to whole posters'.
        few, side = (max(batch // 8, 1), 3 * CROP) if step % 4 == 3 else (batch, CROP)
        image = sources[step // 50].batch(few, side)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            latents = vae.encode(image).latent_dist.mean
            noisy = latents + 0.08 * torch.randn_like(latents)
            drawn = vae.decode(noisy).sample
        drawn, latents = drawn.float(), latents.float()
        means = block_means(image)
        tie = functional.mse_loss(latents[:, :3], means)
        small = functional.mse_loss(block_means(drawn), means)
        pixel = functional.l1_loss(drawn, image) + functional.mse_loss(drawn, image)
        measured["mse"] = float(functional.mse_loss(drawn.detach(), image))
        quiet = latents[:, 3:].square().mean()
        total: torch.Tensor = pixel + 0.5 * tie + small + 0.002 * quiet
        return total

    def look(_: int) -> str:
        return f"mse {measured['mse']:.4f}"

    train(vae, loss, schedule, folder / f"{name}.pt", every=50, look=look, seconds=seconds)


def measure_latents(vae: AutoencoderKL, posters: int = 24) -> tuple[list[float], list[float]]:
    """Return mean and standard deviation of each latent channel over whole posters."""
    rng = np.random.default_rng(7)
    sums = []
    with torch.inference_mode():
        for _ in range(posters):
            pixels = make_poster(rng, training_copy(rng, 10)).pixels
            image = torch.from_numpy(pixels.transpose(2, 0, 1) * 2 - 1)[None]
            sums.append(vae.encode(image).latent_dist.mean.flatten(2)[0])
    together = torch.cat(sums, dim=1)
    return together.mean(1).tolist(), together.std(1).tolist()


assert CROP % CELL == 0
