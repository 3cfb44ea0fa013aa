"""From which losses on a slot is accepted, or rejected; chosen slot by slot."""

from __future__ import annotations

from dataclasses import dataclass

from presscheck.assets import Thresholds


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The thresholds of a slot, in losses of its characters; see `presscheck.verification.forced`.

    A character is right below `accept`: by default no alternative is twice as likely, exp(0.7).
    It is wrong from `reject` on: one is fifty times as likely, exp(4). A space is missing, or one
    too many, from `no_space` on, unless the ink says otherwise. The defaults are chosen on the
    benchmark's set.
    """

    accept: float = 0.7
    reject: float = 4.0
    no_space: float = 8.0

    def __post_init__(self) -> None:
        if not self.accept <= self.reject <= self.no_space:
            raise ValueError(f"accept <= reject <= no_space must hold, not {self}")

    @property
    def thresholds(self) -> Thresholds:
        """The same as a verdict tells it."""
        return Thresholds(accept=self.accept, reject=self.reject, no_space=self.no_space)
