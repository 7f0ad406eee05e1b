"""The workshop: the warehouse file that dbt extends, what it holds now, and who works on it.

Plain Python. The state is a small file beside Dagster's own; it is written before the warehouse is
touched and after the release is published, so that an interrupted refresh is always recognized.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from orchestration.errors import RefreshError
from orchestration.settings import Engine, Home
from orchestration.warehouse import Warehouse

STATE_FILES: Mapping[Engine, str] = {
    "duckdb": "workshop.json",
    "ducklake": "workshop_ducklake.json",
    "spark": "workshop_spark.json",
}
LOCK_FILE = "refresh.lock"

Status = Literal["building", "complete"]


@dataclass(frozen=True)
class WorkshopState:
    """What the warehouse holds: which refresh, built by which code, and whether it was finished."""

    status: Status
    refresh_id: str
    refresh_number: int
    as_of: date
    project_hash: str
    """Of the dbt project: other code means another warehouse."""
    code_hash: str
    """Of everything else that decides what is released: gates and stations."""
    release_id: str | None = None
    inputs_digest: str | None = None
    """Of everything that the refresh could have read, see `inputs_digest`; None where a second
    look would read the same files differently (one was refused, or is of a later day)."""
    is_extension: bool = field(default=False, compare=False)
    """Whether the warehouse held a finished refresh of the same models when this one began."""

    def completed(self, release_id: str, inputs: str | None = None) -> WorkshopState:
        """The state after the release was published."""
        return replace(self, status="complete", release_id=release_id, inputs_digest=inputs)


def read_state(home: Home, engine: Engine = "duckdb") -> WorkshopState | None:
    """The state of an engine's warehouse; None where there is none, or none that can be trusted.

    Each engine has a warehouse of its own in a home, so each has a state of its own.
    """
    try:
        values = json.loads(home.dagster.joinpath(STATE_FILES[engine]).read_text(encoding="utf-8"))
        return WorkshopState(**{**values, "as_of": date.fromisoformat(values["as_of"])})
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def published_releases(home: Home) -> set[str]:
    """The release that each engine's newest refresh published; the next one looks for it."""
    states = (read_state(home, engine) for engine in STATE_FILES)
    return {state.release_id for state in states if state is not None and state.release_id}


def write_state(home: Home, state: WorkshopState, engine: Engine = "duckdb") -> None:
    """Replace the state in one step."""
    home.dagster.mkdir(mode=0o700, parents=True, exist_ok=True)
    values = {**asdict(state), "as_of": state.as_of.isoformat()}
    beside = home.dagster / f".{STATE_FILES[engine]}-{os.getpid()}"
    with beside.open("w", encoding="utf-8") as opened:
        opened.write(json.dumps(values, indent=2) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(home.dagster / STATE_FILES[engine])


def rebuild_reason(
    warehouse: Warehouse, before: WorkshopState | None, now: WorkshopState
) -> str | None:
    """Why the warehouse must be built from nothing for a refresh; None where it can be extended."""
    if not warehouse.exists():
        return None
    if before is None:
        return "what the warehouse holds is not known"
    if before.status != "complete":
        return "the refresh before was not finished"
    if before.project_hash != now.project_hash:
        return "the models have changed"
    if before.as_of > now.as_of:
        return f"the warehouse is of {before.as_of.isoformat()}, which is later"
    if not warehouse.is_known():
        return "the engine's catalog has lost it"
    return None


def is_up_to_date(warehouse: Warehouse, before: WorkshopState | None, now: WorkshopState) -> bool:
    """Whether a refresh would only repeat the one before: nothing landed, nothing changed."""
    return (
        before is not None
        and before.release_id is not None
        and before == now.completed(before.release_id, before.inputs_digest)
        and warehouse.exists()
        and warehouse.settings.home.releases.joinpath(before.release_id).is_dir()
    )


def sent_files_digest(home: Home) -> str:
    """A digest of what people and partners sent and set: the inbox and the configuration.

    Files of the inbox count by name, size and time, those of the configuration by content.
    """
    lines = []
    for path in sorted(home.inbox.rglob("*")):
        if path.is_file():
            found = path.stat()
            lines.append(f"{home.relative(path)} {found.st_size} {found.st_mtime_ns}")
    for path in sorted(home.config.rglob("*")):
        if path.is_file():
            lines.append(f"{home.relative(path)} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return _digest(lines)


def landed_names(home: Home) -> frozenset[str]:
    """The names of all landed batches."""
    return frozenset(path.stem for path in home.journal.glob("*.json"))


def inputs_digest(home: Home) -> str:
    """A digest of everything that a refresh reads."""
    return _digest([sent_files_digest(home), *sorted(landed_names(home))])


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@contextmanager
def hold_refresh_lock(home: Home, wait_seconds: float = 0.0) -> Iterator[None]:
    """Let one refresh of a home run at a time.

    The operating system lets go of the lock when its holder ends, however it ends.

    Raises RefreshError naming the holder where the lock is not free within `wait_seconds`.
    """
    home.dagster.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = home.dagster / LOCK_FILE
    with file.open("a+", encoding="utf-8") as opened:
        deadline = time.monotonic() + wait_seconds
        while not _take(opened.fileno()):
            if time.monotonic() >= deadline:
                raise RefreshError(
                    f"Another refresh of {home.root} is running ({_holder(file)}): wait until it "
                    "ends, or stop it; the published release is untouched."
                )
            time.sleep(0.2)
        opened.truncate(0)
        opened.write(_who_am_i())
        opened.flush()
        try:
            yield
        finally:
            opened.truncate(0)


def lock_holder(home: Home) -> str | None:
    """Who refreshes the home now; None for nobody."""
    file = home.dagster / LOCK_FILE
    try:
        with file.open("r", encoding="utf-8") as opened:
            if _take(opened.fileno()):
                return None
            return _holder(file)
    except OSError:
        return None


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _who_am_i() -> str:
    command = Path(sys.argv[0]).name or "python"
    started = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"process {os.getpid()} on {socket.gethostname()}, {command}, since {started}"


def _holder(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip() or "its process did not say which"
