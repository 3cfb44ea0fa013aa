"""The lines of images that were read last, thinned out, so that many fit.

Of the probabilities of a line, 18,708 a frame, nearly all are next to nothing. They are left out,
and whoever recalls lines gets them without, whether they were just read or long ago.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from presscheck.registry import ReadText
from presscheck.verification.posteriors import Alphabet, Posteriors

BYTES = 64 << 20
"""How much is remembered."""
THIN = 1e-8
"""Probabilities below this are left out; all that matters is far above."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Thin:
    """A line with the probabilities that count: where they are, and their values."""

    line: ReadText
    alphabet: Alphabet | None
    across: float
    shape: tuple[int, ...]
    places: np.ndarray[Any, np.dtype[np.int32]]
    values: np.ndarray[Any, np.dtype[np.float32]]

    @property
    def size(self) -> int:
        """Bytes, about."""
        return 200 + self.places.nbytes + self.values.nbytes


def _thin(line: ReadText) -> _Thin:
    full = line.posteriors
    chances = np.zeros((0, 0), np.float32) if full is None else full.chances
    places = np.flatnonzero(chances >= THIN).astype(np.int32)
    return _Thin(
        line=replace(line, posteriors=None),
        alphabet=None if full is None else full.alphabet,
        across=0.0 if full is None else full.across,
        shape=chances.shape,
        places=places,
        values=chances.reshape(-1)[places],
    )


def _full(thin: _Thin) -> ReadText:
    if thin.alphabet is None:
        return thin.line
    chances = np.zeros(thin.shape, np.float32)
    chances.reshape(-1)[thin.places] = thin.values
    posteriors = Posteriors(chances=chances, alphabet=thin.alphabet, across=thin.across)
    return replace(thin.line, posteriors=posteriors)


class Memory:
    """Lines by a key, those used last, up to a number of bytes. Safe for many threads."""

    def __init__(self, limit: int = BYTES) -> None:
        self._limit, self._lock = limit, threading.Lock()
        self._kept: OrderedDict[str, tuple[_Thin, ...]] = OrderedDict()

    def keep(self, key: str, lines: Iterable[ReadText]) -> list[ReadText]:
        """Remember lines, and return them as they are recalled.

        Those that were not used for longest are forgotten.
        """
        thinned = tuple(map(_thin, lines))
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = thinned
            while self._kept and self._bytes() > self._limit:
                self._kept.popitem(last=False)
        return [_full(line) for line in thinned]

    def recall(self, key: str) -> list[ReadText] | None:
        """Return the lines of a key; None when they are forgotten, or were never known."""
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
        return None if known is None else [_full(line) for line in known]

    def _bytes(self) -> int:
        return sum(line.size for lines in self._kept.values() for line in lines)
