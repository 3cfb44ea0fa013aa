"""Files carry the pixels, the profile and the mark, and are the same every time."""

import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image, ImageCms

from presscheck.errors import PluginError
from presscheck.registry import Master
from presscheck.renditions import encode, srgb_profile
from presscheck_plugins.mark_ai import IPTC, SOURCE, packet

Format = Literal["png", "jpeg", "webp"]
FORMATS: list[Format] = ["png", "jpeg", "webp"]


def master() -> Master:
    pixels = np.random.default_rng(1).integers(0, 256, (8, 8, 3), np.uint8)
    image = Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC)
    source = SOURCE + "trainedAlgorithmicMedia"
    return Master(image=image, xmp=packet({f"{{{IPTC}}}DigitalSourceType": source}))


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_master_gives_the_same_bytes(format_: Format) -> None:
    assert encode(master(), format_) == encode(master(), format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_files_open_with_profile_and_mark(format_: Format) -> None:
    data, suffix = encode(master(), format_)
    image = Image.open(io.BytesIO(data))
    assert suffix == {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}[format_]
    assert image.format == format_.upper()
    assert image.info["icc_profile"] == srgb_profile()
    assert "trainedAlgorithmicMedia" in json.dumps(image.getxmp())
    difference = np.asarray(image.convert("RGB"), int) - np.asarray(master().image, int)
    assert np.abs(difference).mean() < (1 if format_ != "webp" else 4)


def test_a_packet_that_a_jpeg_cannot_hold_is_refused_in_words() -> None:
    large = Master(image=master().image, xmp=packet({f"{{{IPTC}}}AISystemUsed": "x" * 66_000}))
    with pytest.raises(PluginError, match="65502"):
        encode(large, "jpeg")
    assert encode(large, "webp")


def test_jpeg_is_progressive_and_keeps_all_colour() -> None:
    image = Image.open(io.BytesIO(encode(master(), "jpeg")[0]))
    assert image.info["progressive"] == 1
    assert {(h, v) for _, h, v, _ in image.layer} == {(1, 1)}  # type: ignore[attr-defined]


def test_the_profile_is_srgb_without_a_clock() -> None:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    assert srgb_profile()[24:26] == (2024).to_bytes(2, "big")


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
@pytest.mark.parametrize("format_", FORMATS)
def test_exiftool_reads_the_mark(format_: Format, tmp_path: Path) -> None:
    data, suffix = encode(master(), format_)
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    command = ["exiftool", "-j", "-n", "-validate", "-warning", "-XMP:all", str(path)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)[0]
    assert told["DigitalSourceType"] == SOURCE + "trainedAlgorithmicMedia"
    assert "Warning" not in told
