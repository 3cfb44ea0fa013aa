"""Regions and sizes of a brand's slots, by the shape of the image."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presscheck.brand import Position, Region
from presscheck.loading import load_brand


def _region(x: float) -> Region:
    return Region(x=x, y=0, width=0.1, height=0.1)


POSITION = Position(
    default=_region(0), portrait=_region(0.1), landscape=_region(0.2), banner=_region(0.3)
)


@pytest.mark.parametrize(
    ("size", "x"),
    [
        ((1080, 1080), 0), ((1100, 1000), 0), ((1101, 1000), 0.2), ((1000, 1101), 0.1),
        ((3000, 1000), 0.2), ((3001, 1000), 0.3), ((728, 90), 0.3), ((1080, 1920), 0.1),
    ],
)  # fmt: skip
def test_a_region_is_chosen_by_shape(size, x) -> None:
    assert POSITION.region(*size).x == x


@given(width=st.integers(64, 8192), height=st.integers(64, 8192))
def test_a_position_of_one_region_has_it_for_every_shape(width, height) -> None:
    assert Position(default=_region(0.4)).region(width, height).x == 0.4


@given(width=st.integers(64, 8192), height=st.integers(64, 8192))
def test_sizes_are_in_order_for_every_image(width, height) -> None:
    from presscheck.brand import CopySlot

    slot = CopySlot(position=POSITION, font="text", ink="ink")
    smallest, largest = slot.sizes(width, height)
    assert 0 < smallest <= largest <= max(width, height)


def test_a_brand_keeps_its_folder_where_it_is_moved_to(brand_file, tmp_path) -> None:
    brand = load_brand(brand_file)
    assert brand.file("fonts/text.ttf").is_file()
    assert brand.at(tmp_path).folder == tmp_path
    assert brand.folder == brand_file.parent
