"""Pictures of how far verdicts can be trusted: a reliability diagram, and an ROC.

They need matplotlib: `pip install 'presscheck[plots]'`.
"""

# matplotlib's own annotations leave keyword arguments open.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from presscheck.errors import InputError, StorageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#116c6a", "#f26b5b", "#1b2a4e", "#c8961e", "#7a5195", "#5f6b76")
MARKS = ("o", "s", "D", "^", "v", "P")
INK, FAINT = "#33373d", "#c9ccd1"
LEAST = 1e-3
"""Rates below this, 0 too, are drawn at it: an axis of powers has no zero."""

Point = tuple[float, float]
"""A false reject rate and a false accept rate, 0-1."""


class Observed(Protocol):
    """A share with its interval, as `presscheck.verification.rates.Rate` is."""

    @property
    def of(self) -> int:
        """Return how many cases there were."""
        ...

    @property
    def share(self) -> float:
        """Return the share of them, 0-1."""
        ...

    @property
    def interval(self) -> tuple[float, float]:
        """Return both ends of its interval."""
        ...


class Bin(Protocol):
    """Predictions of about the same probability, and how many came true."""

    @property
    def predicted(self) -> float:
        """Return the mean probability that was predicted."""
        ...

    @property
    def observed(self) -> Observed:
        """Return the share that came true."""
        ...


def reliability(path: Path, curves: Mapping[str, Sequence[Bin]]) -> None:
    """Draw how often predictions came true, a curve each, with their intervals; counts below.

    The end of `path` says the format: PNG, SVG or PDF.

    Raises:
        InputError: matplotlib isn't installed.
        StorageError: The file cannot be written.
    """
    figure = _figure(5.6, 6.2)
    upper, lower = figure.subplots(2, 1, height_ratios=(4, 1), sharex=True)
    upper.plot((0, 1), (0, 1), color=FAINT, linewidth=1, linestyle="--", zorder=0)
    width = 0.07 / max(1, len(curves))
    for number, (name, bins) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        _draw_bins(upper, bins, name, colour, MARKS[number % len(MARKS)])
        middle = [min(0.95, int(10 * one.predicted) / 10 + 0.05) for one in bins]
        aside = (number - (len(curves) - 1) / 2) * width
        places = [place + aside for place in middle]
        lower.bar(places, [one.observed.of for one in bins], width, color=colour)
    upper.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="observed share of right characters")
    upper.set_title("How often a character is right, by its probability", loc="left")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    lower.set(xlabel="probability that the character is right", ylabel="characters", yscale="log")
    lower.set_ylim(bottom=0.7)
    _save(figure, path, (upper, lower))


def _draw_bins(axes: Axes, bins: Sequence[Bin], name: str, colour: str, mark: str) -> None:
    x, y = [one.predicted for one in bins], [one.observed.share for one in bins]
    ends = [one.observed.interval for one in bins]
    below = [max(0.0, share - low) for share, (low, _) in zip(y, ends, strict=True)]
    above = [max(0.0, high - share) for share, (_, high) in zip(y, ends, strict=True)]
    axes.errorbar(
        x,
        y,
        yerr=(below, above),
        color=colour,
        marker=mark,
        markersize=5,
        linewidth=1.4,
        elinewidth=1,
        capsize=2.5,
        label=name,
    )


def roc(path: Path, curves: Mapping[str, Sequence[Point]], marks: Mapping[str, Point]) -> None:
    """Draw curves of (false reject rate, false accept rate), and marked operating points.

    A mark of a curve's name takes its colour. Both axes are of powers of ten; what is best lies at
    the lower left. The end of `path` says the format: PNG, SVG or PDF.

    Raises:
        InputError: matplotlib isn't installed.
        StorageError: The file cannot be written.
    """
    figure = _figure(5.6, 5.8 + 0.22 * len({*curves, *marks}))
    axes = figure.subplots()
    names = list(dict.fromkeys([*curves, *marks]))
    for number, name in enumerate(names):
        colour, mark = COLOURS[number % len(COLOURS)], MARKS[number % len(MARKS)]
        if name in curves:
            points = sorted((_seen(x), -_seen(y)) for x, y in curves[name])
            x, y = [point[0] for point in points], [-point[1] for point in points]
            label = "" if name in marks else name
            axes.plot(x, y, color=colour, linewidth=1.6, label=label, drawstyle="steps-post")
        if name in marks:
            place = marks[name]
            line = "-" if name in curves else ""
            axes.plot(
                *[[_seen(rate)] for rate in place],
                color=colour,
                marker=mark,
                markersize=7,
                linestyle=line,
                label=_told(name, place),
                clip_on=False,
            )
    axes.set(xscale="log", yscale="log", xlim=(LEAST, 1), ylim=(LEAST, 1))
    axes.set(xlabel="right copy refused", ylabel="wrong copy accepted")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: _percent(value))
    axes.set_title("Errors against each other, by threshold", loc="left")
    axes.set_box_aspect(1)
    figure.legend(loc="outside lower center", frameon=False)
    _save(figure, path, (axes,))


def _seen(rate: float) -> float:
    return max(rate, LEAST)


def _percent(rate: float) -> str:
    return f"{100 * rate:g} %" if rate > LEAST else f"≤ {100 * LEAST:g} %"


def _told(name: str, point: Point) -> str:
    return f"{name} ({100 * point[0]:.1f} %, {100 * point[1]:.1f} %)"


def _figure(width: float, height: float) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError(
            "matplotlib isn't installed.", remedy="Run: pip install 'presscheck[plots]'."
        ) from error
    return Figure(figsize=(width, height), layout="constrained")


def _save(figure: Figure, path: Path, every: Sequence[Axes]) -> None:
    for axes in every:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(INK)
        axes.tick_params(colors=INK)
        axes.grid(visible=True, color=FAINT, linewidth=0.4, alpha=0.6)
        axes.set_axisbelow(True)
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise StorageError(
            f"{path} cannot be written: {error}.", remedy="Name a PNG or SVG file in a folder."
        ) from error
