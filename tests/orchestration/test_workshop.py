"""The state of the warehouse survives any end of a process, and one refresh runs at a time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from orchestration.errors import RefreshError
from orchestration.settings import Home, Settings
from orchestration.warehouse import DuckDBWarehouse
from orchestration.workshop import (
    STATE_FILES,
    WorkshopState,
    hold_refresh_lock,
    is_up_to_date,
    read_state,
    rebuild_reason,
    write_state,
)

NOW = WorkshopState("building", "000002_20260209", 2, date(2026, 2, 9), "project", "code")
DONE = NOW.completed("2026-02-09-abc")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def duckdb_of(home: Home) -> DuckDBWarehouse:
    return DuckDBWarehouse(Settings(home, "duckdb", threads=1))


def test_state_is_read_back_as_it_was_written(home: Home) -> None:
    write_state(home, DONE)
    assert read_state(home) == DONE
    assert [path.name for path in home.dagster.iterdir()] == [STATE_FILES["duckdb"]]


def test_each_engine_has_a_state_of_its_own(home: Home) -> None:
    write_state(home, DONE)
    write_state(home, NOW, "spark")
    assert (read_state(home), read_state(home, "spark")) == (DONE, NOW)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"status": "complete"}', '{"as_of": "today"}'])
def test_a_damaged_state_is_no_state(home: Home, text: str) -> None:
    home.dagster.mkdir()
    home.dagster.joinpath(STATE_FILES["duckdb"]).write_text(text, encoding="utf-8")
    assert read_state(home) is None


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (DONE, None),
        (None, "what the warehouse holds is not known"),
        (NOW, "the refresh before was not finished"),
        (replace(DONE, project_hash="other"), "the models have changed"),
        (replace(DONE, code_hash="other"), None),
        (replace(DONE, as_of=date(2026, 2, 10)), "the warehouse is of 2026-02-10, which is later"),
        (replace(DONE, as_of=date(2026, 2, 8)), None),
    ],
)
def test_the_warehouse_is_rebuilt_for_a_reason(
    home: Home, before: WorkshopState | None, reason: str | None
) -> None:
    assert rebuild_reason(duckdb_of(home), before, NOW) is None
    home.warehouse.touch()
    assert rebuild_reason(duckdb_of(home), before, NOW) == reason


@pytest.mark.parametrize(
    "before",
    [
        None,
        NOW,
        replace(DONE, refresh_number=1),
        replace(DONE, code_hash="other"),
        replace(DONE, project_hash="other"),
        replace(DONE, release_id="gone"),
    ],
)
def test_something_new_calls_for_the_stations(home: Home, before: WorkshopState | None) -> None:
    home.warehouse.touch()
    home.releases.joinpath("2026-02-09-abc").mkdir(parents=True)
    assert is_up_to_date(duckdb_of(home), DONE, NOW)
    assert not is_up_to_date(duckdb_of(home), before, NOW)


def test_a_lost_warehouse_calls_for_the_stations(home: Home) -> None:
    home.releases.joinpath("2026-02-09-abc").mkdir(parents=True)
    assert not is_up_to_date(duckdb_of(home), DONE, NOW)


def test_a_warehouse_is_removed_with_its_log(home: Home) -> None:
    home.warehouse.touch()
    log = home.warehouse.with_name("warehouse.duckdb.wal")
    log.touch()
    duckdb_of(home).remove()
    duckdb_of(home).remove()
    assert not home.warehouse.exists() and not log.exists()


HOLDER = """
import sys, time
from pathlib import Path
from orchestration.settings import Home, Settings
from orchestration.warehouse import DuckDBWarehouse
from orchestration.workshop import hold_refresh_lock
with hold_refresh_lock(Home(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_refresh_says_who_runs_the_first_and_a_killed_one_lets_go(home: Home) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.root)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with (
            pytest.raises(RefreshError, match=rf"process {holder.pid} on .* since .*UTC"),
            hold_refresh_lock(home),
        ):
            pass
    finally:
        holder.kill()
        holder.wait()
    with hold_refresh_lock(home, wait_seconds=5):
        pass
