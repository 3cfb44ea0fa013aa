"""A round: plans are made while earlier ones are rendered, and images are proofed beside both.

What is made doesn't depend on who is faster: seeds belong to assets, and which plans share a batch
follows from the round alone. Only the order in which images are done does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import BoundedSemaphore

from presscheck.assets import Pull
from presscheck.engine.contract import Engine
from presscheck.errors import PluginError
from presscheck.job import Job
from presscheck.stages.extract import Planned, pull
from presscheck.stages.planning import Round, planned

HAND_OVER = 0.0002
"""Seconds for which a thread may keep the interpreter while others want it. Python's own 5 ms are
too long here: planning lets go of it a hundred times for a token, and would wait as often."""

Pulled = Callable[[Pull], object]
"""Called with each image as soon as it is in the blobs, by the thread that rendered it."""
Failed = Callable[[str, PluginError], object]
"""Called with an asset's id when a plugin fails for it; the others go on."""


def pull_round(job: Job, round_: Round, engine: Engine, pulled: Pulled, failed: Failed) -> None:
    """Plan what a round wants in this thread, and render it in others, one for each worker.

    Planning goes on while a batch of plans waits for the workers, and is never further ahead.

    Raises:
        EngineError: As the engine raises it; what was rendered before is kept.
        Cancelled: The job was stopped.
    """
    workers = engine.capabilities.workers
    room = BoundedSemaphore(workers + engine.capabilities.batch)

    def work(item: Planned) -> None:
        try:
            pulled(pull(job, item, engine))
        except PluginError as error:
            failed(item.asset.spec.id, error)
        finally:
            room.release()

    renders: list[Future[None]] = []
    with _hand_over(), ThreadPoolExecutor(workers, thread_name_prefix="render") as pool:
        try:
            for item in planned(job, round_, engine):
                room.acquire()
                _raise_failure(renders)
                renders.append(pool.submit(work, item))
            for render in renders:
                render.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _hand_over() -> Generator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, HAND_OVER))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _raise_failure(renders: list[Future[None]]) -> None:
    for render in renders:
        if render.done():
            render.result()
