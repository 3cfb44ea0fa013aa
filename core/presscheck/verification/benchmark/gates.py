"""What a gate without presscheck would say: text read by a reader as it comes, and one number."""

from __future__ import annotations

import time
from dataclasses import dataclass

from presscheck.verification.benchmark.cases import Case, make_case
from presscheck.verification.benchmark.metrics import (
    long_text_accuracy,
    normalised_edit_distance,
    word_accuracy,
)
from presscheck.verification.benchmark.readers import reader
from presscheck.verification.normalise import allowed_case, normalise

NED = 0.97
"""From this on a gate by normalised edit distance accepts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gated:
    """What each gate says of a case, and the seconds of the CPU that reading it took."""

    case: Case
    accepted: dict[str, bool]
    seconds: float


def gate_case(seed: int, name: str, number: int, *, apart: bool = False) -> Gated:
    """Draw a case, read it with a reader, and ask every gate."""
    case, image = make_case(seed, number, apart=apart)
    using = reader(name)
    started = time.process_time()
    lines = [text.text for text in using.read(image)]
    seconds = time.process_time() - started
    wanted = [normalise(text.text) for text in case.copy]
    read = [normalise(line) for line in lines]
    return Gated(
        case=case,
        seconds=seconds,
        accepted={
            "exact text": _exact(wanted, read),
            "word accuracy of 1": word_accuracy(wanted, read) == 1,
            f"NED from {NED}": normalised_edit_distance(wanted, read) >= NED,
            "LongText accuracy of 1": long_text_accuracy(wanted, read) == 1,
        },
    )


def _exact(wanted: list[str], read: list[str]) -> bool:
    """Tell whether every text stands in what was read, line after line, and nothing else does."""
    whole = " ".join(read)
    texts = [allowed_case(text, whole) for text in wanted]
    return all(text in whole for text in texts) and len(whole) == len(" ".join(texts))
