"""What a command costs when it runs in a process of its own: time, processor, memory.

`run_alone` measures a whole command from outside. Where starting Python and imports shall not
count, the command measures its own work with `tell_cost` and `hear_cost` reads what it told.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

# Of `ru_maxrss`: kibibytes on Linux, bytes on macOS.
MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024


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
    cost = Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * MEMORY_UNIT)
    return Finished(cost, process.returncode, output)


def tell_cost(work: Callable[[], object]) -> None:
    """Do the work of this process and print what it cost, what came before it left out."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    work()
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    print(json.dumps(asdict(Cost(wall, processor, after.ru_maxrss * MEMORY_UNIT))))


def hear_cost(module: str, arguments: Sequence[str]) -> Cost:
    """Run a module that ends with `tell_cost`; what it told. Raises CalledProcessError."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def median_cost(costs: Sequence[Cost]) -> Cost:
    """The medians of time and processor, each for itself, and the largest memory."""
    return Cost(
        statistics.median(one.wall for one in costs),
        statistics.median(one.processor for one in costs),
        max(one.peak_memory for one in costs),
    )
