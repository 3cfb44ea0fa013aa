"""Faces that tests draw with, by their families."""

from __future__ import annotations

from presscheck.verification.benchmark.faces import Face, faces


def face(family: str) -> Face:
    return next(one for one in faces() if one.family == family)
