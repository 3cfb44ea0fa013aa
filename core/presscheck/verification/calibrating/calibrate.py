"""From a campaign's assets to its calibration."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from itertools import chain
from multiprocessing import get_context

from presscheck.assets import Status, Thresholds
from presscheck.calibration import (
    Calibration,
    Judged,
    PlattFit,
    ReadAs,
    Share,
    StringResult,
    Verdicts,
    made_for,
)
from presscheck.registry import Reader
from presscheck.verification.benchmark.readers import inspector, reader
from presscheck.verification.calibrating.measure import Bench, Measured, measure
from presscheck.verification.calibrating.platt import Bin, calibration_error, fit, reliability
from presscheck.verification.calibrating.sounding import MOST, Sounding
from presscheck.verification.calibrating.strings import Copy
from presscheck.verification.calibrating.thresholds import FEWEST, cases_needed, choose
from presscheck.verification.rates import Rate

READABLE = 0.5
"""A string is readable when this share of its right settings is accepted."""
NAMED = 5
"""How many characters are named at most for a string, the most frequent first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Curves:
    """How predictions of right characters came true: the verifier's own, and the fitted ones."""

    before: tuple[Bin, ...]
    after: tuple[Bin, ...]


def soundings(bench: Bench, copies: Sequence[Copy], workers: int) -> Iterator[Measured]:
    """Yield what is measured of each string, in their order, by so many processes.

    Raises:
        CopyError: A string doesn't fit its slot.
        FontError: A font cannot be used.
    """
    if workers == 1:
        used = reader(bench.reader)
        yield from (measure(bench, used, copy, inspector()) for copy in copies)
        return
    # Forked processes would share the locks of the inference runtime's threads.
    with ProcessPoolExecutor(workers, get_context("spawn"), _leave_interrupts) as pool:
        try:
            yield from pool.map(partial(_measure, bench), copies)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _leave_interrupts() -> None:
    """Let the main process alone answer Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _measure(bench: Bench, copy: Copy) -> Measured:
    return measure(bench, reader(bench.reader), copy, inspector())


def calibrate(
    campaign: str, bench: Bench, used: Reader, measured: Sequence[Measured], far: float
) -> tuple[Calibration, Curves | None]:
    """Choose thresholds for a wanted rate of false accepts, and tell how each string fares by them.

    The curves are None where the reader gives no probabilities, or all characters were right.
    """
    judged = {name: _judge(name, measured, far) for name in _slots(measured)}
    platt, curves = _probabilities(measured)
    calibration = Calibration(
        version=1,
        presscheck=version("presscheck"),
        campaign=campaign,
        brand=made_for(bench.brand),
        reader=used.name,
        far=far,
        seed=bench.seed,
        views=bench.views,
        slots=judged,
        strings=tuple(_told(one, judged) for one in measured),
        platt=platt,
    )
    return calibration, curves


def _slots(measured: Iterable[Measured]) -> list[str]:
    """Return the slots that something was read of, in their order."""
    return list(dict.fromkeys(one.copy.slot.name for one in measured if one.right))


def _judge(slot: str, measured: Sequence[Measured], far: float) -> Judged:
    own = [one for one in measured if one.copy.slot.name == slot]
    alike = [one for one in measured if one.font == own[0].font]
    few = sum(len(one.wrong) for one in own if _legible(one)) < FEWEST
    # What no threshold accepts says nothing about thresholds, and would flatter their rates.
    pool = [one for one in (alike if few else own) if _legible(one)]
    right = list(chain.from_iterable(one.right for one in pool))
    wrong = list(chain.from_iterable(one.wrong for one in pool))
    thresholds = choose(right, wrong, far)
    false_accepts = _rate(wrong, thresholds, Status.ACCEPT)
    return Judged(
        accept=thresholds.accept,
        reject=thresholds.reject,
        no_space=thresholds.no_space,
        pool="font" if few else "slot",
        false_accepts=_share(false_accepts),
        false_rejects=_share(_rate(right, thresholds, Status.REJECT)),
        unsure=_share(_rate(right, thresholds, Status.UNSURE)),
        met=false_accepts.share <= far,
        enough=len(wrong) >= cases_needed(far),
    )


def _legible(one: Measured) -> bool:
    """Tell whether a string can be read at the most lenient threshold."""
    accepted = sum(sounding.least < MOST for sounding in one.right)
    return bool(one.right) and accepted >= READABLE * len(one.right)


def _rate(soundings_: Sequence[Sounding], thresholds: Thresholds, status: Status) -> Rate:
    hits = sum(one.status(thresholds) is status for one in soundings_)
    return Rate(hits=hits, of=len(soundings_))


def _share(rate: Rate) -> Share:
    low, high = rate.interval
    return Share(hits=rate.hits, of=rate.of, low=round(low, 5), high=round(high, 5))


def _told(one: Measured, judged: dict[str, Judged]) -> StringResult:
    thresholds = judged[one.copy.slot.name].thresholds if one.right else Thresholds()
    right = _verdicts(one.right, thresholds)
    readable = right.settings and right.accepted >= READABLE * right.settings
    refused = [each for each in one.right if each.status(thresholds) is not Status.ACCEPT]
    characters = tuple(ReadAs(expected=char, read="", times=0) for char in one.unknown)
    return StringResult(
        slot=one.copy.slot.name,
        text=one.copy.slot.text,
        locale=one.copy.spec.locale,
        width=one.copy.spec.width,
        height=one.copy.spec.height,
        font=one.font,
        status="unsupported" if one.unknown else "readable" if readable else "unreadable",
        characters=characters or _characters(refused),
        right=right,
        wrong=_verdicts(one.wrong, thresholds),
    )


def _verdicts(soundings_: Sequence[Sounding], thresholds: Thresholds) -> Verdicts:
    found = Counter(one.status(thresholds) for one in soundings_)
    return Verdicts(
        accepted=found[Status.ACCEPT], unsure=found[Status.UNSURE], rejected=found[Status.REJECT]
    )


def _characters(refused: Iterable[Sounding]) -> tuple[ReadAs, ...]:
    """Return what was misread in right settings, the most frequent first."""
    found = Counter(pair for one in refused for pair in dict.fromkeys(one.edits))
    return tuple(
        ReadAs(expected=expected, read=read, times=times)
        for (expected, read), times in found.most_common(NAMED)
    )


def _probabilities(measured: Iterable[Measured]) -> tuple[PlattFit | None, Curves | None]:
    marks = [mark for one in measured for each in (*one.right, *one.wrong) for mark in each.marks]
    losses, right = [mark.loss for mark in marks], [mark.right for mark in marks]
    fitted = fit(losses, right)
    if fitted is None:
        return None, None
    curves = Curves(
        before=reliability([mark.posterior for mark in marks], right),
        after=reliability(fitted(losses), right),
    )
    told = PlattFit(
        slope=round(fitted.slope, 6),
        intercept=round(fitted.intercept, 6),
        right=sum(right),
        wrong=len(right) - sum(right),
        error_before=round(calibration_error(curves.before), 6),
        error_after=round(calibration_error(curves.after), 6),
    )
    return told, curves
