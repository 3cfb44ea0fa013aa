"""Learns what a reader cannot read of a campaign, and which thresholds its slots need."""

from presscheck.verification.calibrating.calibrate import Curves, calibrate, soundings
from presscheck.verification.calibrating.measure import Bench
from presscheck.verification.calibrating.strings import distinct

__all__ = ["Bench", "Curves", "calibrate", "distinct", "soundings"]
