"""Shows a run while it works: a bar for the campaign, a line a verdict."""

from __future__ import annotations

import threading

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from presscheck.job import Event

UNITS = {"plan": "tokens", "render": "steps"}


class LiveWatch:
    """A watcher that draws progress on stderr; on no terminal it prints lines only."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._lock = threading.Lock()
        self._progress = Progress(
            TextColumn("[bold]{task.description:<8}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._campaign = self._progress.add_task("campaign", total=None, note="assets")
        self._stage = self._progress.add_task("start", total=None, note="")

    def __enter__(self) -> LiveWatch:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Show an event; called from any thread."""
        with self._lock:
            if event.stage == "settled":
                self._settled(event)
            elif event.stage == "proofed":
                self._proofed(event)
            else:
                self._working(event)

    def _working(self, event: Event) -> None:
        if event.note:
            self.console.print(f"  [yellow]{event.stage}[/]  {escape(event.note)}")
        names = event.assets[0] if len(event.assets) == 1 else f"{len(event.assets)} assets"
        note = f"{UNITS.get(event.stage, '')} {names}".strip()
        self._progress.update(
            self._stage,
            description=event.stage,
            completed=event.done,
            total=event.total or None,
            note=note,
        )

    def _proofed(self, event: Event) -> None:
        colour = "green" if event.note == "accept" else "yellow"
        name = escape(", ".join(event.assets))
        self.console.print(f"  roll {event.done}  [{colour}]{event.note}[/]  {name}")

    def _settled(self, event: Event) -> None:
        self._progress.advance(self._campaign)
        if event.note != "accepted":
            self.console.print(f"  [red]review[/]  {event.assets[0]}: {escape(event.note)}")
