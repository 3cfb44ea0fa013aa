"""From the wanted pixels to the planned ones and back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from presscheck.engine.contract import Capabilities
from presscheck.engine.sizes import crop_box, crop_to_ratio, fit_size, planned_size
from presscheck.errors import EngineError

ANY = Capabilities()
NATIVE = Capabilities(native=((512, 512), (448, 576), (384, 672), (672, 384)))
SIDE = st.integers(64, 8192)


@settings(deadline=None)
@given(width=SIDE, height=SIDE)
def test_a_planned_size_is_whole_cells_within_the_limit(width: int, height: int) -> None:
    across, down = planned_size(width, height, ANY)
    assert across % 32 == down % 32 == 0
    assert min(across, down) >= ANY.min_side
    assert across * down <= ANY.max_pixels


@settings(deadline=None)
@given(width=SIDE, height=SIDE)
def test_a_size_within_the_limit_is_covered_by_less_than_a_cell(width: int, height: int) -> None:
    across, down = planned_size(width, height, Capabilities(max_pixels=8192 * 8192))
    assert 0 <= across - width < 32
    assert 0 <= down - height < 32


@settings(deadline=None)
@given(width=SIDE, height=SIDE)
def test_scaling_down_loses_at_most_a_cell_a_side(width: int, height: int) -> None:
    across, down = planned_size(width, height, ANY)
    scale = min(1.0, math.sqrt(ANY.max_pixels / ((width + 31) * (height + 31))))
    assert across > width * scale - 32
    assert down > height * scale - 32


@settings(deadline=None)
@given(width=SIDE, height=SIDE)
def test_the_native_size_of_the_nearest_ratio_is_taken(width: int, height: int) -> None:
    def distance(size: tuple[int, int]) -> float:
        return abs(math.log(size[0] / size[1]) - math.log(width / height))

    taken = planned_size(width, height, NATIVE)
    assert taken in NATIVE.native
    assert all(distance(taken) <= distance(other) + 1e-9 for other in NATIVE.native)


@pytest.mark.parametrize("size", NATIVE.native)
def test_a_native_size_is_planned_as_it_is(size: tuple[int, int]) -> None:
    assert planned_size(*size, NATIVE) == size


def test_a_side_below_what_the_engine_needs_is_refused() -> None:
    with pytest.raises(EngineError, match="8192x64 pixels cannot be planned"):
        planned_size(8192, 64, Capabilities(max_pixels=512 * 512, min_side=256))


@settings(deadline=None)
@given(across=SIDE, down=SIDE, width=SIDE, height=SIDE)
def test_a_crop_is_the_largest_centred_part_of_the_ratio(
    across: int, down: int, width: int, height: int
) -> None:
    left, top, right, bottom = crop_box((across, down), width, height)
    assert left == 0 == across - right or top == 0 == down - bottom
    assert 0 <= across - right - left <= 1
    assert 0 <= down - bottom - top <= 1
    kept, tall = right - left, bottom - top
    assert min(kept, tall) >= 1
    assert abs(kept * height - tall * width) <= max(width, height)


@settings(deadline=None)
@given(
    across=st.integers(8, 64), down=st.integers(8, 64), width=st.integers(1, 99),
    height=st.integers(1, 99),
)  # fmt: skip
def test_a_fitted_image_has_the_wanted_pixels(
    across: int, down: int, width: int, height: int
) -> None:
    image = Image.new("RGB", (across, down), "navy")
    fitted = fit_size(image, width, height)
    assert fitted.size == (width, height)
    assert fitted.getextrema() == image.getextrema()
    assert crop_to_ratio(image, width, height).size != (0, 0)


def test_an_image_of_the_wanted_size_keeps_its_pixels() -> None:
    image = Image.effect_noise((64, 32), 90).convert("RGB")
    assert fit_size(image, 64, 32).tobytes() == image.tobytes()
    assert fit_size(image, 32, 32).tobytes() == image.crop((16, 0, 48, 32)).tobytes()
