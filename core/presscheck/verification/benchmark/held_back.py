"""Families that nothing is developed on: those of a set that is built apart.

Those of Latin letters are Google's, drawn by lot from some two hundred that the other set lacks,
about as many of each class in a hundred as there. The reader and all rules are new to them; the
network of glyphs may have learned from some.
"""

from __future__ import annotations

from presscheck.verification.benchmark.families import Families

HELD_BACK = Families(
    packages=(
        "fonts-arphic-gkai00mp",
        "fonts-cantarell",
        "fonts-cns11643-kai",
        "fonts-klee",
        "fonts-rocknroll",
        "fonts-sawarabi-gothic",
        "fonts-sawarabi-mincho",
        "fonts-yusei-magic",
    ),
    files={
        "sans serif": {
            "Cantarell": (
                "opentype/cantarell/Cantarell-Regular.otf",
                "opentype/cantarell/Cantarell-Bold.otf",
            ),
        },
        "Chinese, Japanese": {
            "Sawarabi Gothic": ("truetype/sawarabi-gothic/sawarabi-gothic-medium.ttf",),
            "Sawarabi Mincho": ("truetype/sawarabi-mincho/sawarabi-mincho-medium.ttf",),
            "Klee One": ("truetype/klee/KleeOne-SemiBold.ttf",),
            "RocknRoll One": ("truetype/rocknroll/RocknRollOne-Regular.ttf",),
            "Yusei Magic": ("truetype/yusei-magic/YuseiMagic-Regular.ttf",),
            "TW-Kai": ("truetype/cns11643/TW-Kai-98_1.ttf",),
            "AR PL KaitiM": ("truetype/arphic-gkai00mp/gkai00mp.ttf",),
        },
    },
    npm={
        "sans serif": {
            "alata": (400,),
            "andika": (
                400,
                700,
            ),
            "armata": (400,),
            "basic": (400,),
            "didact-gothic": (400,),
            "economica": (
                400,
                700,
            ),
            "electrolize": (400,),
            "francois-one": (400,),
            "imprima": (400,),
            "istok-web": (
                400,
                700,
            ),
            "jura": (
                400,
                700,
            ),
            "k2d": (
                400,
                700,
            ),
            "livvic": (
                400,
                700,
            ),
            "nobile": (
                400,
                700,
            ),
            "orienta": (400,),
            "quattrocento-sans": (
                400,
                700,
            ),
            "rosario": (
                400,
                700,
            ),
            "ruda": (
                400,
                700,
            ),
            "scada": (
                400,
                700,
            ),
            "sen": (
                400,
                700,
            ),
            "tauri": (400,),
            "telex": (400,),
            "voltaire": (400,),
        },
        "serif": {
            "amiri": (
                400,
                700,
            ),
            "arapey": (400,),
            "bree-serif": (400,),
            "copse": (400,),
            "italiana": (400,),
            "mate": (400,),
            "petrona": (
                400,
                700,
            ),
            "quando": (400,),
            "volkhov": (
                400,
                700,
            ),
        },
        "display": {
            "bowlby-one": (400,),
            "chango": (400,),
            "gruppo": (400,),
            "sniglet": (400,),
            "squada-one": (400,),
        },
        "monospace": {
            "cutive-mono": (400,),
            "pt-mono": (400,),
            "ubuntu-mono": (
                400,
                700,
            ),
        },
        "script": {
            "amatic-sc": (
                400,
                700,
            ),
            "gaegu": (
                400,
                700,
            ),
            "itim": (400,),
            "nothing-you-could-do": (400,),
            "rancho": (400,),
            "sriracha": (400,),
        },
    },
)
