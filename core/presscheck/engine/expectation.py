"""Computes what an accepted image may cost on one H100: `python -m presscheck.engine.expectation`.

Nothing here was measured by presscheck: it is arithmetic on what others published. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

WHOLE = 64.3
"""Seconds of a 1024x1024 image on one H100: the README of zai-org/GLM-Image."""
AR, REQUEST = 24.7, 61.1
"""Seconds of the AR stage, and of the whole request, on two A800: vLLM-Omni's recipe."""
ALONE, IN_EIGHT = 20.3, 3.0
"""Seconds of the AR stage a request, alone and in batches of 8, on four NPUs: SGLang PR 30683."""
RIGHT = 0.91
"""Word accuracy on CVTG-2K: the same README."""
WORDS = (1, 5, 10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seconds:
    """What an accepted image costs, in seconds of the engine, in three ways of getting there.

    `plain` repeats the whole pipeline until every word is right. `batched` does so with plans made
    in batches of 8. `repaired` plans once in a batch, and renders a wrong word's region anew until
    it is right, each time at the price of a whole render.
    """

    words: int
    chance: float
    plain: float
    batched: float
    repaired: float


def stages() -> tuple[float, float, float]:
    """Return seconds of a plan alone, of a plan in a batch of 8, and of a render, on one H100.

    The README's total is split as vLLM-Omni's request is, and batched as SGLang's plans are.

    >>> [round(seconds, 1) for seconds in stages()]
    [26.0, 3.8, 38.3]
    """
    alone = WHOLE * AR / REQUEST
    return alone, alone * IN_EIGHT / ALONE, WHOLE - alone


def expect(words: int) -> Seconds:
    """Return what copy of some words costs, if words fail independently of each other.

    >>> five = expect(5)
    >>> round(five.chance, 2), round(five.plain), round(five.batched), round(five.repaired)
    (0.62, 103, 68, 61)
    """
    _, plan, render = stages()
    chance = RIGHT**words
    # A word is wrong with 1 - RIGHT, and takes 1 / RIGHT renders more on average until it is right.
    repairs = words * (1 - RIGHT) / RIGHT
    return Seconds(
        words=words,
        chance=chance,
        plain=WHOLE / chance,
        batched=(plan + render) / chance,
        repaired=plan + render * (1 + repairs),
    )


def main() -> None:
    """Print the table of docs/engine.md."""
    from rich.console import Console
    from rich.table import Table

    alone, batched, render = stages()
    table = Table("words", "all right at once", "plain loop", "plans batched", "and slots repaired")
    for found in map(expect, WORDS):
        seconds = (f"{value:.1f} s" for value in (found.plain, found.batched, found.repaired))
        table.add_row(str(found.words), f"{found.chance:.0%}", *seconds)
    console = Console(width=100)
    console.print("Computed, not measured: seconds of one H100 for an accepted 1024x1024 image.")
    console.print(
        f"A plan takes {alone:.1f} s, in a batch of 8 {batched:.1f} s; a render {render:.1f} s."
    )
    console.print(table)


if __name__ == "__main__":
    main()
