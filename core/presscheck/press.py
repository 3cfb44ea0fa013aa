"""Press: runs a campaign in this process."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from pydantic import JsonValue, TypeAdapter
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from presscheck.assets import Asset, AssetSpec, AssetState, Finding, Pull
from presscheck.blobs import Blobs
from presscheck.brand import Brand
from presscheck.errors import (
    CopyError,
    DeliveryError,
    PluginError,
    StorageError,
    TransientError,
)
from presscheck.job import Event, Job, Watch, digest_of, unwatched
from presscheck.ledger import Ledger
from presscheck.loading import load_brand, load_campaign
from presscheck.plugins import Plugins, pick
from presscheck.registry import Deliverer
from presscheck.spec import Campaign
from presscheck.stages.calibrated import with_calibration
from presscheck.stages.collect import collect, resolve_placements
from presscheck.stages.decide import settle
from presscheck.stages.extract import proof
from presscheck.stages.integrate import deliver, deliver_manifest, finish, ready_deliverers
from presscheck.stages.key_visual import with_key_visual
from presscheck.stages.planning import Round, open_round
from presscheck.stages.rounds import pull_round
from presscheck.stages.validate import refuse_errors, validate

if TYPE_CHECKING:
    from presscheck.engine.contract import Engine

DEFAULT_WORK = Path(".presscheck")
"""The work folder: ledger and blobs."""


Ship = Callable[[Asset], None]
"""Sees to it that an asset is finished and delivered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """How a run ended. `problems` are targets that refused what was accepted."""

    run: str
    assets: tuple[Asset, ...]
    problems: tuple[str, ...] = ()

    @property
    def delivered(self) -> int:
        """How many assets were delivered to every target."""
        return sum(asset.state is AssetState.DELIVERED for asset in self.assets)


class Press:
    """Makes, proofs and delivers campaigns.

    >>> from presscheck import Press
    >>> result = Press().run("campaign.yaml")  # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        plugins: Plugins | None = None,
        work: Path = DEFAULT_WORK,
        ledger: str | None = None,
        watch: Watch = unwatched,
    ) -> None:
        self.plugins = plugins or Plugins.load()
        self.work = work
        self.watch = watch
        self.stop = threading.Event()
        self._ledger_url = ledger
        self._engines: dict[str, Engine] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Press:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the engines."""
        for engine in self._engines.values():
            engine.close()
        self._engines.clear()

    def load(self, campaign: Path | str | Campaign) -> tuple[Campaign, Brand]:
        """Read a campaign and its brand; channel presets become sizes.

        Raises:
            InputError: Something in either file is wrong; the error says where.
        """
        folder = folder_of(campaign)
        if not isinstance(campaign, Campaign):
            campaign = load_campaign(Path(campaign))
        resolved = resolve_placements(campaign, self.plugins.channels())
        return resolved, self.brand(campaign.brand, folder)

    def brand(self, name: str, folder: Path = Path()) -> Brand:
        """Return an installed brand kit by name, or the one in the file `name` below `folder`."""
        if name.endswith((".yaml", ".yml")):
            return load_brand(folder / name)
        return load_brand(pick(self.plugins.brands(), name, "brand").path)

    def engine(self, campaign: Campaign) -> Engine:
        """Return the campaign's engine, made once a set of settings."""
        choice = campaign.engine
        key = choice.model_dump_json()
        with self._lock:
            if key not in self._engines:
                entry = pick(self.plugins.engines(), choice.name, "engine")
                self._engines[key] = entry.create(choice)
            return self._engines[key]

    def preflight(self, campaign: Path | str | Campaign) -> list[Finding]:
        """Return all findings about a campaign without making anything."""
        spec, brand = self.load(campaign)
        found, told = self.collect(spec, brand, folder_of(campaign))
        assets, _ = with_key_visual(found, spec, folder_of(campaign))
        return told + validate(assets, spec, brand, self.plugins, self.engine(spec))

    def collect(
        self, campaign: Campaign, brand: Brand, folder: Path
    ) -> tuple[list[AssetSpec], list[Finding]]:
        """Return a loaded campaign's assets as its calibration judges them, and its findings."""
        found = collect(campaign, brand, self.plugins)
        return with_calibration(found, campaign, brand, self.plugins, folder)

    def run(self, campaign: Path | str | Campaign) -> Result:
        """Make, proof and deliver a campaign; a run that was interrupted goes on where it was.

        Raises:
            PreflightError: Something must be solved first; nothing was made.
            EngineError: The engine cannot work; what was delivered before stays delivered.
            PluginError: A plugin failed for an asset; the other assets are delivered.
            Cancelled: `stop` was set; run again to go on.
        """
        job = self.open(campaign)
        with only_one(self.work, job.run):
            outbox = Outbox(job, ready_deliverers(job))
            open_assets = [name for names in by_size(job) for name in names]
            _roll_until_settled(job, open_assets, outbox)
            outbox.ship()
            if outbox.failure is not None:
                raise outbox.failure
            return outbox.close(engine_name(job))

    def open(self, campaign: Path | str | Campaign) -> Job:
        """Validate a campaign and enter it in the ledger; the same campaign is the same run."""
        spec, brand = self.load(campaign)
        found, told = self.collect(spec, brand, folder_of(campaign))
        assets, key_visual = with_key_visual(found, spec, folder_of(campaign))
        engine = self.engine(spec)
        refuse_errors(told + validate(assets, spec, brand, self.plugins, engine))
        job = self.job(run_id(spec, brand, assets, engine.name), spec, brand)
        entry: dict[str, JsonValue] = {
            "campaign": spec.model_dump(mode="json", by_alias=True),
            "brand": brand.model_dump(mode="json"),
            "folder": str(brand.folder),
        }
        if key_visual:
            job.blobs.put(key_visual)
        job.ledger.begin(job.run, entry, assets)
        return job

    def reopen(self, run: str) -> Job:
        """Return the job of a run that is in the ledger."""
        entry = self.ledger().job(run)
        spec = Campaign.model_validate(entry["campaign"])
        brand = Brand.model_validate(entry["brand"]).at(Path(str(entry["folder"])))
        return self.job(run, spec, brand)

    def ledger(self) -> Ledger:
        """Open the ledger of the work folder, or the one by URL."""
        return Ledger(self._ledger_url) if self._ledger_url else Ledger.at(self.work)

    def job(self, run: str, campaign: Campaign, brand: Brand) -> Job:
        """Put together what the stages of a run need."""
        return Job(
            run=run,
            campaign=campaign,
            brand=brand,
            plugins=self.plugins,
            ledger=self.ledger(),
            blobs=Blobs(self.work / "blobs"),
            make_engine=lambda: self.engine(campaign),
            watch=self.watch,
            stop=self.stop,
        )


class Outbox:
    """Finishes and delivers whatever is accepted, as soon as it is."""

    def __init__(self, job: Job, targets: Mapping[str, Deliverer]) -> None:
        self.job = job
        self.targets = targets
        self.problems: list[str] = []
        self.failure: PluginError | CopyError | None = None
        self._stuck: set[str] = set()

    @contextmanager
    def plugins_told(self, asset: str) -> Generator[None]:
        """Set an asset aside when a plugin fails for it; the first failure is told at the end."""
        try:
            yield
        except PluginError as error:
            self.set_aside(asset, error)

    def set_aside(self, asset: str, error: PluginError | CopyError) -> None:
        """Leave an asset for the next run."""
        self.failure = self.failure or error
        self._stuck.add(asset)

    def going(self, asset: str) -> bool:
        """Return False once an asset was set aside; the next run tries it again."""
        return asset not in self._stuck

    def ship(self) -> None:
        """Finish and deliver every asset that is accepted and not yet delivered."""
        for asset in self.job.ledger.assets(self.job.run):
            self.ship_asset(asset)

    def ship_asset(self, asset: Asset) -> None:
        """Finish and deliver an asset, if it is accepted and not yet delivered."""
        ready = asset.state in {AssetState.ACCEPTED, AssetState.FINISHED}
        if ready and self.going(asset.spec.id):
            with self.plugins_told(asset.spec.id):
                self._ship_one(asset)

    def _ship_one(self, asset: Asset) -> None:
        finish(self.job, asset.spec.id)
        try:
            with_retries(lambda: deliver(self.job, asset.spec.id, self.targets))
        except (DeliveryError, TransientError) as error:
            self.problems.append(f"{asset.spec.id}: {error}")
            self._stuck.add(asset.spec.id)
            note = f"not delivered: {error.problem}"
            self.job.watch(Event(stage="settled", assets=(asset.spec.id,), note=note))

    def close(self, engine: str) -> Result:
        """Write the manifest, unless a target refused something that it would list."""
        if not self.problems:
            try:
                with_retries(lambda: deliver_manifest(self.job, engine, self.targets))
            except (DeliveryError, TransientError) as error:
                self.problems.append(f"manifest.json: {error}")
        assets = tuple(self.job.ledger.assets(self.job.run))
        return Result(run=self.job.run, assets=assets, problems=tuple(self.problems))


def with_retries(action: Callable[[], object]) -> None:
    """Call `action` up to five times within about 15 seconds while it is a TransientError."""
    for attempt in Retrying(
        retry=retry_if_exception_type(TransientError),
        wait=wait_exponential(multiplier=0.5, max=8) + wait_random(0, 1),
        stop=stop_after_attempt(5),
        reraise=True,
    ):
        with attempt:
            action()


def _roll_until_settled(job: Job, names: Sequence[str], outbox: Outbox) -> None:
    """Roll round after round; beside them, what was accepted is shipped."""
    engine = job.make_engine()
    with ThreadPoolExecutor(1, "ship") as shipping:
        # What an earlier run accepted.
        shipped: list[Future[None]] = [shipping.submit(outbox.ship)]

        def ship(asset: Asset) -> None:
            shipped.append(shipping.submit(outbox.ship_asset, asset))

        while names:
            round_ = open_round(job, names, engine)
            for name, error in round_.failed.items():
                outbox.set_aside(name, error)
            _roll_once(job, round_, engine, outbox, ship)
            names = [name for name in round_.names if outbox.going(name)]
        for future in shipped:
            future.result()


def _roll_once(job: Job, round_: Round, engine: Engine, outbox: Outbox, ship: Ship) -> None:
    """Roll a round, and proof its images beside it."""
    with ThreadPoolExecutor(1, "proof") as proofs:
        proofed: list[Future[None]] = []

        def pulled(made: Pull) -> None:
            proofed.append(proofs.submit(_proof, job, made, engine, outbox, ship))

        pull_round(job, round_, engine, pulled, outbox.set_aside)
        for proof_ in proofed:
            proof_.result()


def _proof(job: Job, made: Pull, engine: Engine, outbox: Outbox, ship: Ship) -> None:
    """Proof an image, and ship it at once when it is accepted."""
    with outbox.plugins_told(made.asset):
        if proof(job, made.asset, made.number).accepted:
            settle(job, job.ledger.asset(job.run, made.asset), engine)
            ship(job.ledger.asset(job.run, made.asset))


def folder_of(campaign: Path | str | Campaign) -> Path:
    """Return the folder that a campaign's files are relative to."""
    return Path() if isinstance(campaign, Campaign) else Path(campaign).resolve().parent


def engine_name(job: Job) -> str:
    """Return name and version of the job's engine, as the manifest tells them."""
    return job.make_engine().name


def run_id(campaign: Campaign, brand: Brand, assets: Sequence[AssetSpec], engine: str) -> str:
    """Return the id of a run: the same campaign, brand files, engine and version are one run."""
    files = [font.file for font in brand.fonts.values()]
    files += [brand.logo.file] if brand.logo else []
    inputs = {
        "version": version("presscheck"),
        "engine": engine,
        "campaign": campaign.model_dump(mode="json", by_alias=True),
        "brand": brand.model_dump(mode="json"),
        "files": {name: file_digest(brand.file(name)) for name in files},
        "assets": [TypeAdapter(AssetSpec).dump_python(spec, mode="json") for spec in assets],
    }
    return digest_of(inputs)[:16]


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def only_one(work: Path, run: str) -> Generator[None]:
    """Hold a run for this process; the operating system gives it free when the process dies."""
    work.mkdir(parents=True, exist_ok=True)
    lock = FileLock(work / f"{run}.lock")
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout as error:
        raise StorageError(
            f"run {run} is at work in another process.",
            remedy="Wait for it, or use another --work folder.",
        ) from error


def by_size(job: Job) -> list[list[str]]:
    """Return the ids of all open assets, grouped by delivered size, as the engine batches them."""
    open_assets = [a.spec for a in job.ledger.assets(job.run) if a.state is AssetState.OPEN]
    ordered = sorted(open_assets, key=_size)
    return [[spec.id for spec in group] for _, group in groupby(ordered, key=_size)]


def _size(spec: AssetSpec) -> tuple[int, int]:
    return spec.width, spec.height
