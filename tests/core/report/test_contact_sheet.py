"""The contact sheet, as text and in a real browser."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from presscheck.assets import Asset, AssetState, Verdict
from presscheck.report import contact_sheet, summarise

HOSTILE = {
    "headline": "<script>document.title='owned'</script><img src=x onerror=alert(1)>",
    "subhead": "عروض الربيع تنتهي قريبا \u202eevil",
    "cta": "Donaudampfschifffahrtsgesellschaft" * 8,
    "legal": "javascript:alert(1) {{ 7 * 7 }} </style></title></svg>",
}
CONTRAST = """() => {
  const linear = x => (x /= 255) <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4;
  const lum = c => { const v = c.map(linear);
    return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
  const parse = s => { const p = s.match(/[\\d.]+/g).map(Number);
    return {c: p.slice(0, 3), a: p[3] ?? 1}; };
  const ground = e => { for (; e; e = e.parentElement) {
    const b = parse(getComputedStyle(e).backgroundColor); if (b.a === 1) return b.c; }
    return [255, 255, 255]; };
  const bad = [];
  for (const e of document.querySelectorAll('body *:not(svg *)')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const a = lum(parse(getComputedStyle(e).color).c), b = lum(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push(`${e.className} ${e.textContent.trim()} ${ratio.toFixed(2)}`);
  }
  return bad;
}"""
"""WCAG 2.2, success criterion 1.4.3: the contrast of text is at least 4.5:1."""


def _sheet(made, **changes: object) -> str:
    made = dataclasses.replace(made, **changes)
    return contact_sheet(made.campaign, made.brand, made.assets, made.load, summarise(made.assets))


@pytest.fixture(scope="module")
def sheet(made) -> str:
    return _sheet(made)


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Callable[..., Page]:
    """Return a function that shows a sheet in a window and fails on any message or request."""

    @contextmanager
    def opened(html: str, width: int = 1280, scheme: str = "light") -> Iterator[Page]:
        path = tmp_path / "sheet.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: said.append(request.url))
        page.goto(path.as_uri())
        yield page
        context.close()
        assert [line for line in said if not line.startswith(("data:", path.as_uri()))] == []

    return opened


def test_equal_runs_give_equal_sheets(made, sheet: str) -> None:
    assert _sheet(made) == sheet


def test_a_sheet_stays_small(sheet: str) -> None:
    assert len(sheet) < 1_500_000


def test_the_page_allows_nothing_but_its_style_and_data_pictures(sheet: str) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', sheet)
    assert policy.startswith("default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-")
    assert "unsafe" not in policy
    assert "<script" not in sheet
    assert " style=" not in sheet
    assert not re.search(r'(src|href)="(?!data:|#)', sheet)


def test_every_picture_size_state_and_receipt_is_told(made, sheet: str) -> None:
    for asset in made.assets:
        assert f"{asset.spec.width} × {asset.spec.height} px" in sheet
        for receipt in asset.receipts:
            assert receipt.location in sheet
            assert receipt.digest in sheet
    for words in ("5 of 6", "33%", "EUR 0.0216", "gave up: headline misspelt", "Halden Coffee"):
        assert words in sheet


def test_wrong_characters_are_marked_on_both_lines(sheet: str) -> None:
    assert "Langsame Morg<mark>e</mark>n" in sheet
    assert "Langsame Morg<mark>a</mark>n" in sheet


def test_an_asset_without_attempts_and_one_whose_picture_is_gone_are_still_told(made) -> None:
    fresh = Asset(spec=made.assets[0].spec, state=AssetState.OPEN)
    html = _sheet(made, assets=[fresh, made.assets[1]], blobs={})
    assert "No picture was made yet." in html
    assert "its file is missing or damaged" in html
    assert "in work" in html


def test_a_run_without_assets_has_a_sheet(made) -> None:
    assert "This run has no assets." in _sheet(made, assets=[])


def test_an_attempt_without_verdicts_or_readings_is_told(made) -> None:
    asset = made.assets[0]
    bare = dataclasses.replace(
        asset.attempts[0], verdicts=(Verdict(verifier="v", status="accept"),)
    )
    html = _sheet(made, assets=[dataclasses.replace(asset, attempts=(bare,))])
    assert "unread" in html


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_window_shows_every_picture_and_can_be_read(show, sheet, width, scheme) -> None:
    with show(sheet, width, scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        decoded = page.evaluate("[...document.images].map(image => image.naturalWidth)")
        assert len(decoded) > 10
        assert min(decoded) > 0
        assert page.evaluate(CONTRAST) == []


def test_headings_alternatives_and_landmarks_are_in_order(show, sheet: str) -> None:
    with show(sheet) as page:
        levels = page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))"
        )
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert page.locator("img:not([alt]), img[alt='']").count() == 0
        assert page.locator("main").count() == page.locator("nav").count() == 1
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))
        for target in page.evaluate("[...document.querySelectorAll('a')].map(a => a.hash)"):
            assert page.locator(target).count() == 1


def test_the_keyboard_reaches_everything_and_hides_the_marks(show, sheet: str) -> None:
    with show(sheet) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.locator(".proof .overlay").first.is_visible()
        page.locator("#marks").focus()
        page.keyboard.press("Space")
        assert not page.locator(".proof .overlay").first.is_visible()


def test_a_slot_that_failed_is_framed_where_it_was_read(show, sheet: str) -> None:
    with show(sheet) as page:
        plate = page.locator("#asset-4 .proof .plate")
        image = plate.locator("img").bounding_box()
        box = plate.locator(".mark rect").first.bounding_box()
        assert image is not None
        assert box is not None
        assert (box["x"] - image["x"]) / image["width"] == pytest.approx(0.08, abs=0.01)
        assert (box["y"] - image["y"]) / image["height"] == pytest.approx(0.08, abs=0.01)
        assert box["width"] / image["width"] == pytest.approx(0.84, abs=0.01)


def test_the_wrong_letter_is_circled_on_every_picture_of_it(show, made, sheet: str) -> None:
    letter = made.assets[3].attempts[-1].verdicts[0].slots[0].edits[0].box
    with show(sheet) as page:
        for plate in ("#asset-4 .proof .plate", "#asset-4 .rolls .shown .plate"):
            image = page.locator(f"{plate} img").bounding_box()
            circle = page.locator(f"{plate} .mark ellipse").bounding_box()
            assert image is not None
            assert circle is not None
            middle = (circle["x"] + circle["width"] / 2 - image["x"]) / image["width"]
            assert middle == pytest.approx(letter.x + letter.width / 2, abs=0.01)
            assert 12 <= circle["height"] <= 60


def test_accepted_pictures_stay_clean(show, sheet: str) -> None:
    with show(sheet) as page:
        assert page.locator(".asset.passed .proof .mark").count() == 0
        assert page.locator(".rolls .accepted .mark").count() == 0
        assert page.locator(".rolls .failed .mark").count() > 5


def test_marks_and_pictures_say_in_words_what_is_wrong(show, sheet: str) -> None:
    with show(sheet) as page:
        plate = page.locator("#asset-4 .proof .plate")
        alt = plate.locator("img").get_attribute("alt")
        assert alt is not None
        assert alt.endswith("Wrong in it: headline misspelt: “Morgan” for “Morgen”")
        titles = plate.locator("title").all_text_contents()
        assert titles == [
            "headline misspelt: “Morgan” for “Morgen”",
            "“a” where “e” was expected",
        ]


def test_without_anything_wrong_there_is_nothing_to_hide(made) -> None:
    html = _sheet(made, assets=made.assets[:1])
    assert "Marks on the pictures" not in html


def test_it_prints(show, sheet: str) -> None:
    with show(sheet) as page:
        page.emulate_media(media="print")
        assert not page.locator("nav").is_visible()
        assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("width", [390, 1280])
def test_hostile_copy_is_inert_and_fits(show, made, make_asset, width: int) -> None:
    wrong = {"headline": "<b>x</b>", "cta": "y" * 300}
    asset, blobs = make_asset("square", (400, 400), HOSTILE, [wrong, {}], reason="<i>why</i>" * 40)
    bad, more = make_asset("story", (400, 700), HOSTILE, [wrong], locale="ar", reason="z" * 500)
    campaign = made.campaign.model_copy(update={"brief": "<script>alert(1)</script>" + "w" * 900})
    html = _sheet(made, campaign=campaign, assets=[asset, bad], blobs=blobs | more)
    with show(html, width) as page:
        assert page.title() == "spring-mornings – contact sheet"
        assert page.locator("script, iframe, object, b, i, img[src=x]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert "<script>document.title" in page.locator("#asset-1 .slots").inner_text()
        assert "{{ 7 * 7 }}" in page.locator("#asset-1 .slots").inner_text()
