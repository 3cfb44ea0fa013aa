"""The mark says in XMP that the image was made by AI."""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from presscheck.assets import AssetSpec, Box, RenderMode, SlotCopy
from presscheck.brand import Brand
from presscheck.registry import Master
from presscheck_plugins.mark_ai import IPTC, SOURCE, XMP, AiMark, packet, register_finishers


class Kit:
    logo: Path | None = None


def mark(
    brief: str = "A sun.", xmp: bytes | None = None, typeset: tuple[str, ...] = ()
) -> ET.Element:
    box = Box(x=0, y=0, width=1, height=1)
    asset = AssetSpec(
        id="a",
        campaign="c",
        brand="b",
        placement="p",
        width=64,
        height=64,
        locale="en",
        variant=1,
        seed=1,
        brief=brief,
        slots=(SlotCopy(name="headline", text="HI", render=RenderMode.AUTO, box=box),),
    )
    master = Master(image=Image.new("RGB", (64, 64)), xmp=xmp, typeset=typeset)
    done = AiMark(brand=cast(Brand, Kit())).finish(master, asset)
    assert done.xmp is not None
    return ET.fromstring(done.xmp)


def value(root: ET.Element, name: str) -> list[str | None]:
    return [found.text for found in root.iter(name)]


@pytest.mark.parametrize(
    ("typeset", "kind"),
    [
        ((), "trainedAlgorithmicMedia"),
        (("headline",), "compositeWithTrainedAlgorithmicMedia"),
    ],
)
def test_typeset_copy_makes_a_composite(typeset: tuple[str, ...], kind: str) -> None:
    assert value(mark(typeset=typeset), f"{{{IPTC}}}DigitalSourceType") == [SOURCE + kind]


def test_the_tool_the_system_and_the_prompt_are_named() -> None:
    root = mark(brief='Bread & "butter" <fresh>')
    assert str(value(root, f"{{{XMP}}}CreatorTool")[0]).startswith("presscheck ")
    assert value(root, f"{{{IPTC}}}AISystemUsed") == ["presscheck"]
    assert value(root, f"{{{IPTC}}}AIPromptInformation") == ['Bread & "butter" <fresh>']


def test_control_characters_leave_the_packet_readable() -> None:
    root = mark(brief="A\x0b \x00sun\ufffe\n☀")
    assert value(root, f"{{{IPTC}}}AIPromptInformation") == ["A sun\n☀"]


def test_other_properties_are_kept_and_old_marks_replaced() -> None:
    before = packet({f"{{{XMP}}}Label": "hero", f"{{{XMP}}}CreatorTool": "old"})
    root = mark(xmp=before)
    assert value(root, f"{{{XMP}}}Label") == ["hero"]
    tools = value(root, f"{{{XMP}}}CreatorTool")
    assert len(tools) == 1
    assert tools != ["old"]


def test_it_is_offered_as_a_mark() -> None:
    assert [(entry.name, entry.phase) for entry in register_finishers()] == [("mark-ai", "mark")]
