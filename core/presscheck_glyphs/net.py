"""The network: what a strip shows around each glyph, held against its neighbours.

A residual network (He et al. 2016) sees the strip; around each glyph's middle its features are
sampled, told which character should stand there, and compared along the line by a transformer
encoder (Vaswani et al. 2017), so that a glyph is seen beside those of the same face.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from presscheck_glyphs.alphabet import NOTHING, SIZE
from presscheck_glyphs.strips import HEIGHT

STRIDE = 8
"""Pixels of a strip for each column of features."""
ROWS = HEIGHT // STRIDE
AROUND = (-24.0, -16.0, -8.0, 0.0, 8.0, 16.0, 24.0)
"""Pixels from a glyph's middle at which features are sampled."""
FARTHEST = 64.0
"""Pixels; distances to the neighbours are told in parts of it."""


class Block(nn.Module):
    """Two convolutions and a way past them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, seen: Tensor) -> Tensor:
        """Return features of the same shape, (lines, channels, rows, columns)."""
        return torch.relu(seen + self.body(seen))


def _shrink(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )


class Layer(nn.Module):
    """A layer of an encoder: glyphs look at one another, then each is thought over."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attend = nn.Linear(width, 3 * width)
        self.told = nn.Linear(width, width)
        self.think = nn.Sequential(
            nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width)
        )

    def forward(self, line: Tensor, there: Tensor) -> Tensor:
        """Return (lines, glyphs, width) anew; `there` is (lines, glyphs): where there is one."""
        parts = self.attend(self.before(line)).unflatten(-1, (3, self.heads, -1))
        asked, keys, values = parts.permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(
            asked, keys, values, attn_mask=there[:, None, None, :]
        )
        line = line + self.told(seen.transpose(1, 2).flatten(2))
        thought: Tensor = line + self.think(self.after(line))
        return thought


class GlyphNet(nn.Module):
    """Gives each glyph of a line the logarithm of the odds that it is malformed."""

    def __init__(self, channels: tuple[int, int, int] = (32, 64, 128), width: int = 192) -> None:
        super().__init__()
        first, second, third = channels
        self.eye = nn.Sequential(
            _shrink(1, first),
            _shrink(first, second),
            Block(second),
            Block(second),
            _shrink(second, third),
            Block(third),
            Block(third),
        )
        self.column = nn.Sequential(nn.Conv2d(third, 128, (ROWS, 1)), nn.ReLU())
        self.letter = nn.Embedding(SIZE, 64)
        self.beside = nn.Embedding(SIZE, 32)
        self.join = nn.Sequential(
            nn.Linear(128 * len(AROUND) + 64 + 2 * 32 + 2, 2 * width),
            nn.ReLU(),
            nn.Linear(2 * width, width),
        )
        self.line = nn.ModuleList([Layer(width, 4), Layer(width, 4)])
        self.wrong = nn.Linear(width, 1)
        self.named = nn.Linear(128 * len(AROUND), SIZE)

    def forward(self, strips: Tensor, letters: Tensor, middles: Tensor) -> tuple[Tensor, Tensor]:
        """Return log odds, (lines, glyphs), and logits of the characters seen, (.., SIZE).

        `strips` are (lines, 1, HEIGHT, width), of mean 0; `letters` are numbers of characters,
        (lines, glyphs), 0 where there is none; `middles` are in pixels, (lines, glyphs).
        """
        seen = self.column(self.eye(strips))[:, :, 0].transpose(1, 2)
        columns = torch.arange(seen.shape[1], device=seen.device, dtype=middles.dtype)
        around = torch.tensor(AROUND, device=seen.device, dtype=middles.dtype)
        at = (middles[:, :, None] + around - (STRIDE - 1) / 2) / STRIDE
        share = torch.relu(1 - (at[..., None] - columns).abs())
        count, glyphs = letters.shape
        share = share.reshape(count, glyphs * len(AROUND), -1).to(seen.dtype)
        windows = (share @ seen).reshape(count, glyphs, -1)
        before = torch.cat([letters[:, :1] * 0, letters[:, :-1]], dim=1)
        after = torch.cat([letters[:, 1:], letters[:, :1] * 0], dim=1)
        steps = (middles[:, 1:] - middles[:, :-1]) / FARTHEST
        ends = middles[:, :1] * 0
        gaps = torch.stack([torch.cat([ends, steps], 1), torch.cat([steps, ends], 1)], dim=-1)
        told = torch.cat(
            [
                windows,
                self.letter(letters),
                self.beside(before),
                self.beside(after),
                gaps.clamp(-2, 2).to(windows.dtype),
            ],
            dim=-1,
        )
        line, there = self.join(told), letters != NOTHING
        for layer in self.line:
            line = layer(line, there)
        return self.wrong(line)[..., 0], self.named(windows)
