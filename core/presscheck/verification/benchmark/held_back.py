"""Families that nothing is developed on: those of a set that is built apart.

They were chosen by eye from what else Debian has. What a campaign wouldn't be set in is left out:
pixels, outlines, black letter, and handwriting in which a person would misread a letter. Kaushan
Script, Leckerli One, Kristi and LXGW WenKai are Google fonts as well, so the network of glyphs may
have learned from the first three; no other is.
"""

from __future__ import annotations

from presscheck.verification.benchmark.families import Families

HELD_BACK = Families(
    packages=(
        "fonts-adf-accanthis",
        "fonts-adf-berenis",
        "fonts-adf-romande",
        "fonts-adf-switzera",
        "fonts-arphic-gbsn00lp",
        "fonts-arphic-ukai",
        "fonts-arundina",
        "fonts-beteckna",
        "fonts-century-catalogue",
        "fonts-cmu",
        "fonts-compagnon",
        "fonts-dejavu-core",
        "fonts-dustin",
        "fonts-fantasma",
        "fonts-fantasque-sans",
        "fonts-georgewilliams",
        "fonts-hack",
        "fonts-humor-sans",
        "fonts-ipaexfont-gothic",
        "fonts-ipaexfont-mincho",
        "fonts-kaushanscript",
        "fonts-komatuna",
        "fonts-kristi",
        "fonts-leckerli-one",
        "fonts-linuxlibertine",
        "fonts-lmodern",
        "fonts-lxgw-wenkai",
        "fonts-migmix",
        "fonts-monoid",
        "fonts-mononoki",
        "fonts-motoya-l-cedar",
        "fonts-opendin",
        "fonts-radisnoir",
        "fonts-sil-galatia",
        "fonts-sjfonts",
        "fonts-tlwg-garuda-ttf",
        "fonts-tlwg-kinnari-ttf",
        "fonts-tlwg-laksaman-ttf",
        "fonts-tlwg-norasi-ttf",
        "fonts-tlwg-typist-ttf",
        "fonts-tlwg-umpush-ttf",
        "fonts-tlwg-waree-ttf",
        "fonts-ubuntu-title",
    ),
    files={
        "sans serif": {
            "DejaVu Sans": (
                "truetype/dejavu/DejaVuSans.ttf",
                "truetype/dejavu/DejaVuSans-Bold.ttf",
            ),
            "Switzera": (
                "truetype/adf/SwitzeraADF-Regular.otf",
                "truetype/adf/SwitzeraADF-ExtraBold.otf",
            ),
            "Switzera Condensed": (
                "truetype/adf/SwitzeraADF-Cond.otf",
                "truetype/adf/SwitzeraADF-BoldCond.otf",
            ),
            "Beteckna GS": (
                "truetype/beteckna/BetecknaGS.ttf",
                "truetype/beteckna/BetecknaGS-Bold.ttf",
            ),
            "OSP-DIN": ("truetype/opendin/OSP-DIN.ttf",),
            "Arundina Sans": (
                "truetype/arundina/ArundinaSans.ttf",
                "truetype/arundina/ArundinaSans-Bold.ttf",
            ),
            "Garuda": (
                "truetype/tlwg/Garuda.ttf",
                "truetype/tlwg/Garuda-Bold.ttf",
            ),
            "Umpush": (
                "truetype/tlwg/Umpush.ttf",
                "truetype/tlwg/Umpush-Bold.ttf",
            ),
            "Waree": (
                "truetype/tlwg/Waree.ttf",
                "truetype/tlwg/Waree-Bold.ttf",
            ),
            "Laksaman": (
                "truetype/tlwg/Laksaman.ttf",
                "truetype/tlwg/Laksaman-Bold.ttf",
            ),
            "Radis Sans": ("opentype/radisnoir/RadisSans-medium.otf",),
            "Dustismo": (
                "truetype/dustin/Dustismo.ttf",
                "truetype/dustin/dustismo_bold.ttf",
            ),
            "Linux Biolinum": (
                "opentype/linux-libertine/LinBiolinum_R.otf",
                "opentype/linux-libertine/LinBiolinum_RB.otf",
            ),
            "Latin Modern Sans": (
                "../texmf/fonts/opentype/public/lm/lmsans10-regular.otf",
                "../texmf/fonts/opentype/public/lm/lmsans10-bold.otf",
            ),
            "CMU Bright": (
                "truetype/cmu/cmunbmr.ttf",
                "truetype/cmu/cmunbsr.ttf",
            ),
            "Caliban": ("truetype/fonts-georgewilliams/Caliban.ttf",),
        },
        "serif": {
            "Accanthis": ("truetype/adf/AccanthisADFStd-Regular.otf",),
            "Berenis": (
                "truetype/adf/BerenisADFPro-Regular.otf",
                "truetype/adf/BerenisADFPro-Bold.otf",
            ),
            "Romande": ("truetype/adf/RomandeADFStd-Regular.otf",),
            "Century Catalogue": ("truetype/fonts-century-catalogue/Century-Catalogue.ttf",),
            "Linux Libertine": (
                "opentype/linux-libertine/LinLibertine_R.otf",
                "opentype/linux-libertine/LinLibertine_RB.otf",
            ),
            "Latin Modern Roman": ("../texmf/fonts/opentype/public/lm/lmroman10-regular.otf",),
            "Galatia SIL": ("truetype/galatia/GalSILR.ttf",),
            "Kinnari": ("truetype/tlwg/Kinnari.ttf",),
            "Norasi": ("truetype/tlwg/Norasi-Bold.ttf",),
            "Dustismo Roman": ("truetype/dustin/Dustismo_Roman.ttf",),
            "DejaVu Serif": ("truetype/dejavu/DejaVuSerif.ttf",),
        },
        "monospace": {
            "Monoid": ("truetype/monoid/Monoid-Regular.ttf",),
            "mononoki": ("truetype/mononoki/mononoki-Bold.ttf",),
            "Fantasque Sans Mono": (
                "opentype/fantasque-sans/Normal/OTF/FantasqueSansMono-Regular.otf",
            ),
            "Hack": ("truetype/hack/Hack-Regular.ttf",),
            "Tlwg Typist": ("truetype/tlwg/TlwgTypist-Bold.ttf",),
        },
        "script": {
            "Delphine": ("truetype/sjfonts/Delphine.ttf",),
            "Humor Sans": ("truetype/humor-sans/Humor-Sans.ttf",),
            "Compagnon Script": ("opentype/compagnon/Compagnon-Bold.otf",),
            "Kaushan Script": ("opentype/kaushanscript/KaushanScript-Regular.otf",),
            "Leckerli One": ("truetype/leckerli-one/LeckerliOne-Regular.ttf",),
            "Kristi": ("truetype/kristi/Kristi.ttf",),
        },
        "display": {
            "Caslon Black": ("truetype/fonts-georgewilliams/Caslon-Black.ttf",),
            "Cupola": ("truetype/fonts-georgewilliams/Cupola.ttf",),
            "El Abogado Loco": ("truetype/dustin/El_Abogado_Loco.ttf",),
            "Penguin Attack": ("truetype/dustin/PenguinAttack.ttf",),
            "Ubuntu Title": ("truetype/ubuntu-title/Ubuntu-Title.ttf",),
            "Fantasma": ("opentype/fantasma/Fantasma-Bold.otf",),
            "Romande Style": ("truetype/adf/RomandeADFStyleStd-Regular.otf",),
        },
        "Chinese, Japanese": {
            "IPAex Gothic": ("opentype/ipaexfont-gothic/ipaexg.ttf",),
            "IPAex Mincho": ("opentype/ipaexfont-mincho/ipaexm.ttf",),
            "MigMix": ("truetype/migmix/migmix-1p-bold.ttf",),
            "Komatuna": ("truetype/komatuna/komatuna-p.ttf",),
            "Motoya Cedar": ("truetype/motoya-l-cedar/MTLc3m.ttf",),
            "AR PL UKai": ("truetype/arphic/ukai.ttc",),
            "AR PL Sungti": ("truetype/arphic-gbsn00lp/gbsn00lp.ttf",),
            "LXGW WenKai": ("truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",),
        },
    },
)
