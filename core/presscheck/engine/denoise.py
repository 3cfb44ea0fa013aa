# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""The denoising loop of the render stage.

It computes what `GlmImagePipeline` computes, bit for bit, and keeps nothing on the pipeline: two
threads may be in it at once, and it can hold a part of the picture still.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from presscheck.engine.guidance import mask_padding, pad
from presscheck.engine.placement import device_of
from presscheck.engine.step_cache import StepCache

if TYPE_CHECKING:
    from diffusers import GlmImagePipeline

KEPT_PROMPTS = 64
"""How many prompts' glyph embeddings are kept: the assets of a few rounds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A prompt, a plan's cells for the transformer's tokens (1, tokens), and (width, height)."""

    prompt: str
    prior: torch.Tensor
    size: tuple[int, int]


Show = Callable[[torch.Tensor], Any]
"""Given a prompt's glyph embeddings, returns the transformer's caches of reference images."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Still:
    """What a repair leaves as it is: clean latents, and a mask that is 1 where they may change."""

    latents: torch.Tensor
    free: torch.Tensor


@dataclass(frozen=True, kw_only=True, slots=True)
class Pass:
    """A look of the transformer at the latents: with a text, (1, tokens, width), and with a plan.

    `drop` leaves the plan out. `name` is that of its cache.
    """

    name: str
    text: torch.Tensor
    drop: bool


class Denoiser:
    """Denoises latents with a loaded pipeline's transformer, and decodes them."""

    def __init__(
        self,
        pipeline: GlmImagePipeline,
        *,
        steps: int,
        guidance_scale: float,
        together: bool = False,
        step_cache: float | None = None,
    ) -> None:
        self.pipeline: Any = pipeline
        self.steps, self.guidance_scale = steps, guidance_scale
        self.together = together
        if together:
            mask_padding(pipeline)
        self.cache = StepCache(pipeline, step_cache) if step_cache is not None else None
        # Guidance asks for the empty prompt in every call, a re-render for one it knows.
        self._glyphs = lru_cache(maxsize=KEPT_PROMPTS)(self._embed)

    @property
    def device(self) -> torch.device:
        """Where the transformer computes, and the models that serve it."""
        return device_of(self.pipeline, "transformer")

    def _embed(self, prompt: str) -> torch.Tensor:
        embedded: torch.Tensor = self.pipeline._get_glyph_embeds(
            [prompt], device=self.device, dtype=self.pipeline.dtype
        )
        return embedded

    def denoise(
        self,
        asked: Asked,
        generator: torch.Generator,
        *,
        steps: int | None = None,
        still: Still | None = None,
        show: Show | None = None,
        report: Callable[[int, torch.Tensor], None],
    ) -> torch.Tensor:
        """Return clean latents, (1, channels, height, width), of a plan's cells.

        `report` is called after each step
        with how many are done and the latents. `show` writes the caches of reference images.
        """
        prior, size = asked.prior, asked.size
        embedded = self._glyphs(asked.prompt)
        caches = show(embedded) if show is not None else None
        noise = self._noise(size, embedded.dtype, generator)
        scheduler, times = self._schedule(size, steps or self.steps)
        latents = noise
        with self.cache.image() if self.cache else nullcontext():
            for done, time in enumerate(times):
                predicted = self._predict(latents, time, prior, embedded, size, caches)
                latents = scheduler.step(predicted, time, latents, return_dict=False)[0]
                if still is not None:
                    sigma = scheduler.sigmas[done + 1]
                    kept = (1 - sigma) * still.latents + sigma * noise
                    latents = torch.where(still.free, latents, kept.to(latents.dtype))
                report(done + 1, latents)
        return latents

    def _noise(
        self, size: tuple[int, int], dtype: torch.dtype, generator: torch.Generator
    ) -> torch.Tensor:
        channels = self.pipeline.transformer.config.in_channels
        width, height = size
        noise: torch.Tensor = self.pipeline.prepare_latents(
            1, channels, height, width, dtype, self.device, generator
        )
        return noise

    def _schedule(self, size: tuple[int, int], steps: int) -> tuple[Any, torch.Tensor]:
        """Return a scheduler of this call's own, and its timesteps."""
        # The pipelines' module loads accelerate, and with it clients of clouds.
        from diffusers.pipelines.glm_image.pipeline_glm_image import calculate_shift

        scheduler = copy.deepcopy(self.pipeline.scheduler)
        config = scheduler.config
        times = np.linspace(config.num_train_timesteps, 1.0, steps + 1)[:-1]
        times = times.astype(np.int64).astype(np.float32)
        side = self.pipeline.vae_scale_factor * self.pipeline.transformer.config.patch_size
        mu = calculate_shift(
            (size[0] // side) * (size[1] // side),
            config.get("base_image_seq_len", 256),
            config.get("base_shift", 0.25),
            config.get("max_shift", 0.75),
        )
        sigmas = times / config.num_train_timesteps
        # The transformer sees these times, Euler the sigmas that the scheduler shifts.
        scheduler.set_timesteps(timesteps=times, sigmas=sigmas, device=self.device, mu=mu)
        return scheduler, scheduler.timesteps

    def _predict(
        self,
        latents: torch.Tensor,
        time: torch.Tensor,
        prior: torch.Tensor,
        embedded: torch.Tensor,
        size: tuple[int, int],
        caches: Any,
    ) -> torch.Tensor:
        passes = [Pass(name="asked", text=embedded, drop=False)]
        if self.guidance_scale > 1:
            passes.append(Pass(name="plain", text=self._glyphs(""), drop=True))
        # The plain pass doesn't look at references, so it cannot share a batch with one that does.
        together = self.together and caches is None
        batches = [passes] if together else [[one] for one in passes]
        found = [self._velocity(latents, time, prior, batch, size, caches) for batch in batches]
        asked, *plain = torch.chunk(torch.cat(found), len(passes))
        return plain[0] + self.guidance_scale * (asked - plain[0]) if plain else asked

    def _velocity(
        self,
        latents: torch.Tensor,
        time: torch.Tensor,
        prior: torch.Tensor,
        passes: Sequence[Pass],
        size: tuple[int, int],
        caches: Any,
    ) -> torch.Tensor:
        """Return what the transformer finds in some passes at once, a row for each."""
        transformer, rows = self.pipeline.transformer, len(passes)
        text, real = pad([one.text for one in passes])
        drop = torch.tensor([[one.drop] for one in passes], device=prior.device)
        if caches is not None:
            caches.set_mode("skip" if passes[0].drop else "read")
        options: dict[str, Any] = {"dtype": text.dtype, "device": latents.device}
        with self.cache.passing(passes[0].name) if self.cache else nullcontext():
            velocity: torch.Tensor = transformer(
                hidden_states=latents.to(transformer.dtype).expand(rows, -1, -1, -1),
                encoder_hidden_states=text,
                prior_token_id=prior.expand(rows, -1),
                prior_token_drop=drop.expand(-1, prior.shape[1]),
                timestep=time.expand(rows) - 1,
                target_size=torch.tensor([[size[1], size[0]]] * rows, **options),
                crop_coords=torch.zeros((rows, 2), **options),
                attention_mask=real,
                kv_caches=caches,
                return_dict=False,
            )[0]
        return velocity.float()

    def decode(self, latents: torch.Tensor) -> np.ndarray:
        """Return pixels, (height, width, 3) in 0..1, of clean latents."""
        vae = self.pipeline.vae
        mean, spread = self._statistics(latents)
        image = vae.decode(latents.to(vae.dtype) * spread + mean, return_dict=False)[0]
        pixels: np.ndarray = self.pipeline.image_processor.postprocess(image, output_type="np")[0]
        self.pipeline.maybe_free_model_hooks()
        return pixels

    def encode(self, pixels: np.ndarray) -> torch.Tensor:
        """Return clean latents of pixels, (height, width, 3) in 0..1; the opposite of `decode`."""
        vae = self.pipeline.vae
        # With the strides that the pipeline's images have: others take another convolution.
        image = torch.from_numpy(pixels[None]).permute(0, 3, 1, 2)
        image = image.to(self.device, vae.dtype)
        latents = vae.encode(image * 2 - 1).latent_dist.mode()
        mean, spread = self._statistics(latents)
        encoded: torch.Tensor = (latents - mean) / spread
        return encoded

    def _statistics(self, latents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        config = self.pipeline.vae.config
        mean, spread = (
            torch.tensor(values).view(1, -1, 1, 1).to(latents.device, self.pipeline.vae.dtype)
            for values in (config.latents_mean, config.latents_std)
        )
        return mean, spread
