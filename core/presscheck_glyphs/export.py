# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
"""Writes trained weights as ONNX: `python -m presscheck_glyphs.export WEIGHTS` (needs `onnx`).

They are stored in half precision, and computed with in single: half the size, the same verdicts.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from presscheck_glyphs.net import GlyphNet
from presscheck_glyphs.strips import HEIGHT

NAMES = ("strips", "letters", "middles")
OPSET = 17
LARGE = 256
"""From so many values on weights are stored in half precision."""


class _Odds(nn.Module):
    """The network without the names of the characters seen, which only training needs."""

    def __init__(self, net: GlyphNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, strips: Tensor, letters: Tensor, middles: Tensor) -> Tensor:
        odds: Tensor = self.net(strips, letters, middles)[0]
        return odds


def export(weights: Path, out: Path) -> None:
    """Write the network with `weights`, as `train` saved them, to `out`."""
    onnx: Any = import_module("onnx")
    net = GlyphNet()
    net.load_state_dict(torch.load(weights, map_location="cpu"))
    example = (
        torch.zeros(1, 1, HEIGHT, 320),
        torch.full((1, 9), 2),
        torch.linspace(20, 300, 9)[None],
    )
    write: Any = torch.onnx.export
    write(
        _Odds(net).eval(),
        example,
        str(out),
        input_names=list(NAMES),
        output_names=["odds"],
        dynamic_axes={
            "strips": {0: "lines", 3: "width"},
            "letters": {0: "lines", 1: "glyphs"},
            "middles": {0: "lines", 1: "glyphs"},
        },
        dynamo=False,
        opset_version=OPSET,
    )
    model: Any = onnx.load(out)
    _halve(model, onnx)
    onnx.checker.check_model(model)
    onnx.save(model, out)


def _halve(model: Any, onnx: Any) -> None:
    """Store large weights in half precision, each behind a cast back to single."""
    casts: list[Any] = []
    for one in model.graph.initializer:
        values = onnx.numpy_helper.to_array(one)
        if values.dtype != np.float32 or values.size < LARGE:
            continue
        name = one.name
        one.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(
            onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT)
        )
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)


def main() -> None:
    """Write what was trained as ONNX."""
    parser = argparse.ArgumentParser(prog="python -m presscheck_glyphs.export")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("weights.onnx"))
    asked = parser.parse_args()
    export(asked.weights, asked.out)


if __name__ == "__main__":
    main()
