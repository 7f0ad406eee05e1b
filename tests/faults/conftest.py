"""What tests of faults share: how many kills, a warm process, homes that cost nothing to copy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from orchestration.settings import Home
from tests.faults.moments import KillLog
from tests.faults.warm_process import WarmProcess, warm_process


@pytest.fixture(scope="session")
def light_process() -> Iterator[WarmProcess]:
    """A process that has imported what publishing, closing and delivering need."""
    with warm_process("tests.faults.programs") as process:
        yield process


@pytest.fixture(scope="session")
def kills(request: pytest.FixtureRequest) -> int:
    """How many kills of each kind (`--kills`)."""
    return int(request.config.getoption("--kills"))


@pytest.fixture(scope="session")
def kill_seed(request: pytest.FixtureRequest) -> int:
    """The seed of the moments (`--kill-seed`)."""
    return int(request.config.getoption("--kill-seed"))


@pytest.fixture
def kill_log(request: pytest.FixtureRequest, kill_seed: int) -> Callable[[str], KillLog]:
    """Begin the account of the kills of one kind (`--kill-log FILE` keeps it)."""
    file: Path | None = request.config.getoption("--kill-log")
    return lambda kind: KillLog(kind, kill_seed, file)


# What a home needs so that something can be published, closed or delivered from it.
SHARED = ("landing", "quarantine", "releases", "inbox")
COPIED = ("config", "gate", "warehouse.duckdb", "dagster")


def linked_copy(source: Home, target: Path, copied: Sequence[str] = COPIED) -> Home:
    """A copy of a home that shares its immutable files, and has `copied` for itself.

    Nothing writes in place into what is shared: each file there comes by its whole name.
    """
    target.mkdir()
    for name in (*SHARED, *copied):
        entry = source.root / name
        if entry.is_dir():
            copy = os.link if name in SHARED else shutil.copy2
            shutil.copytree(entry, target / name, symlinks=True, copy_function=copy)
        elif entry.is_file():
            shutil.copy2(entry, target / name)
    return Home(target)
