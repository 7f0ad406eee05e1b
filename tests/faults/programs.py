"""What the killed processes do: each function is a whole publication, close or delivery."""

from __future__ import annotations

import resource
import sys
from datetime import date
from pathlib import Path

from expectations.verdict import GateResult
from orchestration.crm import Patience
from orchestration.quarter_close import close_quarter
from orchestration.release import publish
from orchestration.routing import deliver
from orchestration.settings import Home, Settings
from tests.release.conftest import FACTS, PASSED, TABLES

PATIENCE = Patience(retries=2, backoff_seconds=0.01, poll_seconds=0.01, timeout_seconds=5)


def publish_small(root: str) -> None:
    """Publish the small warehouse of `tests/release`."""
    home = Home(Path(root))
    gate = GateResult("marts", (PASSED,), 0.1, home.root / "gate")
    publish(Settings(home=home, engine="duckdb", threads=2), [gate], tables=TABLES, facts=FACTS)


def close(root: str, quarter: str, day: str) -> None:
    """Sign a quarter."""
    signed = close_quarter(Home(Path(root)), quarter, "Fin", "a note", date.fromisoformat(day))
    print(signed.release_id, signed.postings_count, signed.sha256)


def deliver_all(root: str) -> None:
    """Deliver the newest week to every enabled target."""
    delivery = deliver(Home(Path(root)), patience=PATIENCE)
    print([each.error for each in delivery.reports])
    sys.exit(delivery.has_failed)


def under_a_file_limit(limit: int, name: str, *arguments: str) -> None:
    """Run one of these programs where no file may grow beyond so many bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    globals()[name](*arguments)
