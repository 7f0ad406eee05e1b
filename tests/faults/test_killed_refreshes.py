"""A refresh may be killed anywhere: readers keep their release, and the next refresh finishes.

Promise 4 of the design. The result equals that of a refresh which nobody disturbed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.refresh import RefreshOutcome, run_refresh
from orchestration.release import current_release, verify
from orchestration.settings import Home, load_settings

pytestmark = pytest.mark.slow

KILLED_WHERE_IT_IS_TOLD = """
import os, sys
from datetime import date
from pathlib import Path
from orchestration.refresh import run_refresh
from orchestration.settings import load_settings

home, day, place, count, signal = sys.argv[1:]

def kill(station, detail="", done=None, total=None):
    if station == place and (done or 0) >= int(count):
        os.kill(os.getpid(), int(signal))

run_refresh(load_settings(Path(home)), date.fromisoformat(day), kill)
"""


def refresh(home: Home, day: date) -> RefreshOutcome:
    return run_refresh(load_settings(home.root), day)


def stop_at(
    home: Home, day: date, station: str, done: int, signal: int
) -> subprocess.CompletedProcess[str]:
    """Refresh in a process that sends itself a signal once a station has done so many things."""
    arguments = [str(home.root), day.isoformat(), station, str(done), str(signal)]
    # A file, because PySpark, where it is installed, takes a program without one for its doctests.
    program = home.root.with_name("killed_where_it_is_told.py")
    program.write_text(KILLED_WHERE_IT_IS_TOLD, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def kill_at(home: Home, day: date, station: str, done: int) -> None:
    killed = stop_at(home, day, station, done, 9)
    assert killed.returncode == -9, killed.stderr


def test_a_refresh_stopped_from_outside_says_so(copy_of_demo_home: Home) -> None:
    before = current_release(copy_of_demo_home)
    assert before is not None
    stopped = stop_at(copy_of_demo_home, before.as_of + timedelta(days=7), "marts", 20, 15)
    assert stopped.returncode != 0
    last_line = stopped.stderr.strip().splitlines()[-1]
    assert "stopped from outside" in last_line
    assert "run it again" in last_line
    assert current_release(copy_of_demo_home).release_id == before.release_id


def content_hashes(home: Home) -> dict[str, str]:
    release = current_release(home)
    assert release is not None
    return {name: table["content_hash"] for name, table in release.manifest["tables"].items()}


def test_a_killed_refresh_is_finished_by_the_next_with_the_same_result(
    copy_of_demo_home: Home, tmp_path: Path
) -> None:
    before = current_release(copy_of_demo_home)
    assert before is not None
    next_week = before.as_of + timedelta(days=7)
    undisturbed = Home(tmp_path / "undisturbed")
    shutil.copytree(copy_of_demo_home.root, undisturbed.root, symlinks=True)
    expected = refresh(undisturbed, next_week)
    assert expected.is_new_release and expected.frozen_week is not None

    # In the middle of the ledger; after the week was frozen and the database was built aside.
    for station, done in (("marts", 20), ("release", 1)):
        kill_at(copy_of_demo_home, next_week, station, done)
        now = current_release(copy_of_demo_home)
        assert now is not None and now.release_id == before.release_id
        assert verify(copy_of_demo_home).is_intact

    finished = refresh(copy_of_demo_home, next_week)
    assert finished.rebuilt_because == "the refresh before was not finished"
    assert finished.is_new_release
    assert verify(copy_of_demo_home).is_intact
    assert not list(copy_of_demo_home.releases.glob(".building-*"))
    hashes = content_hashes(copy_of_demo_home)
    assert {
        name for name, found in content_hashes(undisturbed).items() if hashes[name] != found
    } == set()
