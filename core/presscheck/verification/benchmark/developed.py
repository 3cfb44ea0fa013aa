"""Debian's families that the verifier is developed on, beside those of the extra `benchmark`."""

from __future__ import annotations

from presscheck.verification.benchmark.families import Families

DEVELOPED = Families(
    packages=(
        "fonts-3270",
        "fonts-adf-baskervald",
        "fonts-adf-gillius",
        "fonts-adf-ikarius",
        "fonts-adf-irianis",
        "fonts-adf-libris",
        "fonts-adf-mekanus",
        "fonts-adf-oldania",
        "fonts-adf-tribun",
        "fonts-adf-universalis",
        "fonts-adf-verana",
        "fonts-agave",
        "fonts-apropal",
        "fonts-arphic-uming",
        "fonts-bwht",
        "fonts-clear-sans",
        "fonts-ecolier-court",
        "fonts-elstob",
        "fonts-engadget",
        "fonts-essays1743",
        "fonts-eurofurence",
        "fonts-ferrite-core",
        "fonts-gfs-artemisia",
        "fonts-gnutypewriter",
        "fonts-go",
        "fonts-havana",
        "fonts-hermit",
        "fonts-horai-umefont",
        "fonts-junction",
        "fonts-junicode",
        "fonts-klaudia-berenika",
        "fonts-le-murmure",
        "fonts-ocr-b",
        "fonts-noto-cjk",
        "fonts-okolaks",
        "fonts-opendyslexic",
        "fonts-osifont",
        "fonts-roadgeek",
        "fonts-routed-gothic",
        "fonts-rufscript",
        "fonts-sil-doulos",
        "fonts-smiley-sans",
        "fonts-staypuft",
        "fonts-summersby",
        "fonts-tiresias",
        "fonts-tlwg-loma-ttf",
        "fonts-tlwg-purisa-ttf",
        "fonts-tlwg-sawasdee-ttf",
        "fonts-tomsontalks",
        "fonts-tuffy",
        "fonts-urw-base35",
        "fonts-vlgothic",
        "fonts-wqy-microhei",
    ),
    files={
        "sans serif": {
            "URW Gothic": (
                "opentype/urw-base35/URWGothic-Book.otf",
                "opentype/urw-base35/URWGothic-Demi.otf",
            ),
            "Nimbus Sans": (
                "opentype/urw-base35/NimbusSans-Regular.otf",
                "opentype/urw-base35/NimbusSans-Bold.otf",
            ),
            "Nimbus Sans Narrow": (
                "opentype/urw-base35/NimbusSansNarrow-Regular.otf",
                "opentype/urw-base35/NimbusSansNarrow-Bold.otf",
            ),
            "Gillius": (
                "truetype/adf/GilliusADF-Regular.otf",
                "truetype/adf/GilliusADF-Bold.otf",
            ),
            "Ikarius": (
                "truetype/adf/IkariusADFStd-Regular.otf",
                "truetype/adf/IkariusADFStd-Bold.otf",
            ),
            "Libris": (
                "truetype/adf/LibrisADFStd-Regular.otf",
                "truetype/adf/LibrisADFStd-Bold.otf",
            ),
            "Universalis": (
                "truetype/adf/UniversalisADFStd-Regular.otf",
                "truetype/adf/UniversalisADFStd-Bold.otf",
            ),
            "Verana Sans": (
                "truetype/adf/VeranaSans-Regular.otf",
                "truetype/adf/VeranaSans-Bold.otf",
            ),
            "Clear Sans": (
                "truetype/clear-sans/ClearSans-Regular.ttf",
                "truetype/clear-sans/ClearSans-Bold.ttf",
            ),
            "Tuffy": (
                "truetype/tuffy/Tuffy.ttf",
                "truetype/tuffy/Tuffy_Bold.ttf",
            ),
            "Junction": ("opentype/junction/Junction.otf",),
            "Eurofurence": (
                "truetype/eurofurence/eurof55.ttf",
                "truetype/eurofurence/eurof75.ttf",
            ),
            "Roadgeek": (
                "truetype/roadgeek/RG2014D.ttf",
                "truetype/roadgeek/RG2014EM.ttf",
            ),
            "Tiresias Infofont": (
                "truetype/tiresias/tiresias_infofont.ttf",
                "truetype/tiresias/tiresias_infofont_bold.ttf",
            ),
            "osifont": ("truetype/osifont/osifont.ttf",),
            "Go": (
                "fonts-go/Go-Regular.ttf",
                "fonts-go/Go-Bold.ttf",
            ),
            "Routed Gothic": ("truetype/routed-gothic/routed-gothic.ttf",),
            "OpenDyslexic": (
                "opentype/opendyslexic/OpenDyslexic-Regular.otf",
                "opentype/opendyslexic/OpenDyslexic-Bold.otf",
            ),
            "Loma": (
                "truetype/tlwg/Loma.ttf",
                "truetype/tlwg/Loma-Bold.ttf",
            ),
            "Sawasdee": (
                "truetype/tlwg/Sawasdee.ttf",
                "truetype/tlwg/Sawasdee-Bold.ttf",
            ),
            "Summersby": ("truetype/summersby/summersby.ttf",),
        },
        "serif": {
            "Baskervald": (
                "truetype/adf/BaskervaldADFStd.otf",
                "truetype/adf/BaskervaldADFStd-Heavy.otf",
            ),
            "Mekanus": (
                "truetype/adf/MekanusADFStd-Regular.otf",
                "truetype/adf/MekanusADFStd-Bold.otf",
            ),
            "Tribun": (
                "truetype/adf/TribunADFStd-Regular.otf",
                "truetype/adf/TribunADFStd-Bold.otf",
            ),
            "C059": (
                "opentype/urw-base35/C059-Roman.otf",
                "opentype/urw-base35/C059-Bold.otf",
            ),
            "URW Bookman": (
                "opentype/urw-base35/URWBookman-Light.otf",
                "opentype/urw-base35/URWBookman-Demi.otf",
            ),
            "GFS Artemisia": (
                "opentype/artemisia/GFSArtemisia.otf",
                "opentype/artemisia/GFSArtemisiaBold.otf",
            ),
            "Doulos SIL": ("truetype/doulos/DoulosSIL-Regular.ttf",),
            "Essays 1743": ("truetype/essays1743/Essays1743.ttf",),
            "Junicode": (
                "opentype/junicode/JunicodeTwoBeta-Regular.otf",
                "opentype/junicode/JunicodeTwoBeta-Bold.otf",
            ),
            "Elstob": (
                "opentype/elstob/ElstobD-Regular.otf",
                "opentype/elstob/ElstobD-Bold.otf",
            ),
        },
        "monospace": {
            "3270": ("truetype/3270/3270-Regular.ttf",),
            "Go Mono": (
                "fonts-go/Go-Mono.ttf",
                "fonts-go/Go-Mono-Bold.ttf",
            ),
            "GNU Typewriter": ("truetype/gnutypewriter/GNUTypewriter.ttf",),
            "OCR-B": ("opentype/ocr-b/OCRB.otf",),
            "Agave": ("truetype/agave/agave-r-autohinted.ttf",),
            "Hermit": (
                "truetype/hermit/Hermit-medium.otf",
                "truetype/hermit/Hermit-bold.otf",
            ),
            "Monofur": ("truetype/monofur/monof55.ttf",),
        },
        "script": {
            "Z003": ("opentype/urw-base35/Z003-MediumItalic.otf",),
            "Rufscript": ("truetype/rufscript/Rufscript010.ttf",),
            "Because We Connect": ("opentype/bwht/BecauseWeConnect-Regular.otf",),
            "Because We Mentor": ("opentype/bwht/BecauseWeMentor-Regular.otf",),
            "Ecolier Court": ("truetype/ecolier-court/Ecolier-court.ttf",),
            "Havana": ("opentype/havana/Havana-Regular.otf",),
            "Tomson Talks": ("truetype/tomsontalks/TomsonTalks.ttf",),
            "Purisa": (
                "truetype/tlwg/Purisa.ttf",
                "truetype/tlwg/Purisa-Bold.ttf",
            ),
        },
        "display": {
            "Okolaks": (
                "truetype/okolaks/okolaksRegular.ttf",
                "truetype/okolaks/okolaksBold.ttf",
            ),
            "Oldania": (
                "truetype/adf/OldaniaADFStd-Regular.otf",
                "truetype/adf/OldaniaADFStd-Bold.otf",
            ),
            "Klaudia": (
                "truetype/klaudia-berenika/Klaudia.ttf",
                "truetype/klaudia-berenika/Berenika.ttf",
            ),
            "Staypuft": ("truetype/staypuft/StayPuft.ttf",),
            "Ferrite Core": ("opentype/ferrite-core/FerriteCoreDX-Medium.otf",),
            "Le Murmure": ("opentype/le-murmure/le-murmure.otf",),
            "Engadget": ("truetype/engadget/Engadget.ttf",),
            "Apropal": ("opentype/apropal/Apropal-Bold.otf",),
            "Irianis Style": ("truetype/adf/IrianisADFStyleStd-Bold.otf",),
        },
        "Chinese, Japanese": {
            "Noto Sans CJK": ("opentype/noto/NotoSansCJK-Bold.ttc",),
            "Noto Serif CJK": ("opentype/noto/NotoSerifCJK-Bold.ttc",),
            "WenQuanYi Micro Hei": ("truetype/wqy/wqy-microhei.ttc",),
            "Smiley Sans": ("truetype/smiley-sans/SmileySans-Oblique.ttf",),
            "VL Gothic": ("truetype/vlgothic/VL-Gothic-Regular.ttf",),
            "AR PL UMing": ("truetype/arphic/uming.ttc",),
            "Ume Gothic": ("truetype/horai-umefont/ume-tgo5.ttf",),
        },
    },
)
