# pyright: basic, reportAttributeAccessIssue=false, reportPrivateImportUsage=false
# pyright: reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false
# torch, diffusers and transformers are typed in parts only; mypy checks this module strictly.
"""Reference images: what the AR model and the transformer are shown beside the prompt.

`presscheck.engine.sizes` says at what size. The AR model's own processor then changes nothing, so
that its tokens and the autoencoder's latents cover the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from presscheck.assets import Source
from presscheck.engine.cells import CELL
from presscheck.engine.sizes import reference_size
from presscheck.errors import EngineError

if TYPE_CHECKING:
    from diffusers.models.transformers.transformer_glm_image import GlmImageKVCache


def fit_reference(image: Image.Image) -> Image.Image:
    """Return an image as RGB, of a size that the model is shown.

    Raises:
        EngineError: One side is more than four times the other.
    """
    width, height = reference_size(*image.size)
    fitted = image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    across, down = width // CELL * CELL, height // CELL * CELL
    left, top = (width - across) // 2, (height - down) // 2
    return fitted.crop((left, top, left + across, top + down))


def reference_digest(image: Image.Image) -> str:
    """Return the SHA-256 of an image's size and pixels."""
    pixels = image.convert("RGB")
    return hashlib.sha256(f"{pixels.size}".encode() + pixels.tobytes()).hexdigest()


def read_sources(
    model: Any, inputs: Any, references: Sequence[Sequence[Image.Image]]
) -> list[tuple[Source, ...]]:
    """Return the AR model's tokens of every row's references; all rows have as many.

    Rows are read one by one: a patch that lies between two tokens is not decided by other rows.
    """
    count = len(references[0])
    grids = inputs["image_grid_thw"].view(len(references), count + 1, 3)[:, :count]
    pixels = inputs["pixel_values"].split(grids.prod(dim=-1).sum(dim=-1).tolist())
    return [_read_row(model, *row) for row in zip(pixels, grids, references, strict=True)]


def _read_row(
    model: Any, pixels: torch.Tensor, grids: torch.Tensor, images: Sequence[Image.Image]
) -> tuple[Source, ...]:
    """Return the tokens of a row's images.

    The image features are a list, an entry an image: diffusers 0.42 takes it for one tensor.
    """
    # A copy, since kernels may add up in another order where memory begins elsewhere.
    features = model.get_image_features(pixels.clone(), grids).pooler_output
    tokens = model.get_image_tokens(features, grids).flatten().split(grids.prod(dim=-1).tolist())
    return tuple(
        Source(
            digest=reference_digest(image),
            rows=int(grid[1]),
            columns=int(grid[2]),
            tokens=tuple(found.tolist()),
        )
        for image, grid, found in zip(images, grids, tokens, strict=True)
    )


def put_sources(model: Any, inputs: Any, sources: Sequence[Sequence[Source]]) -> None:
    """Put the tokens of references in their places among those of the prompts."""
    ids = inputs["input_ids"]
    tokens = [token for row in sources for source in row for token in source.tokens]
    places = ids == model.config.image_token_id
    inputs["input_ids"] = ids.masked_scatter(places, ids.new_tensor(tokens))
    del inputs["pixel_values"]


def check_references(sources: Sequence[Source], references: Sequence[Image.Image]) -> None:
    """Refuse images that are not those of the plan.

    Raises:
        EngineError: There are more or fewer, or one is another.
    """
    given = [reference_digest(image) for image in references]
    if given != [source.digest for source in sources]:
        raise EngineError(
            f"the plan was made with {len(sources)} reference images, not with these {len(given)}.",
            remedy="Render it with the images that it was planned with, in their order.",
        )


@torch.inference_mode()
def write_caches(
    denoiser: Any, text: torch.Tensor, sources: Sequence[Source], references: Sequence[Image.Image]
) -> GlmImageKVCache:
    """Show the transformer the references, once an image; it looks back at them in every step."""
    from diffusers.models.transformers.transformer_glm_image import GlmImageKVCache

    pipeline, device = denoiser.pipeline, denoiser.device
    transformer = pipeline.transformer
    caches = GlmImageKVCache(num_layers=transformer.config.num_layers)
    caches.set_mode("write")
    for source, image in zip(sources, references, strict=True):
        latents = denoiser.encode(np.asarray(image, dtype=np.float32) / np.float32(255))
        cells = torch.tensor(source.tokens)
        prior = pipeline._upsample_token_ids(cells, source.rows, source.columns)[0].to(device)
        transformer(
            hidden_states=latents.to(text.dtype),
            encoder_hidden_states=torch.zeros_like(text)[:1, :0],
            prior_token_id=prior,
            prior_token_drop=torch.full_like(prior, False, dtype=torch.bool),
            timestep=torch.zeros((1,), device=device),
            target_size=torch.tensor([[image.height, image.width]], device=device),
            crop_coords=torch.zeros((1, 2), device=device),
            kv_caches=caches,
        )
    caches.next_sample()
    return caches
