from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw

import presscheck_templates
from presscheck.assets import AssetSpec, Box, RenderMode, SlotCopy
from presscheck.brand import Brand
from presscheck.colour import contrast, rgb
from presscheck.errors import CopyError, FontError, ImageError, InputError
from presscheck.loading import load_brand
from presscheck.typeset import place_logo, set_slots

KITS = Path(presscheck_templates.__file__).parent / "brands"
COPY = {
    "headline": "LONG SUMMER SALE",
    "subhead": "Teak loungers and parasols for the terrace.",
    "cta": "Shop the sale",
    "price": "from €249",
    "legal": "Offer ends 31 August.",
}


@pytest.fixture(scope="module")
def brand() -> Brand:
    return load_brand(KITS / "sundial/brand.yaml")


def asset_of(brand: Brand, size: tuple[int, int] = (540, 540), locale: str = "en") -> AssetSpec:
    return AssetSpec(
        id="a",
        campaign="c",
        brand=brand.name,
        placement="p",
        width=size[0],
        height=size[1],
        locale=locale,
        variant=1,
        seed=1,
        brief="b",
        slots=tuple(
            SlotCopy(
                name=name,
                text=text,
                render=RenderMode.TYPESET,
                box=brand.slots[name].position.region(*size).box,
            )
            for name, text in COPY.items()
        ),
    )


def with_text(asset: AssetSpec, name: str, text: str) -> AssetSpec:
    slots = tuple(replace(s, text=text) if s.name == name else s for s in asset.slots)
    return replace(asset, slots=slots)


def changed(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.difference(before, after).getbbox()
    assert box is not None
    return box


def ground(brand: Brand, size: tuple[int, int] = (540, 540)) -> Image.Image:
    return Image.new("RGB", size, brand.palette[brand.ground])


def inside(inner: Box, outer: Box, size: tuple[int, int]) -> bool:
    a, b = inner.pixels(*size), outer.pixels(*size)
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


@pytest.mark.parametrize("size", [(540, 540), (540, 960), (960, 540), (728, 90), (300, 250)])
def test_every_slot_is_inked_within_its_box(brand: Brand, size: tuple[int, int]) -> None:
    asset = asset_of(brand, size)
    result = set_slots(ground(brand, size), asset, brand, list(COPY))
    assert list(result.boxes) == list(COPY)
    assert result.image.size == size
    assert all(inside(result.boxes[slot.name], slot.box, size) for slot in asset.slots)


def test_the_same_input_gives_the_same_bytes(brand: Brand) -> None:
    asset, picture = asset_of(brand), ground(brand)
    picture.paste("#f26b5b", (0, 300, 540, 540))
    first, second = (
        place_logo(set_slots(picture, asset, brand, list(COPY), cover={"headline"}).image, brand)
        for _ in range(2)
    )
    assert first.tobytes() == second.tobytes()


def test_the_given_picture_is_left_alone(brand: Brand) -> None:
    picture = ground(brand)
    before = picture.tobytes()
    set_slots(picture, asset_of(brand), brand, list(COPY), cover=COPY)
    place_logo(picture, brand)
    assert picture.tobytes() == before


def test_nothing_to_set_changes_nothing(brand: Brand) -> None:
    picture = ground(brand)
    result = set_slots(picture, asset_of(brand), brand, [])
    assert result.image.tobytes() == picture.tobytes()
    assert not result.boxes


def test_copy_stands_on_a_plain_ground_without_a_panel(brand: Brand) -> None:
    picture = ground(brand)
    result = set_slots(picture, asset_of(brand), brand, ["subhead"])
    box = result.boxes["subhead"].pixels(540, 540)
    assert changed(picture, result.image)[:2] >= box[:2]
    assert changed(picture, result.image)[2:] <= box[2:]


def test_copy_gets_a_panel_where_the_picture_swallows_it(brand: Brand) -> None:
    picture = Image.new("RGB", (540, 540), brand.palette["ink"])
    asset = asset_of(brand)
    result = set_slots(picture, asset, brand, ["subhead"])
    left, top, right, bottom = changed(picture, result.image)
    ink = result.boxes["subhead"].pixels(540, 540)
    assert left < ink[0] and top < ink[1] and right > ink[2] and bottom > ink[3]
    assert result.image.getpixel((left + 8, (top + bottom) // 2)) == rgb(brand.palette["cream"])
    assert inside(result.boxes["subhead"], asset.slot("subhead").box, picture.size)


def test_a_button_hugs_its_label_with_rounded_corners(brand: Brand) -> None:
    picture = ground(brand)
    result = set_slots(picture, asset_of(brand), brand, ["cta"])
    left, top, right, bottom = changed(picture, result.image)
    ink = result.boxes["cta"].pixels(540, 540)
    assert abs((ink[0] - left) - (right - ink[2])) <= 1
    assert right - left < 300
    cream, teal = rgb(brand.palette["cream"]), rgb(brand.palette["teal"])
    assert result.image.getpixel((left, top)) == cream
    assert result.image.getpixel((left + 1, (top + bottom) // 2)) == teal


def test_a_wrong_drawing_is_covered_with_the_ground_around_it(brand: Brand) -> None:
    picture = Image.new("RGB", (540, 540), "#d8c7a0")
    ImageDraw.Draw(picture).rectangle((60, 60, 480, 150), fill="#aa0000")
    asset = asset_of(brand)
    result = set_slots(picture, asset, brand, ["headline"], cover={"headline"}).image
    colours = result.getcolors(100_000)
    assert colours is not None
    assert max(colours)[1] == (0xD8, 0xC7, 0xA0)
    assert not any(red > 150 and green < 60 for _, (red, green, _) in colours)


def test_a_cover_leaves_copy_that_is_kept_alone(brand: Brand) -> None:
    asset = asset_of(brand)
    close = Box(x=0.06, y=0.37, width=0.5, height=0.1)
    kept = replace(asset.slot("legal"), name="kept", box=close)
    picture = Image.new("RGB", (540, 540), "#d8c7a0")
    ImageDraw.Draw(picture).rectangle(close.pixels(540, 540), fill="#aa0000")
    asset = replace(asset, slots=(*asset.slots, kept))
    result = set_slots(picture, asset, brand, ["headline"], cover={"headline"}).image
    area = (40, 206, 280, 250)
    assert result.crop(area).tobytes() == picture.crop(area).tobytes()


def test_a_cover_reaches_what_strayed_below_the_box(brand: Brand) -> None:
    picture = Image.new("RGB", (540, 540), "#d8c7a0")
    ImageDraw.Draw(picture).rectangle((60, 190, 480, 205), fill="#aa0000")
    result = set_slots(picture, asset_of(brand), brand, ["headline"], cover={"headline"}).image
    assert result.getpixel((270, 204)) == (0xD8, 0xC7, 0xA0)


def test_a_covered_slot_takes_the_ink_that_reads_on_what_was_found(brand: Brand) -> None:
    dark = Image.new("RGB", (540, 540), "#202020")
    result = set_slots(dark, asset_of(brand), brand, ["headline"], cover={"headline"}).image
    colours = sorted(result.getcolors(100_000) or [], reverse=True)
    assert colours[0][1] == (0x20, 0x20, 0x20)
    assert contrast(colours[1][1], (0x20, 0x20, 0x20)) >= brand.min_contrast


def test_right_to_left_copy_stands_at_the_right(brand: Brand) -> None:
    # The kit's fonts have no Hebrew: the boxes of missing glyphs do for where they go.
    asset = with_text(asset_of(brand, locale="he"), "subhead", "מבצע")
    result = set_slots(ground(brand), asset, brand, ["subhead"])
    box, ink = asset.slot("subhead").box, result.boxes["subhead"]
    assert ink.x + ink.width == pytest.approx(box.x + box.width, abs=0.004)


def test_copy_too_long_for_its_slot_is_refused(brand: Brand) -> None:
    asset = with_text(asset_of(brand), "cta", "Shop the sale now " * 8)
    with pytest.raises(CopyError, match="does not fit"):
        set_slots(ground(brand), asset, brand, ["cta"])


def test_an_unknown_slot_is_refused(brand: Brand) -> None:
    with pytest.raises(InputError, match=r"no slot 'badge'.*headline, subhead"):
        set_slots(ground(brand), asset_of(brand), brand, ["badge"])


def test_a_missing_font_is_named(brand: Brand, tmp_path: Path) -> None:
    with pytest.raises(FontError, match=r"BarlowCondensed-SemiBold\.ttf cannot be read"):
        set_slots(ground(brand), asset_of(brand), brand.at(tmp_path), ["cta"])


@pytest.mark.parametrize("size", [(540, 540), (540, 960), (960, 540), (728, 90)])
def test_the_logo_keeps_its_shape_inside_its_region(brand: Brand, size: tuple[int, int]) -> None:
    assert brand.logo is not None
    picture = ground(brand, size)
    left, top, right, bottom = changed(picture, place_logo(picture, brand))
    region = brand.logo.position.region(*size).box.pixels(*size)
    assert left >= region[0] and top >= region[1] and right <= region[2] and bottom <= region[3]
    assert abs((right - left) - (bottom - top)) <= 1


def test_a_brand_without_logo_gets_none(brand: Brand) -> None:
    plain = brand.model_copy(update={"logo": None})
    assert place_logo(ground(brand), plain).tobytes() == ground(brand).tobytes()


@pytest.mark.parametrize("data", [None, b"", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_a_logo_that_cannot_be_read_is_named(
    brand: Brand, tmp_path: Path, data: bytes | None
) -> None:
    if data is not None:
        (tmp_path / "logo.png").write_bytes(data)
    with pytest.raises(ImageError, match=r"logo .*logo\.png cannot be read") as caught:
        place_logo(ground(brand), brand.at(tmp_path))
    assert "PNG" in caught.value.remedy


def test_a_huge_logo_is_refused(brand: Brand, tmp_path: Path) -> None:
    Image.new("1", (4097, 1)).save(tmp_path / "logo.png")
    with pytest.raises(ImageError, match="4097 x 1 pixels"):
        place_logo(ground(brand), brand.at(tmp_path))


def test_a_box_of_no_pixels_is_refused_like_any_that_is_too_small(brand: Brand) -> None:
    asset = asset_of(brand, (64, 64))
    thin = replace(asset.slot("cta"), box=Box(x=0.4, y=0.5, width=0.2, height=0.001))
    with pytest.raises(CopyError):
        set_slots(ground(brand, (64, 64)), replace(asset, slots=(thin,)), brand, ["cta"])


def test_a_reader_reads_all_copy_back_where_it_was_set(brand: Brand) -> None:
    rapidocr = pytest.importorskip("rapidocr")
    asset = asset_of(brand, (1080, 1080))
    ground = Image.new("RGB", (1080, 1080), brand.palette[brand.ground])
    result = set_slots(ground, asset, brand, list(COPY))
    reader = rapidocr.RapidOCR(params={"Global.log_level": "error"})
    found = reader(np.asarray(result.image)[:, :, ::-1])
    for name, box in result.boxes.items():
        left, top, right, bottom = box.pixels(1080, 1080)
        inside = [
            text
            for text, corners in zip(found.txts, found.boxes, strict=True)
            if left <= corners[:, 0].mean() <= right and top <= corners[:, 1].mean() <= bottom
        ]
        assert " ".join(inside).split() == COPY[name].split()
