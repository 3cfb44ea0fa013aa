"""The recipe: a batch is learned by heart, and what is exported says what was trained."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import onnxruntime
import pytest
import torch

from presscheck_glyphs import train
from presscheck_glyphs.export import NAMES, export
from presscheck_glyphs.net import GlyphNet
from presscheck_glyphs.samples import World
from presscheck_glyphs.strips import HEIGHT
from presscheck_glyphs.strips import normalised as normalised_strip
from presscheck_glyphs.train import Batch, Kept, caught, collate, losses, normalised, words
from typefaces import face


def batch(lines: int, seed: str = "train") -> Batch:
    world = World(faces=[face("Inter").path], words=words(), random=Random(seed))
    return collate([world.sample() for _ in range(lines)])


def test_a_batch_is_learned_by_heart() -> None:
    torch.manual_seed(1)
    net, learned = GlyphNet((8, 8, 16), width=32), batch(10)
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3)
    told = []
    for _ in range(40):
        loss, odds, wrong = losses(net, learned, augment=True)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        told.append(float(loss.detach()))
    assert np.mean(told[-5:]) < 0.6 * np.mean(told[:5])
    assert odds.shape == wrong.shape
    assert set(wrong.tolist()) == {0, 1}


def test_lines_are_padded_and_spaces_not_judged() -> None:
    one = batch(5)
    count, glyphs = one.letters.shape
    assert one.strips.shape[:2] == (count, HEIGHT)
    assert one.strips.shape[2] % 32 == 0
    assert one.middles.shape == one.wrong.shape == (count, glyphs)
    assert bool((one.wrong[one.letters == 0] == -1).all())
    assert bool((one.wrong[one.letters == 1] == -1).all())


def test_strips_are_normalised_as_the_inspector_does() -> None:
    strips = batch(1).strips
    ours = normalised(strips)[0, 0].numpy()
    assert ours == pytest.approx(normalised_strip(strips[0].numpy()), abs=1e-4)


def test_the_oldest_lines_go_first() -> None:
    kept = Kept(most=2.5 * batch(2).strips.numel())
    made = [batch(2) for _ in range(4)]
    for one in made:
        kept.add(one)
    assert len(kept) == 2
    assert kept.lines == 8
    assert any(kept.choose(Random(seed)) is made[-1] for seed in range(9))


def test_how_many_are_caught_at_a_rate_of_false_alarms() -> None:
    odds = np.arange(10.0)
    wrong = np.array([0, 0, 0, 0, 0, 1, 0, 1, 1, 1])
    assert caught(odds, wrong, 0.0) == 0.75
    assert caught(odds, wrong, 0.2) == 1.0


@pytest.mark.filterwarnings("ignore")
def test_what_is_exported_says_what_was_trained(tmp_path: Path) -> None:
    torch.manual_seed(3)
    net = GlyphNet()
    torch.save(net.state_dict(), tmp_path / "net.pt")
    export(tmp_path / "net.pt", tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    net.eval()
    for glyphs, width in ((1, 64), (2, 88), (9, 400)):
        strips = torch.randn(1, 1, HEIGHT, width)
        letters = torch.randint(2, 90, (1, glyphs))
        middles = torch.linspace(10, width - 10, glyphs)[None]
        given = dict(zip(NAMES, (strips, letters, middles), strict=True))
        (odds,) = session.run(None, {name: one.numpy() for name, one in given.items()})
        with torch.no_grad():
            assert odds == pytest.approx(net(strips, letters, middles)[0].numpy(), abs=0.02)


def test_a_folder_without_fonts_is_told(monkeypatch, tmp_path, capsys) -> None:
    folders = ["--faces", str(tmp_path), "--held-out", str(tmp_path / "none")]
    monkeypatch.setattr("sys.argv", ["train", *folders, "--out", str(tmp_path / "net.pt")])
    assert train.main() == 2
    assert "Name a folder of font files." in capsys.readouterr().out
