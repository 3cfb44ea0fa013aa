"""The key visual: one image that every asset of a campaign is made after."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from presscheck.assets import AssetSpec
from presscheck.engine.sizes import reference_size
from presscheck.errors import InputError, PresscheckError
from presscheck.images import open_image
from presscheck.spec import Campaign
from presscheck.stages.extract import png_bytes

LONGEST = 2048
"""Pixels; a larger key visual is scaled down: no engine is shown more."""


def open_key_visual(path: Path) -> Image.Image:
    """Return the key visual as RGB, its longer side 2048 pixels at most.

    Raises:
        InputError: The file isn't there, is no image, is too large to be opened, or too narrow.
    """
    try:
        image = open_image(path)
        reference_size(*image.size)
    except PresscheckError as error:
        raise InputError(f"key_visual: {error.problem}", remedy=error.remedy) from error
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return image


def with_key_visual(
    specs: Sequence[AssetSpec], campaign: Campaign, folder: Path
) -> tuple[list[AssetSpec], bytes]:
    """Return the assets with the campaign's key visual as their reference, and it as a PNG.

    It is to be kept among the blobs, where the engine's worker finds it by its digest. Without one
    there are no bytes.
    """
    if campaign.key_visual is None:
        return list(specs), b""
    data = png_bytes(open_key_visual(folder / campaign.key_visual))
    digest = hashlib.sha256(data).hexdigest()
    return [replace(spec, references=(digest,)) for spec in specs], data
