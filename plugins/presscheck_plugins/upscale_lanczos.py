"""Scales the picture up with Lanczos: quick, no weights, soft edges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PIL import Image

from presscheck import hookimpl
from presscheck.assets import AssetSpec
from presscheck.registry import FinisherEntry, Master


class LanczosUpscaler:
    """Scales to the smallest size that covers the asset; never down."""

    def finish(self, master: Master, asset: AssetSpec) -> Master:
        """Return the master, at least as large as the asset in both directions."""
        image = master.image
        scale = max(asset.width / image.width, asset.height / image.height)
        if scale <= 1:
            return master
        size = round(image.width * scale), round(image.height * scale)
        return replace(master, image=image.resize(size, Image.Resampling.LANCZOS))


@hookimpl
def register_finishers() -> Iterable[FinisherEntry]:
    """Offer the upscaler."""
    yield FinisherEntry(
        name="upscale-lanczos",
        summary="Lanczos: quick and soft",
        phase="picture",
        create=lambda brand: LanczosUpscaler(),
    )
