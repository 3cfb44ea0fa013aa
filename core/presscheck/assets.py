"""The values that travel through a run. All are frozen, keyword-only and plain data.

Lengths in a `Box` are fractions of the image (0-1, origin top left) unless a field says pixels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class RenderMode(StrEnum):
    """Who draws a slot: the image model, the brand's fonts, or whichever succeeds first."""

    MODEL = "model"
    TYPESET = "typeset"
    AUTO = "auto"


class Status(StrEnum):
    """A verdict on one slot or one image."""

    ACCEPT = "accept"
    UNSURE = "unsure"
    REJECT = "reject"
    UNSUPPORTED = "unsupported"


class Severity(StrEnum):
    """How much a finding weighs: an error stops an asset, a warning is told."""

    ERROR = "error"
    WARNING = "warning"


class Trouble(StrEnum):
    """What a verifier saw wrong with a slot; the re-roll policy decides on it."""

    MISSING = "missing"
    MISPLACED = "misplaced"
    MISSPELT = "misspelt"
    UNREADABLE = "unreadable"
    LOOK = "look"


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A rectangle in fractions of the image: `x`, `y` is its top left corner."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        edges = (self.x, self.y, self.x + self.width, self.y + self.height)
        if min(self.width, self.height) < 0 or min(edges) < -1e-6 or max(edges) > 1 + 1e-6:
            raise ValueError(f"a box must lie within 0..1, not {self}")

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return (left, top, right, bottom) in whole pixels of a `width` x `height` image."""
        return (
            round(self.x * width),
            round(self.y * height),
            round((self.x + self.width) * width),
            round((self.y + self.height) * height),
        )

    def intersection(self, other: Box) -> float:
        """Return the common area as a fraction of the image."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0.0, across) * max(0.0, down)


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """The thresholds of a slot, in losses of its characters; see `presscheck.verification.forced`.

    A character is right below `accept`: by default no alternative is three times as likely, exp(1).
    It is wrong from `reject` on: one is fifty times as likely, exp(4). A space is missing, or one
    too many, from `no_space` on, unless the ink says otherwise. The defaults are chosen on the
    benchmark's set.
    """

    accept: float = 1.0
    reject: float = 4.0
    no_space: float = 8.0

    def __post_init__(self) -> None:
        if not self.accept <= self.reject <= self.no_space:
            raise ValueError(f"accept <= reject <= no_space must hold, not {self}")


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotCopy:
    """One slot of one asset, resolved for its locale and placement.

    `thresholds` are what a calibration found for it; without one the verifier's own count.
    """

    name: str
    text: str
    render: RenderMode
    box: Box
    thresholds: Thresholds | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetSpec:
    """One image to be made: placement x locale x variant of a campaign.

    `width` and `height` are the delivered pixels. `seed` starts every roll of this asset.
    `references` are blobs of images that it is made after. `forbidden` words may not be in its
    copy; `allowed` text may stand in its picture.
    """

    id: str
    campaign: str
    brand: str
    placement: str
    width: int
    height: int
    locale: str
    variant: int
    seed: int
    brief: str
    slots: tuple[SlotCopy, ...]
    forbidden: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    def slot(self, name: str) -> SlotCopy:
        """Return the slot called `name`."""
        return next(slot for slot in self.slots if slot.name == name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A reference image as the AR model saw it: its pixels' SHA-256, and its tokens, row-major."""

    digest: str
    rows: int
    columns: int
    tokens: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What the AR stage wrote: the tokens that the DiT stage renders.

    `tokens` is the large grid, row-major, `rows` x `columns`, one cell per 32 x 32 pixels; `draft`
    is the small grid that was written before it. `width`, `height` are the planned pixels
    (multiples of 32). Engines that cannot split leave both empty. `sources` are the reference
    images that it was made with; then there is no draft.
    """

    engine: str
    prompt: str
    seed: int
    width: int
    height: int
    rows: int
    columns: int
    tokens: tuple[int, ...]
    draft: tuple[int, ...] = ()
    sources: tuple[Source, ...] = ()
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.tokens and len(self.tokens) != self.rows * self.columns:
            raise ValueError(f"{len(self.tokens)} tokens do not fill {self.rows}x{self.columns}")

    @property
    def digest(self) -> str:
        """SHA-256 over what the render depends on; draft and seconds are left out."""
        parts = (self.engine, self.prompt, self.seed, self.width, self.height, self.tokens)
        shown = (self.sources,) if self.sources else ()
        return hashlib.sha256(repr((*parts, *shown)).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One image that may become the asset. `image` is the SHA-256 of a PNG blob.

    `typeset` names the slots that were set with the brand's font, as opposed to drawn.
    """

    asset: str
    roll: int
    image: str
    width: int
    height: int
    typeset: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing a person should know, with its remedy."""

    check: str
    severity: Severity
    message: str
    remedy: str = ""
    asset: str = ""
    slot: str = ""
    box: Box | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CharReading:
    """How one expected character fares in the image; see `presscheck.verification.forced`.

    `loss` is the logarithm of how many times likelier the best alternative is, `instead` that
    alternative, `posterior` the probability of the character among all alternatives.
    """

    character: str
    loss: float
    posterior: float
    instead: str
    box: Box


class EditKind(StrEnum):
    """How what was read differs from what was expected."""

    MISSING = "missing"
    EXTRA = "extra"
    SUBSTITUTED = "substituted"
    SWAPPED = "swapped"
    MERGED = "merged words"
    SPLIT = "split word"
    CASE = "wrong case"
    MALFORMED = "malformed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """One difference: `at` counts characters of the normalised expected text.

    `confidence` is 0-1. `box` is where it stands, counted out in letters where the reader gives no
    probabilities, and None where no line was found.
    """

    kind: EditKind
    expected: str
    read: str
    at: int
    confidence: float
    box: Box | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotReading:
    """What was read where a slot's copy was expected.

    `distance` counts edits between the normalised strings; `words` pairs each misspelt expected
    word with what was read in its place ("" when nothing was). `edits` says the same by character,
    `characters` how each expected one fares, where the reader gives probabilities, and `thresholds`
    what their losses were held against; None where words were compared. `loss` is the largest that
    counts: below `accept` the copy is right. `views` is how often the place was read.
    """

    slot: str
    expected: str
    read: str
    distance: int
    status: Status
    trouble: Trouble | None = None
    box: Box | None = None
    words: tuple[tuple[str, str], ...] = ()
    edits: tuple[Edit, ...] = ()
    characters: tuple[CharReading, ...] = ()
    thresholds: Thresholds | None = None
    views: int = 1
    loss: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What one verifier says of one candidate. Only `accept` lets it through.

    `reader` names what read the image, with the digests of its weights; "" when nothing did.
    """

    verifier: str
    status: Status
    reader: str = ""
    slots: tuple[SlotReading, ...] = ()
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0


class Roll(StrEnum):
    """What an attempt did anew, from the most to the least costly."""

    PLAN = "plan"
    RENDER = "render"
    REPAIR = "repair"
    TYPESET = "typeset"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the re-roll policy wants next: a roll, or None to stop.

    `accepted` tells a stop with a good candidate from giving up. `typeset` names all the slots
    to be set with the brand's font in the next attempt. `base` is the image that a TYPESET or
    REPAIR roll starts from, `repair` the slot whose region is rendered anew. `reason` is shown to
    people.
    """

    roll: Roll | None
    reason: str
    accepted: bool = False
    typeset: tuple[str, ...] = ()
    base: str = ""
    repair: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pull:
    """One roll that was rendered and waits for its proof. Digests name blobs.

    `base` is the engine's image before any slot is typeset. `preview` is what the plan's preview
    said, `dropped` how many plans before it were refused by theirs.
    """

    asset: str
    number: int
    decision: Decision
    prompt: str
    plan: str
    plan_seed: int
    render_seed: int
    base: str
    seconds: Mapping[str, float] = field(default_factory=dict[str, float])
    preview: Status | None = None
    dropped: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One roll of an asset, as the ledger keeps it. Digests name blobs.

    `base` is the image before any slot was typeset, so that typesetting never renders again.
    """

    asset: str
    number: int
    roll: Roll
    reason: str
    prompt: str
    plan: str
    plan_seed: int
    render_seed: int
    base: str
    candidate: Candidate
    verdicts: tuple[Verdict, ...]
    seconds: Mapping[str, float] = field(default_factory=dict[str, float])
    money: float = 0.0
    preview: Status | None = None
    dropped: int = 0

    @property
    def accepted(self) -> bool:
        """True when every verifier accepts."""
        return all(verdict.status is Status.ACCEPT for verdict in self.verdicts)


class AssetState(StrEnum):
    """Where an asset stands in its way through a run."""

    OPEN = "open"
    ACCEPTED = "accepted"
    FINISHED = "finished"
    DELIVERED = "delivered"
    REVIEW = "review"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendition:
    """One encoded file of an accepted asset. `digest` is the SHA-256 of its bytes."""

    asset: str
    name: str
    format: str
    width: int
    height: int
    digest: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """Proof that a file lies at a target. `location` is a path or URL without secrets."""

    target: str
    name: str
    location: str
    digest: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Asset:
    """An asset with all that happened to it."""

    spec: AssetSpec
    state: AssetState
    attempts: tuple[Attempt, ...] = ()
    renditions: tuple[Rendition, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    reason: str = ""
