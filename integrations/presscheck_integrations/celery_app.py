"""The stages as Celery tasks.

Messages carry ids only. Every task may be delivered twice or killed halfway: what it did is in the
ledger, and doing it again changes nothing. Queues: `engine` (one process a GPU), `cpu` (proof and
finish), `delivery`.
"""

# Celery has no complete type information; `Any` stays within this module.
from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

from celery import Celery

from presscheck.assets import Asset, AssetState
from presscheck.errors import (
    Cancelled,
    DeliveryError,
    PluginError,
    PresscheckError,
    StorageError,
    TransientError,
)
from presscheck.job import Event, Job
from presscheck.press import Press, by_size, engine_name
from presscheck.stages.extract import proof
from presscheck.stages.integrate import deliver, deliver_manifest, deliverers, finish
from presscheck.stages.planning import open_round
from presscheck.stages.rounds import pull_round

QUEUES = ("engine", "cpu", "delivery")
LEASE_SECONDS = 20.0
"""How long a task's worker may be silent before another one may take the task over."""
VISIBILITY_SECONDS = 30
"""After which Redis gives a task that nobody finished to another worker.

It may be shorter than a task: whoever gets one that is still at work finds its lease, and waits.
"""
RETRIES = 5
CLOSED = "closed"
"""The entry among a run's problems that says it came to its end."""


class BusyError(TransientError):
    """Another worker is at it."""


def make_app(broker: str) -> Celery:
    """Make the Celery application for a broker's URL; nothing connects yet."""
    app = Celery("presscheck", broker=broker, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_default_queue="cpu",
        task_serializer="json",
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        task_routes={
            "presscheck.roll": {"queue": "engine"},
            "presscheck.deliver": {"queue": "delivery"},
            "presscheck.close": {"queue": "delivery"},
        },
        broker_transport_options=_transport_options(broker),
    )
    return app


def _transport_options(broker: str) -> dict[str, Any]:
    if broker.startswith("memory:"):
        return {"polling_interval": 0.02}
    if not broker.startswith("redis"):
        return {}
    # Lost tasks are looked for every second instead of every hundred.
    return {
        "visibility_timeout": VISIBILITY_SECONDS,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    }


class Workshop:
    """The tasks of one application, with the press they work on."""

    def __init__(self, app: Celery, press: Press) -> None:
        self.app = app
        self.press = press
        self.owner = f"{socket.gethostname()}:{uuid.uuid4().hex[:12]}"
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, Any] = {}
        for name in ("roll", "proof", "finish", "deliver", "close"):
            self._tasks[name] = app.task(name=f"presscheck.{name}", bind=True, max_retries=None)(
                self._guarded(name, getattr(self, f"_{name}"))
            )

    def job(self, run: str) -> Job:
        """Return the job of a run, opened once a worker."""
        if run not in self._jobs:
            self._jobs[run] = self.press.reopen(run)
        return self._jobs[run]

    def send(self, name: str, *ids: Any) -> None:
        """Queue a task."""
        self._tasks[name].apply_async(args=ids)

    def submit(self, job: Job, *, alone: bool) -> None:
        """Queue whatever a run needs next, wherever an earlier try left it.

        `alone` says that no other process can be at work on it.
        """
        self._jobs[job.run] = job
        job.ledger.start_afresh(job.run, alone=alone)
        for names in by_size(job):
            self.send("roll", job.run, names)
        for asset in job.ledger.assets(job.run):
            self._send_on(job, asset)
        self._close_when_settled(job)

    def _guarded(self, name: str, work: Callable[..., None]) -> Callable[..., None]:
        """Wrap a task: one worker at a time, transient errors retried, others in the ledger."""

        @wraps(work)
        def task(celery_task: Any, run: str, *ids: Any) -> None:
            job = self.job(run)
            if "" in job.ledger.problems(run):
                return  # the run has stopped; what is queued waits for the next try
            try:
                with self._leased(job, self._lease_name(job, name, ids)):
                    work(job, *ids)
            except Cancelled:
                return
            except TransientError as error:
                self._retry(celery_task, job, name, error, ids)
            except PresscheckError as error:
                self._give_up(job, name, error, ids)
            except Exception as error:  # noqa: BLE001 - whoever waits for the run has to know
                told = f"{name} failed with an unexpected {type(error).__name__}: {error}"
                self._give_up(job, name, PresscheckError(told), ids)
            if name in {"roll", "proof"}:
                self._next_round(job, ids[0][0] if name == "roll" else ids[0])

        return task

    def _lease_name(self, job: Job, name: str, ids: Sequence[Any]) -> str:
        if name == "roll":
            return self._roll_lease(job, ids[0][0])
        return f"{job.run}/{name}/{'/'.join(ids)}"

    def _roll_lease(self, job: Job, asset: str) -> str:
        """Return the lease of an asset's size: its rolls take turns, whichever assets they hold."""
        spec = job.ledger.asset(job.run, asset).spec
        return f"{job.run}/roll/{spec.width}x{spec.height}"

    @contextmanager
    def _leased(self, job: Job, lease: str) -> Generator[None]:
        """Hold a lease, renewed as long as this process lives; BusyError when another has it."""
        owner = f"{self.owner}:{uuid.uuid4().hex[:8]}"
        if not job.ledger.lease(lease, owner, LEASE_SECONDS):
            raise BusyError
        done = threading.Event()
        beat = threading.Thread(target=_renew, args=(job, lease, owner, done), daemon=True)
        beat.start()
        try:
            yield
        finally:
            done.set()
            beat.join()
            job.ledger.release(lease, owner)

    def _retry(
        self, celery_task: Any, job: Job, name: str, error: TransientError, ids: Sequence[Any]
    ) -> None:
        tried = celery_task.request.retries
        if isinstance(error, BusyError):
            raise celery_task.retry(countdown=1.0)
        if tried >= RETRIES:
            self._give_up(job, name, error, ids)
            return
        raise celery_task.retry(countdown=min(0.5 * 2**tried, 30.0))

    def _give_up(self, job: Job, name: str, error: PresscheckError, ids: Sequence[Any]) -> None:
        """Enter a problem: of one asset where the others can go on, else of the whole run."""
        if name in {"proof", "finish", "deliver"} and isinstance(
            error, PluginError | DeliveryError | TransientError
        ):
            self._set_aside(job, str(ids[0]), error)
            self._close_when_settled(job)
            return
        key = CLOSED if name == "close" else ""
        job.ledger.record_problem(job.run, key, error.exit_code, str(error))

    def _set_aside(self, job: Job, asset: str, error: PresscheckError) -> None:
        """Enter an asset's problem; the others go on, and the next run tries this one again."""
        job.ledger.record_problem(job.run, asset, error.exit_code, str(error))
        note = f"not delivered: {error.problem}"
        job.watch(Event(stage="settled", assets=(asset,), note=note))

    def _roll(self, job: Job, names: list[str]) -> None:
        waiting = [name for name in names if self._waits_for_proof(job, name)]
        for name in waiting:
            self.send("proof", job.run, name)
        engine = job.make_engine()
        round_ = open_round(job, [name for name in names if name not in waiting], engine)
        for name, error in round_.failed.items():
            self._set_aside(job, name, error)
        for name in names:
            self._send_on(job, job.ledger.asset(job.run, name))
        pull_round(
            job,
            round_,
            engine,
            lambda made: self.send("proof", job.run, made.asset),
            lambda name, error: self._set_aside(job, name, error),
        )
        if not round_.names:
            self._close_when_settled(job)

    def _waits_for_proof(self, job: Job, name: str) -> bool:
        asset = job.ledger.asset(job.run, name)
        return (
            asset.state is AssetState.OPEN
            and job.ledger.pull(job.run, name, len(asset.attempts) + 1) is not None
        )

    def _proof(self, job: Job, name: str) -> None:
        asset = job.ledger.asset(job.run, name)
        if self._waits_for_proof(job, name):
            proof(job, name, len(asset.attempts) + 1)

    def _next_round(self, job: Job, name: str) -> None:
        """Send what is open of an asset's size into the next round, once this one is at its end.

        A roll looks after it gave its lease back and a proof after its attempt is in the ledger,
        so whichever is last sees that it is; when both are, the second round finds nothing to do.
        """
        problems = job.ledger.problems(job.run)
        if "" in problems or job.stop.is_set() or job.ledger.held(self._roll_lease(job, name)):
            return
        size = _size(job.ledger.asset(job.run, name))
        group = [
            asset.spec.id
            for asset in job.ledger.assets(job.run)
            if asset.state is AssetState.OPEN
            and _size(asset) == size
            and asset.spec.id not in problems
        ]
        if group and not any(self._waits_for_proof(job, other) for other in group):
            self.send("roll", job.run, group)

    def _finish(self, job: Job, name: str) -> None:
        self._send_on(job, finish(job, name))

    def _deliver(self, job: Job, name: str) -> None:
        deliver(job, name, deliverers(job))
        self._close_when_settled(job)

    def _close(self, job: Job) -> None:
        deliver_manifest(job, engine_name(job), deliverers(job))
        job.ledger.record_problem(job.run, CLOSED, 0, "")

    def _send_on(self, job: Job, asset: Asset) -> None:
        if asset.state is AssetState.ACCEPTED:
            self.send("finish", job.run, asset.spec.id)
        elif asset.state is AssetState.FINISHED:
            self.send("deliver", job.run, asset.spec.id)

    def _close_when_settled(self, job: Job) -> None:
        problems = job.ledger.problems(job.run)
        settled = {AssetState.DELIVERED, AssetState.REVIEW}
        open_ = [
            asset
            for asset in job.ledger.assets(job.run)
            if asset.state not in settled and asset.spec.id not in problems
        ]
        if open_:
            return
        if problems:
            # A manifest lists only what is there: none while a target refuses something.
            job.ledger.record_problem(job.run, CLOSED, 0, "")
        else:
            self.send("close", job.run)


def _size(asset: Asset) -> tuple[int, int]:
    return asset.spec.width, asset.spec.height


def _renew(job: Job, lease: str, owner: str, done: threading.Event) -> None:
    while not done.wait(LEASE_SECONDS / 4):
        try:
            job.ledger.lease(lease, owner, LEASE_SECONDS)
        except StorageError:
            return  # the task itself meets the same trouble, and tells it
