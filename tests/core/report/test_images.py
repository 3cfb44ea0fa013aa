"""Previews are small, and a missing or damaged picture never stops the sheet."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from presscheck.errors import StorageError
from presscheck.report.images import Previews, longest_side


def _png(size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).save(buffer, "PNG")
    return buffer.getvalue()


def _open(uri: str) -> Image.Image:
    head, _, body = uri.partition(",")
    assert head == "data:image/webp;base64"
    return Image.open(io.BytesIO(base64.b64decode(body)))


@pytest.mark.parametrize(
    ("size", "small"), [((2000, 1000), (400, 200)), ((300, 900), (133, 400)), ((90, 50), (90, 50))]
)
def test_a_preview_keeps_its_ratio_and_is_not_enlarged(size, small) -> None:
    preview = Previews(lambda _: _png(size)).of("digest", 400)
    assert preview is not None
    assert (preview.width, preview.height) == small
    with _open(preview.uri) as image:
        assert (image.size, image.mode) == (small, "RGB")


def test_a_picture_is_loaded_once_for_each_size() -> None:
    loaded: list[str] = []

    def load(digest: str) -> bytes:
        loaded.append(digest)
        return _png((50, 50))

    previews = Previews(load)
    assert previews.of("a", 40) is previews.of("a", 40)
    assert loaded == ["a"]


@pytest.mark.parametrize("data", [b"", b"not a picture", _png((64, 64))[:80]])
def test_a_damaged_picture_has_no_preview(data: bytes) -> None:
    assert Previews(lambda _: data).of("digest", 100) is None


def test_a_missing_picture_has_no_preview() -> None:
    def load(_: str) -> bytes:
        raise StorageError("blob is missing.")

    assert Previews(load).of("digest", 100) is None


def test_many_assets_get_smaller_pictures() -> None:
    assert longest_side(10) > longest_side(50) > longest_side(500)
