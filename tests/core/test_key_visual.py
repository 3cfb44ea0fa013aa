"""A campaign's key visual: every asset is planned and rendered after it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from presscheck import Press
from presscheck.errors import InputError, PreflightError
from presscheck.testing import PaperEngine


def png(width: int, height: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height)).save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Let the paper engine take one reference; return the sizes of those that it was shown."""
    sizes: list[tuple[int, int]] = []
    render = PaperEngine.render

    def noted(self: PaperEngine, *arguments: object, **options: object) -> Image.Image:
        sizes.extend(image.size for image in options["references"])  # type: ignore[attr-defined]
        return render(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(PaperEngine, "render", noted)
    return sizes


def test_every_asset_is_made_after_the_key_visual(
    paper, write_campaign, tmp_path: Path, shown
) -> None:
    Image.new("RGB", (3000, 1500), "teal").save(tmp_path / "key.png")
    placements = [
        {"name": "square", "width": 512, "height": 512},
        {"name": "wide", "width": 672, "height": 384},
    ]
    campaign = write_campaign(
        key_visual="key.png",
        placements=placements,
        engine={"name": "paper", "settings": {"references": 1}},
    )
    with Press(work=tmp_path / "work") as press:
        result = press.run(campaign)
    assert result.delivered == 2
    assert shown == [(2048, 1024)] * 2
    assert len({asset.spec.references for asset in result.assets}) == 1
    Image.new("RGB", (3000, 1500), "navy").save(tmp_path / "key.png")
    with Press(work=tmp_path / "work") as press:
        assert press.open(campaign).run != result.run


def test_an_engine_that_takes_no_references_is_named_at_preflight(
    paper, write_campaign, tmp_path: Path
) -> None:
    Image.new("RGB", (600, 600)).save(tmp_path / "key.png")
    campaign = write_campaign(key_visual="key.png")
    with Press(work=tmp_path / "work") as press:
        assert any("key visual" in finding.message for finding in press.preflight(campaign))
        with pytest.raises(PreflightError, match="shown 0 reference images"):
            press.run(campaign)


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("gone.png", None, "key_visual: .*gone.png cannot be read"),
        ("text.png", b"no image", "key_visual: .*no image that can be read"),
        ("empty.png", b"", "key_visual: .*is empty"),
        ("strip.png", png(2100, 500), "key_visual: .*2100x500 pixels is too narrow"),
        ("../key.png", None, "must be a relative path"),
    ],
)
def test_a_key_visual_that_cannot_be_used_is_named(
    paper, write_campaign, tmp_path: Path, name: str, data: bytes | None, problem: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    campaign = write_campaign(key_visual=name)
    with Press(work=tmp_path / "work") as press, pytest.raises(InputError, match=problem):
        press.preflight(campaign)
