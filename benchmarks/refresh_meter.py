"""What one refresh takes, station by station: wall and processor time, memory, imports.

A `RefreshMeter` is the progress that a refresh is told to report to: a call with another station's
name ends the former one. Between the stations lies what belongs to none: `starting`.
"""

from __future__ import annotations

import builtins
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")
PEAK_RESET = Path("/proc/self/clear_refs")
# Linux: forget the peak of resident memory, begin to watch it anew.
RESETS_PEAK = "5"


@dataclass(frozen=True)
class StationUse:
    """What one station took."""

    station: str
    seconds: float
    processor_seconds: float
    """Of all threads of this process."""
    import_seconds: float
    """Of them spent importing modules on the main thread, wherever the import stands."""
    peak_memory_bytes: int
    """Where the system cannot forget an earlier peak: the peak since the process began."""


class RefreshMeter:
    """Measures the stations of one refresh of this process; use it as `progress`."""

    def __init__(self, station: str) -> None:
        self.used: list[StationUse] = []
        self._imports = 0.0
        self._begin(station)

    def __call__(
        self,
        station: str,
        detail: str = "",
        done: int | None = None,
        total: int | None = None,
    ) -> None:
        """End the former station where this is another one."""
        if station != self._station:
            self.end()
            self._begin(station)

    def end(self) -> None:
        """Count what the station at work has taken until now."""
        self.used.append(
            StationUse(
                self._station,
                time.perf_counter() - self._started,
                processor_seconds() - self._processor,
                self._imports - self._imports_before,
                peak_memory_bytes(),
            )
        )

    @contextmanager
    def counting_imports(self) -> Iterator[None]:
        """Add up how long the main thread imports; an import within an import counts once."""
        original = builtins.__import__
        main = threading.main_thread()
        depth = 0

        def counted(*arguments: Any, **named: Any) -> Any:
            nonlocal depth
            if depth or threading.current_thread() is not main:
                return original(*arguments, **named)
            depth = 1
            started = time.perf_counter()
            try:
                return original(*arguments, **named)
            finally:
                depth = 0
                self._imports += time.perf_counter() - started

        builtins.__import__ = counted
        try:
            yield
        finally:
            builtins.__import__ = original

    def _begin(self, station: str) -> None:
        self._station = station
        self._started = time.perf_counter()
        self._processor = processor_seconds()
        self._imports_before = self._imports
        forget_peak_memory()


def processor_seconds() -> float:
    """Of this process until now, all threads together."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def forget_peak_memory() -> None:
    """Begin to watch the peak of memory anew, where the system can."""
    if PEAK_RESET.exists():
        PEAK_RESET.write_text(RESETS_PEAK, encoding="ascii")


def peak_memory_bytes() -> int:
    """The most memory that this process held at once since `forget_peak_memory`."""
    if not STATUS.exists():
        # Linux counts in kibibytes; where there is no /proc it may be bytes already.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fields = dict(line.split(":", 1) for line in STATUS.read_text().splitlines() if ":" in line)
    return int(fields["VmHWM"].split()[0]) * 1024
