"""Marks the file as made by AI, in XMP, as the IPTC and the EU AI Act (article 50) ask.

Sources: IPTC Photo Metadata Standard 2025.1 (Digital Source Type; AI System Used, AI System Version
Used, AI Prompt Information), IPTC NewsCodes digitalsourcetype. The mark says what made the file;
it is not signed.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

from presscheck import hookimpl
from presscheck.assets import AssetSpec
from presscheck.brand import Brand
from presscheck.registry import FinisherEntry, Master

X = "adobe:ns:meta/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP = "http://ns.adobe.com/xap/1.0/"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
WRAP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode(),
    b'\n<?xpacket end="r"?>',
)
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) cannot hold, not even escaped."""
PREFIXES = {"x": X, "rdf": RDF, "xmp": XMP, "Iptc4xmpExt": IPTC}


@dataclass(frozen=True, kw_only=True, slots=True)
class AiMark:
    """Adds the AI fields to the master's XMP."""

    brand: Brand

    def finish(self, master: Master, asset: AssetSpec) -> Master:
        """Return the master with the packet; other properties that it holds are kept."""
        return replace(master, xmp=packet(self._fields(asset, master), master.xmp))

    def _fields(self, asset: AssetSpec, master: Master) -> dict[str, str]:
        """Return the fields; type or a logo that is set upon the picture makes it a composite."""
        alone = not master.typeset and self.brand.logo is None
        kind = "trainedAlgorithmicMedia" if alone else "compositeWithTrainedAlgorithmicMedia"
        return {
            f"{{{XMP}}}CreatorTool": f"presscheck {presscheck_version()}",
            f"{{{IPTC}}}DigitalSourceType": SOURCE + kind,
            f"{{{IPTC}}}AISystemUsed": "presscheck",
            f"{{{IPTC}}}AISystemVersionUsed": presscheck_version(),
            f"{{{IPTC}}}AIPromptInformation": asset.brief,
        }


def packet(fields: dict[str, str], before: bytes | None = None) -> bytes:
    """Return an XMP packet (ISO 16684-1) with `fields`, added to those of the packet `before`.

    Characters that XML cannot hold are left out.
    """
    for prefix, address in PREFIXES.items():
        ET.register_namespace(prefix, address)
    # A packet comes from a finisher of the same run, not from a stranger's file.
    root = ET.Element(f"{{{X}}}xmpmeta") if before is None else ET.fromstring(before)  # noqa: S314
    rdf = root.find(f"{{{RDF}}}RDF")
    if rdf is None:
        rdf = ET.SubElement(root, f"{{{RDF}}}RDF")
    about = ET.SubElement(rdf, f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})
    for description in rdf:
        for child in [child for child in description if child.tag in fields]:
            description.remove(child)
    for name, text in fields.items():
        ET.SubElement(about, name).text = _NOT_XML.sub("", text)
    data: bytes = ET.tostring(root, encoding="utf-8")
    return WRAP[0] + data + WRAP[1]


def presscheck_version() -> str:
    """Return the installed version, or "source" for one that isn't installed."""
    try:
        return version("presscheck")
    except PackageNotFoundError:
        return "source"


@hookimpl
def register_finishers() -> Iterable[FinisherEntry]:
    """Offer the mark."""
    yield FinisherEntry(
        name="mark-ai",
        summary="IPTC fields that say the image was made by AI",
        phase="mark",
        create=lambda brand: AiMark(brand=brand),
    )
