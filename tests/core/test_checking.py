"""`presscheck check` over a batch: overlays in a folder, and text that is allowed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFont

from presscheck import errors
from presscheck.cli.checking import check_batch_file, open_panel, overlay_name
from presscheck.errors import InputError


def poster(path: Path, *texts: str) -> None:
    image = Image.new("RGB", (640, 480), "#fbf3df")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(56)
    for row, text in enumerate(texts):
        draw.text((320, 110 + 200 * row), text, "#16324f", font, anchor="mm")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def batch(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_every_overlay_has_a_file_of_its_own_inside_the_folder(tmp_path: Path, capsys) -> None:
    poster(tmp_path / "in/a/x.png", "SALE")
    poster(tmp_path / "in/b/x.png", "SOLE")
    poster(tmp_path / "out of it.png", "SALE")
    names = ["a/x.png", "b/x.png", "b/x.png", "../out of it.png", str(tmp_path / "in/a/x.png")]
    lines = [{"image": name, "copy": ["SALE"]} for name in (*names, "gone.png")]
    path = batch(tmp_path / "in/items.jsonl", *lines)
    folder = tmp_path / "new/marked"
    assert check_batch_file(path, open_panel("ppocr", None), overlays=folder) == errors.EXIT_REVIEW
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    drawn = [Path(answer["overlay"]) for answer in answers[:-1]]
    assert "overlay" not in answers[-1]
    assert sorted(drawn) == sorted(folder.iterdir())
    assert len(set(drawn)) == len(names)
    assert drawn[3].name == "0004-out-of-it.png"
    with Image.open(drawn[1]) as marked, Image.open(tmp_path / "in/b/x.png") as plain:
        assert ImageChops.difference(marked, plain).getbbox() is not None


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "marked").write_text("a file")
    with pytest.raises(InputError, match=r"--overlay .*marked is no folder"):
        check_batch_file(
            tmp_path / "nowhere.jsonl", open_panel("ppocr", None), overlays=tmp_path / "marked"
        )


def test_allowed_text_is_fine_for_all_lines_or_for_one(tmp_path: Path, capsys) -> None:
    poster(tmp_path / "a.png", "SUMMER SALE", "NORTHLINE OPEN")
    path = batch(
        tmp_path / "items.jsonl",
        {"image": "a.png", "copy": ["SUMMER SALE"], "allow": ["Northline"]},
        {"image": "a.png", "copy": ["SUMMER SALE"]},
        {"image": "a.png", "copy": ["SUMMER SALE"], "allow": ["Northlime"]},
    )
    check_batch_file(path, open_panel("ppocr", None), allowed=["open"])
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["status"] for answer in answers] == ["accept", "reject", "reject"]
    (asked,) = answers[1]["findings"]
    assert asked["box"]["y"] > 0.5
    assert 'nearly "Northlime"' in answers[2]["findings"][0]["message"]


@given(st.integers(1, 10**6), st.text(min_size=1, max_size=300))
def test_no_image_name_leads_an_overlay_astray(line: int, name: str) -> None:
    made = overlay_name(line, name)
    assert Path(made).name == made
    assert not set(made) & set('/\\\0:*?"<>|')
    assert len(made.encode()) <= 255
    assert made.startswith(f"{line:04}-")
