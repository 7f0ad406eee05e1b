"""A refresh as the killed process runs it, with everything imported that a refresh needs.

It may send itself a signal where a station says that it has done so much; after it was stopped and
went on, its clock has moved, as a laptop's has that slept.
"""

from __future__ import annotations

import datetime
import os
import signal
import sys
import time
import types
from pathlib import Path
from typing import Any

import dagster  # noqa: F401 - imported before the fork
import dbt.cli.main  # noqa: F401
import great_expectations  # noqa: F401
import pandas  # noqa: F401

import orchestration.definitions
import orchestration.quality_gate  # noqa: F401
from orchestration.errors import CosellError
from orchestration.refresh import run_refresh
from orchestration.settings import load_settings

REAL_DATETIME = datetime.datetime
SLEPT = datetime.timedelta(hours=9)


class _AnyDatetime(type):
    """Every moment is one of the moved clock's class, as it was of the real one's."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, REAL_DATETIME)


class _MovedDatetime(REAL_DATETIME, metaclass=_AnyDatetime):
    """A clock that is ahead of the machine's."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return REAL_DATETIME.now(tz) + SLEPT


def move_the_clock() -> None:
    """Let every module of ours, and whoever asks for seconds, read a clock that is hours ahead."""
    real_time = time.time
    time.time = lambda: real_time() + SLEPT.total_seconds()
    moved = types.SimpleNamespace(**{**vars(datetime), "datetime": _MovedDatetime})
    for name, module in list(sys.modules.items()):
        if name.startswith("orchestration"):
            for attribute, value in list(vars(module).items()):
                if value is REAL_DATETIME:
                    setattr(module, attribute, _MovedDatetime)
                elif value is datetime:
                    setattr(module, attribute, moved)


def refresh(
    root: str, day: str | None, place: str | None = None, count: int = 0, number: int = 0
) -> None:
    """Refresh; send this process the signal `number` once a station has done `count` things."""
    has_come = False

    def tell(
        station: str, detail: str = "", done: int | None = None, total: int | None = None
    ) -> None:
        nonlocal has_come
        if station == place and (done or 0) >= count and not has_come:
            has_come = True
            os.kill(os.getpid(), number)
            if number == signal.SIGSTOP:
                move_the_clock()

    as_of = None if day is None else datetime.date.fromisoformat(day)
    try:
        outcome = run_refresh(load_settings(Path(root)), as_of, tell)
    except CosellError as error:
        sys.exit(f"error: {error}")
    print(outcome.release_id, outcome.rebuilt_because, outcome.is_new_release)
