"""Shares of what was counted, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""The 97.5 % point of the normal distribution: intervals are of 95 %."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A share with its Wilson interval of 95 % (Wilson 1927)."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """The share; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Both ends of the interval.

        >>> tuple(round(end, 3) for end in Rate(hits=2, of=100).interval)
        (0.006, 0.07)
        """
        if not self.of:
            return 0.0, 1.0
        middle = (self.share + Z**2 / (2 * self.of)) / (1 + Z**2 / self.of)
        spread = self.share * (1 - self.share) / self.of + Z**2 / (4 * self.of**2)
        half = Z * sqrt(spread) / (1 + Z**2 / self.of)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = (100 * end for end in self.interval)
        return f"{100 * self.share:.1f} % ({low:.1f}-{high:.1f}; {self.hits} of {self.of})"
