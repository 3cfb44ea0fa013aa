"""Mistakes that a type checker must find, one a line that ends in `# wrong`."""

from __future__ import annotations

from presscheck import Press, Result
from presscheck.assets import AssetSpec, Box, Finding
from presscheck.engine.contract import Engine
from presscheck.registry import EngineEntry
from presscheck.testing import PaperEngine

Box(x=0, y=0, width="1", height=1)  # wrong
Finding(check="x", severity="loud", message="")  # wrong
EngineEntry(name="x", summary="", create=PaperEngine(wrong=1))  # wrong


class Half:
    """Lacks everything but a name."""

    name = "half"


engine: Engine = Half()  # wrong


def use(asset: AssetSpec, result: Result) -> None:
    """Misuse values."""
    asset.seed = 1  # wrong
    print(result.deliverd)  # wrong
    Press().run(5)  # wrong
