"""What plugins register by name, and what each must be able to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from pydantic import JsonValue

from presscheck.assets import AssetSpec, Receipt

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL import Image

    from presscheck.brand import Brand
    from presscheck.engine.contract import Engine
    from presscheck.press import Press, Result
    from presscheck.spec import EngineChoice
    from presscheck.verification.posteriors import Posteriors
    from presscheck.verification.shapes.strip import Course


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadText:
    """One line of text that a reader found.

    `polygon` holds its corners in pixels of the image that was read, clockwise from the top left of
    the line as it is read. A line on an arc has more than four: along its top, and as many back.
    `score` is the reader's own confidence, 0-1. A recogniser that can gives its `posteriors`: then
    copy is scored character by character, and not only compared with `text`. `stacked` tells that
    the line runs downwards while its letters stand upright, beneath each other.
    """

    text: str
    score: float
    polygon: tuple[tuple[float, float], ...]
    posteriors: Posteriors | None = None
    stacked: bool = False


VERIFIER = "ppocr"
"""The reader that the copy verifier reads with."""


class Reader(Protocol):
    """Reads all text in an RGB image, in reading order."""

    @property
    def name(self) -> str:
        """Name and version of the reader and its weights."""
        ...

    def unreadable(self, text: str) -> frozenset[str]:
        """Return the characters of `text` that this reader does not know."""
        ...

    def read(self, image: Image.Image, *, closely: bool = False) -> list[ReadText]:
        """Return every line of text found.

        `closely` asks for a second look at a part of an image where copy is expected: what is
        hardly seen counts, too. A reader that knows only one way to look may ignore it.
        """
        ...


@runtime_checkable
class Polyglot(Protocol):
    """What a reader of many languages does besides: it takes hints, and says what to install."""

    def expecting(self, text: str) -> Reader:
        """Return a reader of the languages only that `text` needs; it isn't told the text."""
        ...

    def remedy(self, text: str) -> str:
        """Return what to install so that `text` can be read; empty when nothing would help."""
        ...


INSPECTOR = "glyphnet"
"""The inspector of glyphs that the copy verifier asks."""


class GlyphInspector(Protocol):
    """Tells malformed glyphs from whole ones, in faces that nobody named."""

    @property
    def name(self) -> str:
        """Name of the inspector, and a digest of its weights."""
        ...

    def malformed(
        self, pixels: npt.NDArray[np.uint8], course: Course, text: str, ways: Sequence[float]
    ) -> Sequence[float]:
        """Return for each character of a line the log odds that it is malformed.

        `pixels` are those of the RGB image, (height, width, 3); the line runs along `course` and
        says `text`, whose characters stand at `ways`, in pixels from where it begins. What it
        cannot judge has odds of minus infinity.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Master:
    """The image on its way to delivery: RGB pixels, and the XMP packet its files will carry.

    `typeset` names the slots that were set with the brand's font, as opposed to drawn.
    """

    image: Image.Image
    typeset: tuple[str, ...] = ()
    xmp: bytes | None = None


class Finisher(Protocol):
    """Changes the master: an upscaler, a grade, a mark."""

    def finish(self, master: Master, asset: AssetSpec) -> Master:
        """Return the finished master; the asset says the delivered pixels."""
        ...


class Deliverer(Protocol):
    """Puts files at a target. Putting the same bytes under the same name twice is one delivery."""

    def deliver(self, name: str, data: bytes, *, digest: str, media_type: str) -> Receipt:
        """Put `data` (whose SHA-256 is `digest`) at `name`, a relative POSIX path.

        Raises:
            TransientError: It may succeed a little later.
            DeliveryError: It will not; the remedy says what to change.
        """
        ...

    def check(self) -> None:
        """Raise DeliveryError when the target cannot be written; called before any engine time."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineEntry:
    """An engine by name, made only when it is needed."""

    name: str
    summary: str
    create: Callable[[EngineChoice], Engine]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderEntry:
    """A reader by name, made only when it is needed.

    One that may not judge `alone` is asked for second opinions only. A `substitute` reads the slots
    that the chosen reader doesn't know.
    """

    name: str
    summary: str
    create: Callable[[], Reader]
    alone: bool = True
    substitute: bool = False

    def __post_init__(self) -> None:
        if self.substitute and not self.alone:
            raise ValueError(f"{self.name}: a substitute judges alone; this reader may not")


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectorEntry:
    """An inspector of glyphs by name, made only when it is needed."""

    name: str
    summary: str
    create: Callable[[], GlyphInspector]


@dataclass(frozen=True, kw_only=True, slots=True)
class FinisherEntry:
    """A finisher by name. `picture` ones run before copy is typeset, `mark` ones at the end."""

    name: str
    summary: str
    phase: Literal["picture", "mark"]
    create: Callable[[Brand], Finisher]


@dataclass(frozen=True, kw_only=True, slots=True)
class DelivererEntry:
    """A deliverer by name; `create` gets the options of the campaign's delivery target."""

    name: str
    summary: str
    create: Callable[[Mapping[str, JsonValue]], Deliverer]


@dataclass(frozen=True, kw_only=True, slots=True)
class BrandEntry:
    """A brand kit by name: the path of its `brand.yaml`."""

    name: str
    path: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelEntry:
    """A channel preset: the pixels that a channel shows best. `note` says where it is seen."""

    name: str
    width: int
    height: int
    note: str = ""


class Runner(Protocol):
    """Runs a campaign's stages somewhere: in this process, or as tasks of a queue."""

    def run(self, press: Press, campaign: Path, *, broker: str | None) -> Result:
        """Make, proof and deliver `campaign` with the parts of `press`."""
        ...

    def work(self, press: Press, *, broker: str, queues: Sequence[str]) -> None:
        """Serve as a worker of `broker` until it is told to stop."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class RunnerEntry:
    """A runner by name, made only when it is needed."""

    name: str
    summary: str
    create: Callable[[], Runner]
