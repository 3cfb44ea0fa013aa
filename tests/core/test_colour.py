import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.colour import contrast, contrast_over, most_readable, rgb

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),  # the grey that just fails AA
        ("#767676", "#ffffff", 4.54),  # and the one that just passes
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_ratios_are_those_of_wcag(first: str, second: str, ratio: float) -> None:
    assert contrast(rgb(first), rgb(second)) == pytest.approx(ratio, abs=0.005)


@given(COLOURS, COLOURS)
def test_contrast_is_symmetric_and_between_1_and_21(first, second) -> None:
    assert contrast(first, second) == contrast(second, first)
    assert 1 <= contrast(first, second) <= 21 + 1e-9


@pytest.mark.parametrize(
    "colour", ["", "red", "#fff", "#12345g", "#1234567", "123456", "#123456\n"]
)
def test_a_colour_in_another_notation_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        rgb(colour)


def test_a_stray_pixel_does_not_spoil_contrast_but_a_strip_does() -> None:
    pixels = np.full((10, 100, 3), 255, dtype=np.uint8)
    pixels[0, :20] = 0
    assert contrast_over((0, 0, 0), pixels) == pytest.approx(21)
    pixels[0] = 0
    assert contrast_over((0, 0, 0), pixels) == pytest.approx(1)


def test_the_most_readable_ink_wins() -> None:
    assert most_readable([(120, 120, 120), (255, 255, 255)], (0, 0, 0)) == (255, 255, 255)
