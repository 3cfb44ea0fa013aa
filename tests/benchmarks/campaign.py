"""The campaign that both ways make: sixteen headlines, four sizes."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

from ruamel.yaml import YAML

HEADLINES = {
    "en": "GARDEN CHAIRS FROM $49",
    "en-GB": "SUNNY DAYS FOR £39",
    "de": "STÜHLE FÜR DEN GARTEN",
    "de-AT": "SONNE AUF DER TERRASSE",
    "fr": "SOLDES AU JARDIN",
    "es": "VERANO EN LA TERRAZA",
    "it": "SEDIE PER IL GIARDINO",
    "nl": "ZOMER IN DE TUIN",
    "en-CA": "PATIO TABLES 30% OFF",
    "en-AU": "SUMMER STARTS OUTDOORS",
    "de-CH": "PLATZ IN DER SONNE",
    "fr-CH": "CHAISES POUR DEHORS",
    "fr-CA": "PATIO EN FLEURS",
    "es-MX": "MESAS PARA EL PATIO",
    "it-CH": "TUTTO PER LA TERRAZZA",
    "nl-BE": "STOELEN IN DE ZON",
}
SIZES = ((512, 512), (448, 576), (384, 672), (672, 384))
TRIES = 8
"""Images that either way may make of an asset."""


def write_campaign(folder: Path, *, alone: bool) -> Path:
    """Write the campaign and its kit, Sundial's; with `alone`, no headline may be typeset.

    As the kit comes, a headline is typeset when four plans of it failed.
    """
    kit = Path(str(files("presscheck_templates"))) / "brands/sundial"
    shutil.copytree(kit, folder / "kit", dirs_exist_ok=True)
    yaml = YAML(typ="safe")
    brand = yaml.load((kit / "brand.yaml").read_text(encoding="utf-8"))
    if alone:
        brand["slots"]["headline"]["render"] = "model"
        brand["ladder"] = {"plans": TRIES, "renders": 2, "last": "give-up"}
    with (folder / "kit/brand.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(brand, file)
    campaign = {
        "name": "bench",
        "brand": "kit/brand.yaml",
        "brief": "Announce the end-of-season sale of garden chairs and tables.",
        "placements": [{"name": f"{w}x{h}", "width": w, "height": h} for w, h in SIZES],
        "locales": list(HEADLINES),
        "copy": {"headline": HEADLINES},
        "engine": {"checkpoint": "nano"},
        "budget": {"rolls": TRIES, "seconds": 3600},
        "formats": ["png"],
        "delivery": [{"to": "folder", "path": str(folder / "out")}],
        "seed": 7,
    }
    path = folder / "campaign.yaml"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(campaign, file)
    return path
