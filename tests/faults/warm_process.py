"""A process that has imported everything and forks for each run, so that a kill costs no imports.

It is started as `python -m tests.faults.warm_process MODULE…`, imports the modules, opens no
database, and then forks once per line of its standard input: a JSON object that names a function
(`module:function`) with its arguments. The child is the process that is killed: at a moment, at
one of its operations on files below a folder, or by whoever has read its number.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Operations that change what lies on the disk, as Python's audit events name them. A child is
# killed before the operation is done; what DuckDB writes is reached by moments instead.
CHANGING = frozenset(
    {
        "open",
        "os.rename",
        "os.remove",
        "os.mkdir",
        "os.rmdir",
        "os.symlink",
        "os.chmod",
        "os.truncate",
        "shutil.rmtree",
        "shutil.copytree",
    }
)
WAIT_SECONDS = 600.0


@dataclass(frozen=True)
class Run:
    """How one run ended. `status` is the exit code, or minus the signal that killed it."""

    status: int
    seconds: float
    operations: int
    """Changing operations below the watched folder; of a killed run, unknown: 0."""
    output: str


@dataclass
class Running:
    """A run that has begun; `process_id` may be sent signals."""

    process_id: int
    server: WarmProcess
    output: Path
    counted: Path

    def wait(self) -> Run:
        """Wait for its end."""
        ended = self.server.read()
        text = self.counted.read_text(encoding="utf-8") if self.counted.exists() else ""
        return Run(
            status=ended["status"],
            seconds=ended["seconds"],
            operations=int(text or 0),
            output=self.output.read_text(encoding="utf-8", errors="replace"),
        )


@dataclass
class WarmProcess:
    """The side of the tests: starts the process and asks it for runs, one after the other."""

    modules: Sequence[str]
    folder: Path
    process: subprocess.Popen[str] = field(init=False)
    runs: int = 0

    def __enter__(self) -> WarmProcess:
        self.process = subprocess.Popen(
            [sys.executable, "-m", __name__, *self.modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        assert self.read() == {"ready": True}
        return self

    def __exit__(self, *error: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=WAIT_SECONDS)

    def read(self) -> dict[str, Any]:
        """The next thing that the process says."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the warm process has ended"
        said: dict[str, Any] = json.loads(line)
        return said

    def start(
        self,
        function: str,
        *arguments: Any,
        watched: Path | None = None,
        kill_at_operation: int | None = None,
        kill_after_seconds: float | None = None,
        environment: dict[str, str] | None = None,
    ) -> Running:
        """Begin a run of `module:function` with arguments that JSON can hold."""
        self.runs += 1
        output = self.folder / f"run_{self.runs}.txt"
        counted = self.folder / f"run_{self.runs}.count"
        # A run may be killed before it has opened it.
        output.touch()
        asked = {
            "function": function,
            "arguments": arguments,
            "watched": str(watched) if watched else None,
            "kill_at_operation": kill_at_operation,
            "kill_after_seconds": kill_after_seconds,
            "environment": environment or {},
            "output": str(output),
            "counted": str(counted),
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return Running(self.read()["process_id"], self, output, counted)

    def run(self, function: str, *arguments: Any, **options: Any) -> Run:
        """Begin a run and wait for its end."""
        return self.start(function, *arguments, **options).wait()


@contextlib.contextmanager
def warm_process(*modules: str) -> Iterator[WarmProcess]:
    """A warm process with the modules imported; it ends with the block."""
    with (
        tempfile.TemporaryDirectory(prefix="warm_process_") as folder,
        WarmProcess(modules, Path(folder)) as process,
    ):
        yield process


def main(modules: Sequence[str]) -> None:
    """Import, then fork for each line of standard input."""
    for module in modules:
        importlib.import_module(module)
    _say({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        started = time.monotonic()
        process_id = os.fork()
        if process_id == 0:
            _work(asked)
        _say({"process_id": process_id})
        status = _wait(process_id, asked["kill_after_seconds"])
        _say({"status": status, "seconds": time.monotonic() - started})


def _say(value: dict[str, Any]) -> None:
    print(json.dumps(value), flush=True)


def _wait(process_id: int, kill_after_seconds: float | None) -> int:
    """Wait for a child; kill it after so long, if asked to."""
    descriptor = os.pidfd_open(process_id)
    try:
        limit = WAIT_SECONDS if kill_after_seconds is None else kill_after_seconds
        if not select.select([descriptor], [], [], limit)[0]:
            os.kill(process_id, signal.SIGKILL)
    finally:
        os.close(descriptor)
    return os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])


def _work(asked: dict[str, Any]) -> None:
    """In the child: run the function and leave, without what a process does at its end."""
    status = 1
    try:
        with Path(asked["output"]).open("w", encoding="utf-8") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        os.environ.update(asked["environment"])
        time.tzset()
        counter = _Counter(asked["watched"], asked["kill_at_operation"])
        if counter.folder is not None:
            sys.addaudithook(counter.count)
        module, _, name = asked["function"].partition(":")
        getattr(importlib.import_module(module), name)(*asked["arguments"])
        done, counter.folder = counter.done, None
        Path(asked["counted"]).write_text(str(done), encoding="utf-8")
        status = 0
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code)
        else:
            status = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


@dataclass
class _Counter:
    """Counts the changing operations below a folder, and kills the process at one of them."""

    folder: str | None
    kill_at: int | None
    done: int = 0

    def count(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder is None or event not in CHANGING or not arguments:
            return
        place = arguments[0]
        if not isinstance(place, (str, os.PathLike)) or self.folder not in os.fspath(place):
            return
        if event == "open" and not _writes(arguments):
            return
        self.done += 1
        if self.done == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _writes(arguments: tuple[Any, ...]) -> bool:
    """Whether a file is opened to be written."""
    _, mode, flags = arguments
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool((flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


if __name__ == "__main__":
    main(sys.argv[1:])
