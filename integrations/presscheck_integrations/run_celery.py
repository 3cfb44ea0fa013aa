"""Runs campaigns as Celery tasks: with an embedded broker and workers, or on a real broker."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from presscheck.errors import EXIT_DELIVERY, Cancelled, InputError, PresscheckError
from presscheck.hookspecs import hookimpl
from presscheck.registry import RunnerEntry

if TYPE_CHECKING:
    from celery import Celery

    from presscheck.assets import Asset
    from presscheck.job import Job
    from presscheck.press import Press, Result
    from presscheck_integrations.celery_app import Workshop

POLL_SECONDS = 0.2
EMBEDDED = "memory://"


class StoppedError(PresscheckError):
    """A worker stopped the run."""

    def __init__(self, told: str, exit_code: int) -> None:
        super().__init__(told)
        self.exit_code = exit_code


class CeleryRunner:
    """Submits a campaign and waits until every asset is settled."""

    def run(self, press: Press, campaign: Path, *, broker: str | None) -> Result:
        """Run a campaign on `broker`, or on one inside this process.

        Raises:
            InputError: The broker cannot be reached, or nobody works for it.
            Cancelled: `press.stop` was set. On a real broker the workers go on.
        """
        from presscheck.press import only_one
        from presscheck.stages.integrate import ready_deliverers

        job = press.open(campaign)
        with only_one(press.work, job.run), ExitStack() as stack:
            ready_deliverers(job)
            app = connected_app(broker or EMBEDDED)
            workshop = make_workshop(app, press)
            if broker is None:
                stack.enter_context(embedded_workers(app))
            else:
                require_workers(app, broker)
            workshop.submit(job, alone=broker is None)
            return wait_until_closed(press, job, told=broker is not None)

    def work(self, press: Press, *, broker: str, queues: Sequence[str]) -> None:
        """Serve `queues` of a broker until SIGTERM; one process, one task at a time."""
        app = connected_app(broker)
        make_workshop(app, press)
        # A thread for the task keeps the worker's own one free to answer who is there.
        arguments = ["worker", "--pool=threads", "--concurrency=1", "--loglevel=INFO"]
        arguments += ["-Q", ",".join(queues)]
        app.worker_main(arguments)


def make_workshop(app: Celery, press: Press) -> Workshop:
    """Register the tasks of `press` with an application."""
    from presscheck_integrations.celery_app import Workshop

    return Workshop(app, press)


def connected_app(broker: str) -> Celery:
    """Make the application and see that its broker answers.

    Raises:
        InputError: It doesn't; the URL's password is not repeated.
    """
    from kombu.exceptions import KombuError
    from kombu.utils.url import maybe_sanitize_url

    from presscheck_integrations.celery_app import make_app

    shown = "URL"
    try:
        shown = maybe_sanitize_url(broker)
        app = make_app(broker)
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=2, interval_start=1, timeout=5)
    except (KombuError, OSError, ValueError, KeyError, ImportError) as error:
        raise InputError(
            f"the broker {shown or 'URL'} cannot be used: {type(error).__name__}.",
            remedy="Start it, or check --broker (redis://host:6379/0 or amqp://host).",
        ) from error
    return app


@contextmanager
def embedded_workers(app: Celery) -> Generator[None]:
    """Serve all queues inside this process: one thread for the engine, one for all else."""
    from celery.contrib.testing.worker import start_worker

    with ExitStack() as stack:
        for queues in ("engine", "cpu,delivery"):
            stack.enter_context(
                start_worker(
                    app,
                    concurrency=1,
                    pool="threads",
                    perform_ping_check=False,
                    loglevel="ERROR",
                    shutdown_timeout=60.0,
                    queues=queues,
                )
            )
        yield


def require_workers(app: Celery, broker: str) -> None:
    """Raise InputError when no worker answers on a real broker."""
    from kombu.utils.url import maybe_sanitize_url

    if not app.control.ping(timeout=2.0):
        shown = maybe_sanitize_url(broker)
        raise InputError(
            f"no worker serves {shown}.", remedy=f"Start one: presscheck worker --broker {shown}"
        )


def wait_until_closed(press: Press, job: Job, *, told: bool) -> Result:
    """Wait for the end of a run; with `told`, tell the watcher what the ledger says meanwhile."""
    from presscheck.press import Result
    from presscheck_integrations.celery_app import CLOSED

    seen: dict[str, int] = {}
    while CLOSED not in (problems := job.ledger.problems(job.run)):
        if press.stop.is_set():
            raise Cancelled
        if "" in problems:
            code, text = problems[""]
            raise StoppedError(text, code)
        if told:
            seen = tell_changes(job, seen)
        time.sleep(POLL_SECONDS)
    failed = {name: problem for name, problem in problems.items() if problem[0]}
    for code, text in failed.values():
        if code != EXIT_DELIVERY:
            raise StoppedError(text, code)
    refused = tuple(
        f"{'manifest.json' if name == CLOSED else name}: {text}"
        for name, (_, text) in failed.items()
    )
    return Result(run=job.run, assets=tuple(job.ledger.assets(job.run)), problems=refused)


def tell_changes(job: Job, seen: dict[str, int]) -> dict[str, int]:
    """Tell the watcher of attempts that other processes made since `seen`."""
    now: dict[str, int] = {}
    for asset in job.ledger.assets(job.run):
        now[asset.spec.id] = len(asset.attempts)
        for attempt in asset.attempts[seen.get(asset.spec.id, 0) :]:
            _tell(job, asset, attempt.number, accepted=attempt.accepted)
    return now


def _tell(job: Job, asset: Asset, number: int, *, accepted: bool) -> None:
    from presscheck.job import Event

    note = "accept" if accepted else "reject"
    job.watch(Event(stage="proofed", assets=(asset.spec.id,), done=number, note=note))


@hookimpl
def register_runners() -> Iterator[RunnerEntry]:
    """Offer the runner called `celery`."""
    yield RunnerEntry(
        name="celery", summary="as Celery tasks, embedded or on a broker", create=CeleryRunner
    )
