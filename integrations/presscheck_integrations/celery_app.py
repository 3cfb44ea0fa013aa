"""The stages as Celery tasks.

Messages carry ids only. Every task may be delivered twice or killed halfway: what it did is in the
ledger, and doing it again changes nothing. Queues: `engine` (one process a GPU), `cpu` (proof and
finish), `delivery`.
"""

# Celery has no complete type information; `Any` stays within this module.
from __future__ import annotations

import socket
import uuid
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from celery import Celery

from presscheck.assets import Asset, AssetState
from presscheck.errors import Cancelled, DeliveryError, PresscheckError, TransientError
from presscheck.job import Event, Job
from presscheck.press import Press, by_size, engine_name, rules_of
from presscheck.stages.extract import plan_round, proof, pull
from presscheck.stages.integrate import deliver, deliver_manifest, deliverers, finish

QUEUES = ("engine", "cpu", "delivery")
LEASE_SECONDS = 120.0
"""How long a task may be silent before another worker may take it over."""
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
    # Redis gives a task to another worker after this time, so it exceeds the longest task; the
    # two intervals make it look for lost tasks every second instead of every hundred.
    return {
        "visibility_timeout": 3600,
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

    def submit(self, job: Job) -> None:
        """Queue whatever a run needs next, wherever an earlier try left it."""
        self._jobs[job.run] = job
        job.ledger.start_afresh(job.run)
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
            lease = f"{run}/{name}/{ids!r}"[:300]
            try:
                self._take(job, lease)
                try:
                    work(job, *ids)
                finally:
                    job.ledger.release(lease, self.owner)
            except Cancelled:
                return
            except TransientError as error:
                self._retry(celery_task, job, error, ids)
            except PresscheckError as error:
                self._give_up(job, name, error, ids)

        return task

    def _take(self, job: Job, lease: str) -> None:
        if not job.ledger.lease(lease, self.owner, LEASE_SECONDS):
            raise BusyError

    def _retry(self, celery_task: Any, job: Job, error: TransientError, ids: Sequence[Any]) -> None:
        tried = celery_task.request.retries
        if isinstance(error, BusyError):
            raise celery_task.retry(countdown=1.0)
        if tried >= RETRIES:
            self._give_up(job, "deliver", error, ids)
            return
        raise celery_task.retry(countdown=min(0.5 * 2**tried, 30.0))

    def _give_up(self, job: Job, name: str, error: PresscheckError, ids: Sequence[Any]) -> None:
        asset = str(ids[0]) if name == "deliver" and ids else ""
        job.ledger.record_problem(job.run, asset, error.exit_code, str(error))
        if isinstance(error, DeliveryError | TransientError) and asset:
            note = f"not delivered: {error.problem}"
            job.watch(Event(stage="settled", assets=(asset,), note=note))
            self._close_when_settled(job)

    def _roll(self, job: Job, names: list[str]) -> None:
        waiting = [name for name in names if self._waits_for_proof(job, name)]
        for name in waiting:
            self.send("proof", job.run, name)
        engine = job.make_engine()
        planned = plan_round(job, [name for name in names if name not in waiting], engine)
        for name in names:
            self._send_on(job, job.ledger.asset(job.run, name))
        for item in planned:
            pull(job, item, engine)
            self.send("proof", job.run, item.asset.spec.id)
        if not planned:
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
            proof(job, name, len(asset.attempts) + 1, rules_of(job, asset.spec))
        # Whoever proofs the last pull of a size sends its failed assets into the next round.
        group = [names for names in by_size(job) if name in names]
        if group and not any(self._waits_for_proof(job, other) for other in group[0]):
            self.send("roll", job.run, group[0])

    def _finish(self, job: Job, name: str) -> None:
        asset = job.ledger.asset(job.run, name)
        self._send_on(job, finish(job, name, rules_of(job, asset.spec)))

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
