"""Runs the stages one after the other in this process, without a queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from presscheck.errors import InputError
from presscheck.hookspecs import hookimpl
from presscheck.registry import RunnerEntry

if TYPE_CHECKING:
    from presscheck.press import Press, Result


class InProcessRunner:
    """The plainest runner."""

    def run(self, press: Press, campaign: Path, *, broker: str | None) -> Result:
        """Run a campaign.

        Raises:
            InputError: A broker was given; this runner has no use for it.
        """
        if broker is not None:
            raise InputError(
                "the press runner uses no broker.", remedy="Leave --broker or --runner press out."
            )
        return press.run(campaign)

    def work(self, press: Press, *, broker: str, queues: Sequence[str]) -> None:
        """Refuse: there is no queue to serve."""
        del press, broker, queues
        raise InputError("the press runner has no workers.", remedy="Use --runner celery.")


@hookimpl
def register_runners() -> Iterator[RunnerEntry]:
    """Offer the runner called `press`."""
    yield RunnerEntry(name="press", summary="in this process, no queue", create=InProcessRunner)
