"""A made-up campaign with posters drawn by Pillow, as a run would have left it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, sync_playwright

from presscheck.assets import (
    Asset,
    AssetSpec,
    AssetState,
    Attempt,
    Box,
    Candidate,
    Edit,
    Finding,
    Receipt,
    RenderMode,
    Roll,
    Severity,
    SlotCopy,
    SlotReading,
    Status,
    Trouble,
    Verdict,
)
from presscheck.brand import Brand
from presscheck.errors import StorageError
from presscheck.spec import Campaign
from presscheck.verification.differences import find_edits

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
GROUND = {
    "dawn": ("#f3c9a5", "#c85d4f"),
    "pine": ("#dfe7d8", "#24523f"),
    "sea": ("#cfe4ea", "#1d4e66"),
}
PLACES = {
    "headline": Box(x=0.08, y=0.08, width=0.84, height=0.17),
    "subhead": Box(x=0.12, y=0.27, width=0.76, height=0.08),
    "cta": Box(x=0.3, y=0.76, width=0.4, height=0.1),
    "legal": Box(x=0.1, y=0.91, width=0.8, height=0.05),
}
MODES = {"legal": RenderMode.TYPESET, "cta": RenderMode.AUTO}


@dataclass
class Made:
    """A campaign, its brand and its assets, and the bytes of their pictures."""

    campaign: Campaign
    brand: Brand
    assets: list[Asset]
    blobs: dict[str, bytes] = field(default_factory=dict)

    def load(self, digest: str) -> bytes:
        if digest not in self.blobs:
            raise StorageError(f"blob {digest[:12]} is missing.")
        return self.blobs[digest]


def make_campaign(brief: str = "", currency: str = "EUR") -> Campaign:
    return Campaign.model_validate(
        {
            "name": "spring-mornings",
            "brand": "halden",
            "brief": brief
            or "A quiet breakfast by the window, first sun on stoneware, room for copy above.",
            "placements": ["square"],
            "copy": {"headline": "Slow mornings"},
            "budget": {"currency": currency, "engine_hour": 2.4},
            "delivery": [{"to": "folder", "path": "out"}],
        }
    )


def make_brand() -> Brand:
    region = {"x": 0.1, "y": 0.1, "width": 0.8, "height": 0.2}
    return Brand.model_validate(
        {
            "name": "halden",
            "title": "Halden Coffee",
            "palette": {
                "oat": "#f3e6d3",
                "ember": "#c85d4f",
                "pine": "#24523f",
                "sea": "#1d4e66",
                "ink": "#22201d",
            },
            "ground": "oat",
            "fonts": {"display": {"file": "display.ttf"}},
            "slots": {
                "headline": {"position": {"default": region}, "font": "display", "ink": "ink"}
            },
        }
    )


def poster(size: tuple[int, int], copy: dict[str, str], ground: str) -> bytes:
    """Draw a poster: a graded ground, a sun, a cup and the copy."""
    width, height = size
    light, dark = GROUND[ground]
    short = min(size)
    shade = Image.linear_gradient("L").resize(size)
    image = Image.composite(Image.new("RGB", size, dark), Image.new("RGB", size, light), shade)
    draw = ImageDraw.Draw(image)
    x, y, r = 0.5 * width, 0.55 * height, 0.17 * short
    draw.ellipse((x - r, y - 1.2 * r, x + r, y + 0.8 * r), fill="#fbf3e4")
    draw.rounded_rectangle((x - 0.6 * r, y - 0.2 * r, x + 0.6 * r, y + r), r / 4, fill=dark)
    draw.arc((x + 0.3 * r, y, x + 1.1 * r, y + 0.7 * r), -90, 90, fill=dark, width=int(r / 7))
    for name, text in copy.items():
        _set(draw, size, name, text, dark)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _set(draw: ImageDraw.ImageDraw, size: tuple[int, int], name: str, text: str, dark: str) -> None:
    left, top, right, bottom = PLACES[name].pixels(*size)
    if name == "cta":
        draw.rounded_rectangle((left, top, right, bottom), (bottom - top) / 2, fill=dark)
    ink = "#fbf3e4" if name in {"cta", "legal"} else "#22201d"
    middle = ((left + right) / 2, (top + bottom) / 2)
    draw.text(middle, text, fill=ink, font=_font(size, name, text), anchor="mm")


def _font(size: tuple[int, int], name: str, text: str) -> ImageFont.FreeTypeFont:
    left, top, right, bottom = PLACES[name].pixels(*size)
    points = 0.7 * (bottom - top)
    font = ImageFont.load_default(size=points)
    while points > 5 and font.getlength(text) >= 0.94 * (right - left):
        points *= 0.93
        font = ImageFont.load_default(size=points)
    return font


def _letters(size: tuple[int, int], name: str, text: str) -> list[Box]:
    """Return where the letters of a text that `_set` drew stand."""
    font = _font(size, name, text)
    left, top, right, bottom = PLACES[name].pixels(*size)
    x, y = (left + right - font.getlength(text)) / 2, (top + bottom) / 2
    steps = [(x + font.getlength(text[:at])) / size[0] for at in range(len(text) + 1)]
    edges = [min(max(step, 0.0), 1.0) for step in steps]
    half = 0.6 * font.size / size[1]
    return [
        Box(x=start, y=y / size[1] - half, width=end - start, height=2 * half)
        for start, end in pairwise(edges)
    ]


@pytest.fixture(scope="session")
def make_asset() -> Callable[..., tuple[Asset, dict[str, bytes]]]:
    """Return a maker of assets: copy, and what was read of it in every roll."""
    return _make_asset


def _make_asset(  # noqa: PLR0917
    placement: str,
    size: tuple[int, int],
    copy: dict[str, str],
    rolls: Sequence[dict[str, str]] = ({},),
    ground: str = "dawn",
    locale: str = "en",
    typeset_last: tuple[str, ...] = (),
    findings: tuple[Finding, ...] = (),
    reason: str = "every verifier accepts",
) -> tuple[Asset, dict[str, bytes]]:
    name = f"{placement}-{locale}-1"
    slots = tuple(
        SlotCopy(name=slot, text=text, render=MODES.get(slot, RenderMode.MODEL), box=PLACES[slot])
        for slot, text in copy.items()
    )
    spec = AssetSpec(
        id=name,
        campaign="spring-mornings",
        brand="halden",
        placement=placement,
        width=size[0],
        height=size[1],
        locale=locale,
        variant=1,
        seed=11,
        brief="A quiet breakfast",
        slots=slots,
    )
    blobs: dict[str, bytes] = {}
    attempts: list[Attempt] = []
    for number, wrong in enumerate(rolls, start=1):
        read = copy | wrong
        data = poster(size, {slot: text for slot, text in read.items() if text}, ground)
        digest = hashlib.sha256(data).hexdigest()
        blobs[digest] = data
        last = number == len(rolls)
        attempts.append(
            _attempt(spec, number, read, digest, typeset_last if last else (), findings)
        )
    passed = attempts[-1].accepted
    receipts = tuple(
        Receipt(
            target=target,
            name=f"spring-mornings_{name}.png",
            location=f"{place}/spring-mornings_{name}.png",
            digest=attempts[-1].candidate.image,
            size=size[0] * size[1] // 4,
        )
        for target, place in (("1-folder", "out/spring"), ("2-s3", "s3://halden-media/2026"))
        if passed
    )
    state = AssetState.DELIVERED if passed else AssetState.REVIEW
    asset = Asset(
        spec=spec, state=state, attempts=tuple(attempts), receipts=receipts, reason=reason
    )
    return asset, blobs


def _attempt(
    spec: AssetSpec,
    number: int,
    read: dict[str, str],
    image: str,
    typeset: tuple[str, ...],
    findings: tuple[Finding, ...],
) -> Attempt:
    size = spec.width, spec.height
    readings = tuple(_reading(slot, read[slot.name], size) for slot in spec.slots)
    right = all(reading.status is Status.ACCEPT for reading in readings)
    wrong = next((r for r in readings if r.status is not Status.ACCEPT), None)
    rolls = [Roll.PLAN, Roll.RENDER, Roll.PLAN, Roll.TYPESET]
    roll = Roll.TYPESET if typeset and number > 1 else rolls[(number - 1) % 3]
    why = {1: "first roll"}.get(number, f"headline {wrong.trouble if wrong else 'misspelt'}")
    return Attempt(
        asset=spec.id,
        number=number,
        roll=roll,
        reason=why,
        prompt=f'A poster for coffee that reads "{spec.slots[0].text}", morning light, calm.',
        plan="a" * 64,
        plan_seed=391_204 + number // 2,
        render_seed=77_120 + number,
        base=image,
        candidate=Candidate(
            asset=spec.id,
            roll=number,
            image=image,
            width=spec.width,
            height=spec.height,
            typeset=("legal", *typeset),
        ),
        verdicts=(
            Verdict(
                verifier="verify-copy",
                status=Status.ACCEPT if right else Status.REJECT,
                slots=readings,
            ),
            Verdict(verifier="verify-look", status=Status.ACCEPT, findings=findings),
        ),
        seconds={"plan": 6.4 if roll is Roll.PLAN else 0.0, "render": 5.1, "verify": 1.2},
        money=0.0077,
    )


def _reading(slot: SlotCopy, read: str, size: tuple[int, int]) -> SlotReading:
    wrong = read != slot.text
    pairs = tuple(
        (wanted, got)
        for wanted, got in zip(slot.text.split(), read.split(), strict=False)
        if wanted != got
    )
    trouble = Trouble.MISSPELT if read else Trouble.MISSING
    return SlotReading(
        slot=slot.name,
        expected=slot.text,
        read=read,
        distance=sum(len(wanted) for wanted, _ in pairs) if wrong else 0,
        status=Status.REJECT if wrong else Status.ACCEPT,
        trouble=trouble if wrong else None,
        box=slot.box if read else None,
        words=pairs if wrong else (),
        edits=_edits(slot, read, _letters(size, slot.name, read)) if read else (),
    )


def _edits(slot: SlotCopy, read: str, letters: Sequence[Box]) -> tuple[Edit, ...]:
    """Return what differs, each at the drawn letter next to it."""
    return tuple(
        replace(edit, box=letters[min(edit.at, len(letters) - 1)])
        for edit in find_edits(slot.text, read, from_loss=4.0)
    )


COPY = {
    "headline": "Slow mornings",
    "subhead": "Beans roasted on Tuesday",
    "cta": "Find yours",
    "legal": "Offer ends 30 April. While stocks last. halden.example",
}
GERMAN = {
    "headline": "Langsame Morgen",
    "subhead": "Dienstags frisch",
    "cta": "Jetzt finden",
    "legal": "Bis 30. April, solange der Vorrat reicht.",
}


@pytest.fixture(scope="session")
def made() -> Made:
    """Return a run of six assets: at once, after re-rolls, typeset, for review, and wide."""
    glare = Finding(
        check="contrast",
        severity=Severity.WARNING,
        message="The headline's contrast is 4.6:1, close to the brand's 4.5:1.",
        remedy="Nothing to do; a darker ink would be safer.",
        box=Box(x=0.42, y=0.44, width=0.2, height=0.2),
    )
    parts = [
        _make_asset("square", (1080, 1080), COPY),
        _make_asset(
            "story",
            (1080, 1920),
            COPY,
            [{"headline": "Slow mornlngs"}, {"headline": "Slow mornigs", "cta": "Find yors"}, {}],
            "pine",
        ),
        _make_asset(
            "feed-landscape",
            (1200, 628),
            GERMAN,
            [{"headline": "Langsame Mogen"}, {"subhead": "Dienstags frlsch"}, {}],
            "sea",
            "de",
            ("subhead",),
        ),
        _make_asset(
            "poster",
            (960, 1280),
            GERMAN,
            [
                {"headline": "Langsarne Morgen", "cta": ""},
                {"headline": "Langsame Margon"},
                {"headline": "Langsane Morgen"},
                {"headline": "Langsame Morgan"},
            ],
            "dawn",
            "de",
            reason="gave up: headline misspelt, and the budget of 4 rolls is spent",
        ),
        _make_asset(
            "leaderboard",
            (1456, 360),
            {"headline": "Slow mornings", "cta": "Find yours"},
            ground="pine",
            findings=(glare,),
        ),
        _make_asset("portrait", (1080, 1350), COPY, [{"cta": "Fnd yours"}, {}], "sea"),
    ]
    blobs = {digest: data for _, held in parts for digest, data in held.items()}
    return Made(make_campaign(), make_brand(), [asset for asset, _ in parts], blobs)


# Not for the session: playwright keeps an event loop running, in which asyncio.run() fails.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium; without it the tests fail, they are not skipped."""
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*ARGUMENTS])
        yield browser
        browser.close()
