"""One log per refresh tells what happened, since when it fails, and nothing that it must not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from expectations.verdict import GateResult, RuleVerdict
from orchestration.errors import CosellError, GateError, RefreshError
from orchestration.node_results import NodeResult
from orchestration.observed_refresh import observed
from orchestration.refresh_log import (
    KEPT_LOGS,
    open_refresh_log,
    read_attempts,
    read_events,
    standing_trouble,
)
from orchestration.refresh_session import RefreshSession
from orchestration.settings import Home, Settings
from orchestration.stations import FLOW
from orchestration.workshop import hold_refresh_lock, lock_holder

DIES = """
import os, signal, sys
from pathlib import Path
from orchestration.observed_refresh import observed
from orchestration.refresh_session import RefreshSession
from orchestration.settings import Home, Settings
from orchestration.workshop import hold_refresh_lock
home = Home(Path(sys.argv[1]))
session = RefreshSession(Settings(home, "duckdb", 1))
with hold_refresh_lock(home), observed(session), session.station("staging"):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.root.mkdir(mode=0o700)
    return made


def refresh(home: Home, error: BaseException | None = None, station: str = "staging") -> None:
    session = RefreshSession(Settings(home, "duckdb", 1))
    with observed(session):
        session.is_up_to_date = error is None
        if error is not None:
            try:
                with session.station(station):
                    raise error
            except CosellError:
                pass


def events_of_newest(home: Home) -> list[dict[str, object]]:
    return list(read_events(next(read_attempts(home)).file))


def test_a_refresh_is_one_file_of_json_lines_from_beginning_to_end(home: Home) -> None:
    refresh(home)
    (file,) = home.refresh_logs.iterdir()
    events = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [each["event"] for each in events] == ["refresh_started", "refresh_finished"]
    assert events[0]["process"] == os.getpid() and events[0]["engine"] == "duckdb"
    assert events[1]["outcome"] == "up_to_date" and events[1]["seconds"] >= 0
    assert file.stat().st_mode & 0o077 == 0


def test_stations_models_and_gates_are_events_with_durations_and_rows(home: Home) -> None:
    session = RefreshSession(Settings(home, "duckdb", 1))
    rule = RuleVerdict("shrink", "a.b", "critical", "failed", 2, ("id=1",), "Two rows are gone.")
    with observed(session):
        session.log.refresh_id = "000001_20260209"
        with session.station("gate: landing"):
            session.keep_gate(GateResult("landing", (rule,), 1.25))
    gate = next(each for each in events_of_newest(home) if each["event"] == "gate")
    assert (gate["verdict"], gate["failed"], gate["seconds"]) == ("failed", ["shrink"], 1.25)
    assert gate["refresh_id"] == "000001_20260209"
    stations = [each for each in events_of_newest(home) if each["event"] == "station_finished"]
    assert [each["station"] for each in stations] == ["gate: landing"]
    assert isinstance(stations[0]["seconds"], float)


def test_the_cause_is_the_same_for_the_same_trouble_of_another_day(home: Home) -> None:
    refresh(home, RefreshError("a.csv, row 3: the day is 2026-02-09: mend it."))
    refresh(home, RefreshError("a.csv, row 14: the day is 2026-03-10: mend it."))
    refresh(home, RefreshError("The disk is full: make room."))
    refresh(home, RefreshError("The disk is full: make room."), station="marts")
    causes = [attempt.cause for attempt in read_attempts(home)]
    assert len(causes) == 4 and causes[2] == causes[3] and len(set(causes)) == 3


def test_since_when_it_fails_is_the_first_refresh_of_the_same_cause(home: Home) -> None:
    assert standing_trouble(home) is None
    refresh(home, RefreshError("b: c."))
    refresh(home)
    assert standing_trouble(home) is None
    for _ in range(3):
        refresh(home, RefreshError("b: c."))
    trouble = standing_trouble(home)
    assert trouble is not None and trouble.count == 3
    assert trouble.first.started_at <= trouble.newest.started_at
    oldest_first = sorted(attempt.started_at for attempt in read_attempts(home))
    assert trouble.first.started_at == oldest_first[2]


def test_what_stopped_a_gate_is_told_with_its_rules(home: Home) -> None:
    session = RefreshSession(Settings(home, "duckdb", 1))
    rule = RuleVerdict("shrink", "a.b", "critical", "failed", 2, ("id=1",), "Row id=1 is gone.")
    with observed(session), pytest.raises(GateError), session.station("gate: landing"):
        session.keep_gate(GateResult("landing", (rule,), 0.1))
        raise GateError(session.gates["landing"].message)
    attempt = next(read_attempts(home))
    assert attempt.cause == "landing gate: shrink"
    assert attempt.summary == "Stopped by the landing gate: shrink."
    assert "id=1" in (attempt.message or "")


def test_models_that_failed_are_the_cause_and_passed_tests_are_only_counted(home: Home) -> None:
    session = RefreshSession(Settings(home, "duckdb", 1))
    session.__dict__["warehouse"] = _NoRows()
    session.__dict__["project"] = _NoProject()
    results = [
        NodeResult("model.c.a", "a", "model", "error", 0.5, None, "no such column", ""),
        NodeResult("test.c.t", "t", "test", "pass", 0.1, 0, "", ""),
        NodeResult("test.c.u", "u", "test", "fail", 0.1, 3, "Got 3 results", ""),
    ]
    with observed(session), pytest.raises(RefreshError), session.station("marts"):
        session.keep_results("marts", results)
        raise RefreshError("a could not be built.")
    events = events_of_newest(home)
    nodes = {each["name"]: each for each in events if each["event"] in ("model", "test")}
    assert set(nodes) == {"a", "u"}
    assert nodes["u"]["rows"] == 3 and nodes["a"]["message"] == "no such column"
    finished = next(each for each in events if each["event"] == "station_finished")
    assert finished["tests"] == {"pass": 1, "fail": 1}
    assert next(read_attempts(home)).cause == "marts station: a, u"


class _NoRows:
    def rows_counts(self) -> dict[str, int]:
        return {}


class _NoProject:
    manifest: dict[str, dict[str, object]] = {"nodes": {}}  # noqa: RUF012 - one per class is meant


def test_a_killed_process_leaves_a_log_without_an_end(home: Home) -> None:
    killed = subprocess.run([sys.executable, "-c", DIES, str(home.root)], check=False)
    assert killed.returncode == -9
    attempt = next(read_attempts(home))
    assert (attempt.outcome, attempt.station, attempt.has_failed) == (None, "staging", True)
    assert lock_holder(home) is None
    with hold_refresh_lock(home):
        assert str(os.getpid()) in (lock_holder(home) or "")


def test_a_line_that_a_kill_has_cut_and_a_stranger_are_passed_over(home: Home) -> None:
    refresh(home, RefreshError("b: c."))
    (file,) = home.refresh_logs.iterdir()
    file.write_text(file.read_text(encoding="utf-8") + '{"at": "2026', encoding="utf-8")
    for name, text in (("a.jsonl", "no json\n"), ("b.jsonl", "[]\n"), ("c.jsonl", '{"event": 1}')):
        home.refresh_logs.joinpath(name).write_text(text, encoding="utf-8")
    assert [attempt.outcome for attempt in read_attempts(home)] == ["failed"]


def test_a_log_that_cannot_be_written_costs_no_refresh(home: Home) -> None:
    home.logs.write_text("no folder", encoding="utf-8")
    refresh(home)
    assert list(read_attempts(home)) == []


def test_old_logs_are_removed(home: Home) -> None:
    home.refresh_logs.mkdir(parents=True)
    for number in range(KEPT_LOGS + 5):
        home.refresh_logs.joinpath(f"2020{number:06d}.jsonl").write_text("", encoding="utf-8")
    open_refresh_log(home).write("refresh_started")
    kept = sorted(path.name for path in home.refresh_logs.iterdir())
    assert len(kept) == KEPT_LOGS and kept[0] == "2020000006.jsonl"


@pytest.mark.slow
def test_the_demo_told_of_every_station_gate_and_model(demo_home: Home) -> None:
    attempts = [each for each in read_attempts(demo_home) if each.outcome == "published"]
    assert attempts
    events = list(read_events(attempts[-1].file))
    finished = {each["station"] for each in events if each["event"] == "station_finished"}
    assert finished >= {*FLOW, "gate: landing", "gate: matching", "gate: marts"}
    assert {each["gate"] for each in events if each["event"] == "gate"} == {
        "landing",
        "matching",
        "marts",
    }
    models = {each["name"]: each for each in events if each["event"] == "model"}
    assert models["fct_attribution_ledger"]["rows"] > 0
    assert all(each["seconds"] >= 0 for each in models.values())


@pytest.mark.slow
def test_a_release_tells_what_every_refresh_before_it_took(demo_home: Home) -> None:
    database = str(demo_home.current_release / "cosell.duckdb")
    with duckdb.connect(database, read_only=True) as connection:
        told = connection.execute(
            """
            select refreshes.refresh_number, max(refreshes.seconds),
                count(*) filter (where step_kind = 'gate'),
                count(*) filter (where step_kind = 'station'),
                bool_or(step_name = 'fct_attribution_ledger' and rows_count > 0),
                sum(steps.seconds) filter (where step_kind in ('station', 'gate'))
            from ops.refreshes
            left join ops.refresh_steps as steps using (refresh_number)
            group by refreshes.refresh_number order by refreshes.refresh_number
            """
        ).fetchall()
    *before, newest = told
    assert newest[1:] == (None, 0, 0, None, None)
    for _, seconds, gates, stations, is_ledger_told, summed in before:
        assert (gates, stations, is_ledger_told) == (3, len(FLOW) - 1, True)
        assert seconds == summed > 0
