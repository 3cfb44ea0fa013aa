"""Compares drawn glyphs with those of the font that they should be set in, where it is known."""

from presscheck.verification.shapes.compare import (
    LineShapes,
    Shape,
    line_shapes,
    own_fit,
    rival_fit,
    rival_likeness,
)
from presscheck.verification.shapes.strip import Course
from presscheck.verification.shapes.template import KnownType, Sized, drawn_alike

__all__ = [
    "Course",
    "KnownType",
    "LineShapes",
    "Shape",
    "Sized",
    "drawn_alike",
    "line_shapes",
    "own_fit",
    "rival_fit",
    "rival_likeness",
]
