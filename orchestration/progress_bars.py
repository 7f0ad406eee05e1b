"""Draws the progress of stations: bars on a terminal, one line per station elsewhere.

The stations report through `orchestration.progress.Progress`; this is the one that a person
watches.
"""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column

STATION_WIDTH = 18
BAR_WIDTH = 20


class StationBars:
    """One bar per station, in the order in which they start; itself a `Progress`."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`; where that is no terminal, print a line as each station ends."""
        self.console = console
        self._station: str | None = None
        self._task: TaskID | None = None
        self._started = 0.0
        self._last_total: int | None = None
        self._last_detail = ""
        self._bars: Progress | None = _bars(console) if console.is_terminal else None

    def __enter__(self) -> StationBars:
        """Start drawing."""
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the station in hand, as failed if an error passes through, and stop drawing."""
        self._end_station(failed=error is not None)
        if self._bars is not None:
            self._bars.stop()

    def __call__(
        self,
        station: str,
        detail: str = "",
        done: int | None = None,
        total: int | None = None,
    ) -> None:
        """Show that `station` is at `detail`, `done` of `total`."""
        if station != self._station:
            self._end_station(failed=False)
            self._start_station(station)
        self._last_detail = detail or self._last_detail
        self._last_total = total if total is not None else self._last_total
        if self._bars is not None and self._task is not None:
            self._bars.update(
                self._task,
                completed=done,
                total=total if total is not None else self._last_total,
                detail=escape(self._last_detail),
            )

    def _start_station(self, station: str) -> None:
        self._station, self._started = station, time.monotonic()
        self._last_detail, self._last_total = "", None
        if self._bars is not None:
            self._task = self._bars.add_task(escape(station), total=None, detail="")

    def _end_station(self, *, failed: bool) -> None:
        if self._station is None:
            return
        seconds = time.monotonic() - self._started
        if self._bars is None:
            mark = "failed" if failed else f"{seconds:.1f} s"
            line = f"  {self._station:<{STATION_WIDTH}}{mark:>8}  {self._last_detail}"
            self.console.print(line.rstrip(), markup=False, highlight=False, soft_wrap=True)
        elif self._task is not None and not failed:
            total = self._last_total or 1
            self._bars.update(self._task, total=total, completed=total)
        self._station = None


def _bars(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(finished_text="[green]✓[/]"),
        TextColumn("{task.description}", table_column=Column(width=STATION_WIDTH, no_wrap=True)),
        BarColumn(bar_width=BAR_WIDTH, complete_style="cyan", finished_style="green"),
        TimeElapsedColumn(),
        TextColumn(
            "[dim]{task.fields[detail]}[/]",
            table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
        ),
        console=console,
        expand=True,
    )
