"""What a command costs when it runs in a process of its own: time, processor, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Seconds of wall and of processor (all cores together), and the peak of memory in bytes."""

    wall: float
    processor: float
    peak_memory: int


@dataclass(frozen=True)
class Finished:
    """A command that came to its end, well or not: its exit code and all that it printed."""

    cost: Cost
    exit_code: int
    output: str


def run_alone(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Finished:
    """Run a command to its end and measure it and the processes that it waits for.

    The system counts memory from the fork on, so a process that calls this should be a small one:
    it must not have read what it measures.
    """
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        output = said.read().decode("utf-8", errors="replace")
    # Kibibytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    cost = Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)
    return Finished(cost, process.returncode, output)
