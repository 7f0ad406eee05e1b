"""The log of a refresh: one file of JSON lines per refresh, one line per event.

Plain Python. Every line holds `at` (UTC), `event` and, once it is known, `refresh_id`; what else a
line holds follows from its event (docs/observability.md). No secret is ever in it. The files are
read by `cosell status`, `cosell doctor` and the alerts, and by whoever collects logs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.landing.journal import private_folder
from orchestration.redaction import known_secrets, without_secrets
from orchestration.settings import Home

KEPT_LOGS = 400
"""More than a year of daily refreshes; older files are removed."""
STARTED = "refresh_started"
FINISHED = "refresh_finished"
_ENDING = ".jsonl"


@dataclass
class RefreshLog:
    """The open log of one refresh; without a file it writes nothing."""

    file: Path | None = None
    secrets: Sequence[str] = field(default=(), repr=False)
    refresh_id: str | None = None
    """Set as soon as it is known; every line after that holds it."""

    def write(self, event: str, **facts: Any) -> None:
        """Append one line; a full or read-only disk costs the line and never the refresh."""
        if self.file is None:
            return
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": event,
            "refresh_id": self.refresh_id,
            **{name: value for name, value in facts.items() if value is not None},
        }
        written = [json.dumps(secret, ensure_ascii=False)[1:-1] for secret in self.secrets]
        text = without_secrets(json.dumps(line, ensure_ascii=False, default=str), written)
        with suppress(OSError):
            descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as opened:
                opened.write(f"{text}\n")


def open_refresh_log(home: Home) -> RefreshLog:
    """A new log in the home; the oldest ones beyond KEPT_LOGS are removed."""
    with suppress(OSError):
        private_folder(home.refresh_logs)
        for old in _log_files(home)[KEPT_LOGS - 1 :]:
            old.unlink(missing_ok=True)
    moment = datetime.now(UTC)
    name = f"{moment:%Y%m%dT%H%M%S}{moment.microsecond:06d}Z-{os.getpid()}{_ENDING}"
    return RefreshLog(home.refresh_logs / name, known_secrets(home))


def _log_files(home: Home) -> list[Path]:
    """The logs of a home, the newest first."""
    return sorted(home.refresh_logs.glob(f"*{_ENDING}"), reverse=True)


@dataclass(frozen=True)
class RefreshAttempt:
    """One refresh as its log tells it.

    outcome: published, unchanged, up_to_date, partial (a part of the job that releases nothing),
    failed, stopped (a signal), or None where the process ended without a word. cause: what stopped
    it, the same for the same trouble of another day. station: where.
    """

    file: Path
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    process: int | None
    verb: str
    refresh_id: str | None = None
    release_id: str | None = None
    station: str | None = None
    cause: str | None = None
    message: str | None = None
    summary: str | None = None
    """What stopped it, without the rows that the message may quote."""
    seconds: float | None = None

    @property
    def has_failed(self) -> bool:
        """Whether it ended without what it was begun for."""
        return self.outcome in ("failed", "stopped", None)


def read_attempts(home: Home) -> Iterator[RefreshAttempt]:
    """Every refresh of which a log is left, the newest first; damaged logs are passed over."""
    for file in _log_files(home):
        attempt = _read_attempt(file)
        if attempt is not None:
            yield attempt


def read_events(file: Path) -> Iterator[dict[str, Any]]:
    """The lines of a log; one that a kill has cut is passed over."""
    with suppress(OSError), file.open(encoding="utf-8", errors="replace") as opened:
        for line in opened:
            with suppress(json.JSONDecodeError):
                event = json.loads(line)
                if isinstance(event, dict):
                    yield event


def _read_attempt(file: Path) -> RefreshAttempt | None:
    first: dict[str, Any] | None = None
    last: dict[str, Any] = {}
    refresh_id = station = None
    for event in read_events(file):
        first = first or event
        refresh_id = event.get("refresh_id") or refresh_id
        station = event.get("station") or station
        # Alerts are told after the end.
        last = event if event.get("event") == FINISHED or not last else last
    if first is None or first.get("event") != STARTED:
        return None
    is_finished = last.get("event") == FINISHED
    try:
        return RefreshAttempt(
            file=file,
            started_at=datetime.fromisoformat(first["at"]),
            finished_at=datetime.fromisoformat(last["at"]) if is_finished else None,
            outcome=last.get("outcome") if is_finished else None,
            process=first.get("process"),
            verb=str(first.get("verb", "refresh")),
            refresh_id=refresh_id,
            release_id=last.get("release_id"),
            station=last.get("station") if is_finished else station,
            cause=last.get("cause"),
            message=last.get("message"),
            summary=last.get("summary"),
            seconds=last.get("seconds"),
        )
    except (KeyError, TypeError, ValueError):
        return None


@dataclass(frozen=True)
class Trouble:
    """Refreshes that failed one after the other, up to the newest one.

    first: the oldest one that failed of the same cause without a success since; count: how many.
    """

    newest: RefreshAttempt
    first: RefreshAttempt
    count: int


def standing_trouble(
    home: Home, running: Path | None = None, *, is_told: bool = False
) -> Trouble | None:
    """What has kept refreshes from ending well, None where the newest one did.

    running: the log of a refresh that is at work now, which is neither. is_told: pass over those
    that somebody has stopped, or that were killed: only a refresh that said why is told of.
    """
    newest: RefreshAttempt | None = None
    first: RefreshAttempt | None = None
    count = 0
    for attempt in read_attempts(home):
        if attempt.file == running or attempt.outcome == "partial":
            continue
        if is_told and attempt.outcome in ("stopped", None):
            continue
        if not attempt.has_failed or (newest is not None and attempt.cause != newest.cause):
            break
        newest, first, count = newest or attempt, attempt, count + 1
    return None if newest is None or first is None else Trouble(newest, first, count)
