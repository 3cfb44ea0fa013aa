"""A campaign on its way: everything that a stage needs, handed in, nothing global."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from presscheck.assets import AssetSpec
from presscheck.errors import Cancelled

if TYPE_CHECKING:
    from pydantic import JsonValue

    from presscheck.blobs import Blobs
    from presscheck.brand import Brand
    from presscheck.engine.contract import Engine, Step
    from presscheck.ledger import Ledger
    from presscheck.plugins import Plugins
    from presscheck.spec import Campaign


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something a watcher may show: a stage of some assets, with what is done of how much."""

    stage: str
    assets: tuple[str, ...]
    done: int = 0
    total: int = 0
    note: str = ""


Watch = Callable[[Event], None]


def unwatched(_: Event) -> None:
    """Watch nothing."""


class Share:
    """Seconds of a clock that fell to one of those that use it."""

    def __init__(self) -> None:
        self.seconds = 0.0


class SharedClock:
    """Divides the time that passes among those at work: what runs beside each other is paid once.

    >>> clock = SharedClock()
    >>> with clock.share() as one, clock.share() as other:
    ...     time.sleep(0.01)
    >>> 0.01 <= one.seconds + other.seconds < 1
    True
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._working: list[Share] = []
        self._since = 0.0

    @contextmanager
    def share(self) -> Generator[Share]:
        """Give a share that grows while the block runs."""
        share = Share()
        with self._lock:
            self._divide()
            self._working.append(share)
        try:
            yield share
        finally:
            with self._lock:
                self._divide()
                self._working.remove(share)
            share.seconds = round(share.seconds, 3)

    def _divide(self) -> None:
        now = time.perf_counter()
        for share in self._working:
            share.seconds += (now - self._since) / len(self._working)
        self._since = now


@dataclass(frozen=True, kw_only=True)
class Job:
    """One run of one campaign with the parts it works with.

    `make_engine` is called when the first roll needs the engine, never for a run that only has to
    be delivered. `stop` set from any thread ends the work at the next token or step. Plans and
    renders are charged by `engine_time`.
    """

    run: str
    campaign: Campaign
    brand: Brand
    plugins: Plugins
    ledger: Ledger
    blobs: Blobs
    make_engine: Callable[[], Engine]
    watch: Watch = unwatched
    stop: threading.Event = field(default_factory=threading.Event)
    engine_time: SharedClock = field(default_factory=SharedClock)

    def check_stop(self) -> None:
        """Raise Cancelled when the work was interrupted."""
        if self.stop.is_set():
            raise Cancelled

    def progress(self, assets: tuple[str, ...]) -> Callable[[Step], None]:
        """Return a progress callback for the engine that also carries the interruption."""

        def report(step: Step) -> None:
            self.check_stop()
            self.watch(
                Event(
                    stage=step.stage,
                    assets=assets,
                    done=step.done,
                    total=step.total,
                    note=step.note,
                )
            )

        return report

    @contextmanager
    def stage(self, name: str, asset: AssetSpec) -> Generator[Stopwatch]:
        """Time a stage of one asset and tell the observers of its begin, end or failure."""
        self.check_stop()
        self.plugins.before_stage(name, asset)
        watch = Stopwatch()
        try:
            yield watch
        except Exception as error:
            self.plugins.on_stage_error(name, asset, error)
            raise
        watch.stop()
        self.plugins.after_stage(name, asset, watch.seconds)


class Stopwatch:
    """Seconds since it was made, until it is stopped."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._end: float | None = None

    def stop(self) -> None:
        """Keep the seconds as they are now."""
        self._end = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds so far, to the millisecond."""
        end = time.perf_counter() if self._end is None else self._end
        return round(end - self._start, 3)


def digest_of(value: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def step_key(stage: str, version: str, inputs: Mapping[str, JsonValue]) -> str:
    """Return the key under which a step is paid for once: stage, who does it, and its inputs."""
    return digest_of({"stage": stage, "version": version, "inputs": dict(inputs)})


def derive_seed(seed: int, *path: object) -> int:
    """Return a 32-bit seed for one roll; the same path from the same seed gives the same."""
    text = ":".join(str(part) for part in (seed, *path))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
