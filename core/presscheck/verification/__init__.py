"""Compares what a reader found with the copy that was asked for. Pure: no reader, no files."""

from presscheck.verification.panel import Panel, verdict_on
from presscheck.verification.preread import preread
from presscheck.verification.proofread import Look, overall, proofread
from presscheck.verification.slots import Expected

__all__ = ["Expected", "Look", "Panel", "overall", "preread", "proofread", "verdict_on"]
