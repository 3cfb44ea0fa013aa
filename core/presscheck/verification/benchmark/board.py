"""The score board: tables of rates by kind of mistake, language and font class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.table import Table

from presscheck.assets import Status
from presscheck.verification.benchmark.gates import Gated
from presscheck.verification.benchmark.score import (
    Outcome,
    false_accepts,
    false_rejects,
    named,
    trade_off,
    unsure,
)
from presscheck.verification.mistakes import DRAWN, KINDS
from presscheck.verification.rates import Rate

Key = Callable[[Outcome], str]
GROUPS: dict[str, Key] = {
    "type": lambda one: "known" if one.case.known else "not known",
    "language": lambda one: one.case.language,
    "face": lambda one: one.case.face,
    "ground": lambda one: one.case.look.ground,
    "bend": lambda one: one.case.look.bend,
    "contrast": lambda one: one.case.look.contrast,
}


def plain(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return all but the adverts with a malformed glyph."""
    return [one for one in outcomes if one.case.mistake != DRAWN]


def malformed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the adverts with a malformed glyph."""
    return [one for one in outcomes if one.case.mistake == DRAWN]


def by_type(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Return the adverts whose font the verifier was told, and the others."""
    return {
        "type known": [one for one in outcomes if one.case.known],
        "type not known": [one for one in outcomes if not one.case.known],
    }


def whole(outcomes: Sequence[Outcome]) -> dict[str, Rate]:
    """Return the rates of all cases."""
    return {
        "right adverts rejected (FRR)": false_rejects(outcomes),
        "wrong adverts accepted (FAR), but malformed glyphs": false_accepts(plain(outcomes)),
        **{
            f"malformed glyphs accepted, {what}": false_accepts(malformed(these))
            for what, these in by_type(outcomes).items()
        },
        "left unsure": unsure(outcomes),
        "wrong character named, of those rejected": named(outcomes),
    }


def tables(outcomes: Sequence[Outcome]) -> Iterator[Table]:
    """Yield the verifier's tables; intervals are Wilson's, of 95 %."""
    table = Table("what", "rate", title=f"Verifier, {len(outcomes)} adverts")
    for what, rate in whole(outcomes).items():
        table.add_row(what, str(rate))
    mean = sum(one.seconds for one in outcomes) / len(outcomes)
    table.caption = f"{mean:.2f} CPU seconds an advert, on one thread."
    yield table
    table = Table("mistake", "accepted", "unsure", "rejected", "named", title="By kind of mistake")
    for kind in KINDS:
        these = [one for one in outcomes if one.case.mistake == kind]
        count = {status: sum(one.status is status for one in these) for status in Status}
        table.add_row(
            kind,
            str(false_accepts(these)),
            str(count[Status.UNSURE]),
            str(count[Status.REJECT]),
            f"{100 * named(these).share:.0f} %",
        )
    yield table
    for name, key in GROUPS.items():
        table = Table(name, "FRR", "FAR", "malformed accepted", title=f"By {name}")
        for value in sorted({key(one) for one in outcomes}):
            these = [one for one in outcomes if key(one) == value]
            rates = (
                false_rejects(these),
                false_accepts(plain(these)),
                false_accepts(malformed(these)),
            )
            table.add_row(value, *map(str, rates))
        yield table


def trade_offs(outcomes: Sequence[Outcome]) -> dict[str, list[tuple[float, float]]]:
    """Return (right refused, wrong accepted) by threshold, but for malformed glyphs."""
    return {what: trade_off(plain(these)) for what, these in by_type(outcomes).items() if these}


def marks(outcomes: Sequence[Outcome], gated: Sequence[Gated]) -> dict[str, tuple[float, float]]:
    """Return where the verifier and each gate stand: right adverts not accepted, wrong accepted."""
    points = {
        what: (
            1 - _accepted(one for one in these if not one.case.mistake),
            false_accepts(plain(these)).share,
        )
        for what, these in by_type(outcomes).items()
        if these
    }
    gates = {gate: (frr.share, far.share) for gate, (frr, far, _) in gate_rates(gated).items()}
    return {**points, **gates}


def _accepted(outcomes: Iterable[Outcome]) -> float:
    every = list(outcomes)
    return sum(one.status is Status.ACCEPT for one in every) / max(1, len(every))


def gate_rates(gated: Sequence[Gated]) -> dict[str, tuple[Rate, Rate, Rate]]:
    """Return what each gate rejects of the right, accepts of the wrong, and of the malformed."""
    right = [one for one in gated if not one.case.mistake]
    broken = [one for one in gated if one.case.mistake == DRAWN]
    wrong = [one for one in gated if one.case.mistake not in {"", DRAWN}]
    return {
        gate: (
            Rate(hits=sum(not one.accepted[gate] for one in right), of=len(right)),
            Rate(hits=sum(one.accepted[gate] for one in wrong), of=len(wrong)),
            Rate(hits=sum(one.accepted[gate] for one in broken), of=len(broken)),
        )
        for gate in (gated[0].accepted if gated else ())
    }


def gate_table(outcomes: Sequence[Outcome], gated: Sequence[Gated], reader: str) -> Table:
    """Return the verifier beside gates on another reader as it comes."""
    table = Table("gate", "FRR", "FAR", "malformed accepted", title=f"Beside gates on {reader}")
    rates = (
        false_rejects(outcomes),
        false_accepts(plain(outcomes)),
        false_accepts(malformed(outcomes)),
    )
    table.add_row("presscheck", *map(str, rates))
    for gate, found in gate_rates(gated).items():
        table.add_row(gate, *map(str, found))
    if not gated:
        return table
    mean = sum(one.seconds for one in gated) / len(gated)
    table.caption = f"{reader} takes {mean:.2f} CPU seconds an advert; one that is accepted takes "
    table.caption += " and ".join(
        f"{ours:.2f} where the {what}, {ours / mean:.2f} of that"
        for what, these in by_type(outcomes).items()
        if (ours := _clean_seconds(these))
    )
    return table


def _clean_seconds(outcomes: Iterable[Outcome]) -> float:
    clean = [one.seconds for one in outcomes if one.status is Status.ACCEPT]
    return sum(clean) / max(1, len(clean))


def as_json(outcomes: Sequence[Outcome], gated: Sequence[Gated]) -> dict[str, object]:
    """Return all rates as JSON values: hits, of, and both ends of the interval."""
    return {
        "verifier": {what: _rate(rate) for what, rate in whole(outcomes).items()},
        "gates": {
            gate: dict(zip(("frr", "far", "malformed"), map(_rate, rates), strict=True))
            for gate, rates in gate_rates(gated).items()
        },
    }


def _rate(rate: Rate) -> dict[str, object]:
    low, high = rate.interval
    return {"hits": rate.hits, "of": rate.of, "low": round(low, 5), "high": round(high, 5)}
