"""What the contact sheet says, ready to print: the template only lays it out."""

from __future__ import annotations

from dataclasses import dataclass

from presscheck.report.differences import Line
from presscheck.report.images import Preview


@dataclass(frozen=True, kw_only=True, slots=True)
class Circle:
    """An ellipse around wrong letters, in thousandths of a picture's width and height.

    `across` and `down` are its half axes; `title` says what is wrong.
    """

    x: float
    y: float
    across: float
    down: float
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A frame over a picture, in thousandths of its width and height; `label` ties it to a row.

    `title` says what is wrong there, `circles` where exactly.
    """

    label: str
    kind: str
    x: float
    y: float
    width: float
    height: float
    title: str
    circles: tuple[Circle, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingView:
    """What one verifier read in a slot, and with which reader."""

    verifier: str
    reader: str
    status: str
    trouble: str
    equal: bool
    read: Line
    expected: Line
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotView:
    """A row of the copy table."""

    label: str
    name: str
    text: str
    drawn_by: str
    status: str
    readings: tuple[ReadingView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingView:
    """Something a verifier noticed in the whole picture."""

    label: str
    severity: str
    check: str
    message: str
    remedy: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptView:
    """One roll among its siblings."""

    number: int
    roll: str
    reason: str
    accepted: bool
    shown: bool
    picture: Preview | None
    marks: tuple[Mark, ...]
    problems: tuple[str, ...]
    seeds: str
    plan: str
    seconds: str
    stages: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptView:
    """Where a file lies."""

    target: str
    location: str
    digest: str
    size: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetView:
    """One asset of the sheet. `kind` is passed, review or open."""

    number: int
    id: str
    title: str
    size: str
    ratio: str
    locale: str
    variant: int
    state: str
    kind: str
    reason: str
    alt: str
    picture: Preview | None
    marks: tuple[Mark, ...]
    slots: tuple[SlotView, ...]
    findings: tuple[FindingView, ...]
    attempts: tuple[AttemptView, ...]
    prompt: str
    receipts: tuple[ReceiptView, ...]
