"""A refresh with nothing new says so at once, and one home is refreshed once at a time."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.errors import RefreshError
from orchestration.refresh import prepare_dagster_home, run_refresh
from orchestration.release import current_release, list_releases, rollback
from orchestration.settings import Home, Settings, load_settings
from orchestration.workshop import hold_refresh_lock

REFRESH_AND_PRINT_HEAVY_MODULES = """
import sys
from pathlib import Path
from orchestration.refresh import run_refresh
from orchestration.settings import load_settings
assert run_refresh(load_settings(Path(sys.argv[1]))).is_up_to_date
print([name for name in ("great_expectations", "dagster", "dbt") if name in sys.modules])
"""


class Stations(list[str]):
    """A `Progress` that writes down which stations ran."""

    def __call__(
        self, station: str, detail: str = "", done: int | None = None, total: int | None = None
    ) -> None:
        if self[-1:] != [station]:
            self.append(station)


def day_of(home: Home) -> date:
    release = current_release(home)
    assert release is not None
    return release.as_of


def heavy_modules_of_a_refresh(home: Home) -> list[str]:
    """The slow libraries that a refresh in a process of its own loaded."""
    printed = subprocess.run(
        [sys.executable, "-c", REFRESH_AND_PRINT_HEAVY_MODULES, str(home.root)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return list(ast.literal_eval(printed.splitlines()[-1]))


def test_nothing_new_is_told_before_anything_heavy_is_loaded(copy_of_demo_home: Home) -> None:
    home = copy_of_demo_home
    day = day_of(home)
    run_refresh(load_settings(home.root), day)
    releases = list_releases(home)
    for as_of in (None, day):
        stations = Stations()
        outcome = run_refresh(load_settings(home.root), as_of, stations)
        assert outcome.is_up_to_date and not outcome.is_new_release
        assert stations == ["starting"]
    assert list_releases(home) == releases
    assert heavy_modules_of_a_refresh(home) == []

    # A file that only looks new ends at landing.
    os.utime(next(path for path in sorted(home.inbox.rglob("*")) if path.is_file()))
    stations = Stations()
    outcome = run_refresh(load_settings(home.root), day, stations)
    assert outcome.is_up_to_date and not outcome.is_new_release
    assert stations == ["starting", "landing"]
    assert list_releases(home) == releases

    # A rollback is left alone while nothing is new.
    rolled_back = rollback(home)
    outcome = run_refresh(load_settings(home.root), day)
    assert outcome.is_up_to_date and outcome.release_id == rolled_back.release_id


def test_a_second_refresh_of_a_home_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    with (
        hold_refresh_lock(home),
        pytest.raises(RefreshError, match=r"Another refresh of .* is running"),
    ):
        run_refresh(Settings(home, "duckdb", 1))


def test_the_dagster_instance_follows_a_home_that_was_moved(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("homes")
    one = Home(folder / "one")
    prepare_dagster_home(one)
    one.root.rename(folder / "two")
    two = Home(folder / "two")
    prepare_dagster_home(two)
    configuration = two.dagster.joinpath("dagster.yaml").read_text(encoding="utf-8")
    assert str(two.dagster) in configuration and str(one.dagster) not in configuration


def test_an_inbox_of_refused_files_says_why_nothing_landed() -> None:
    from orchestration.defs.landing.assets import nothing_but_refusals
    from orchestration.landing import InboxReport

    assert nothing_but_refusals(InboxReport()) is None
    one = InboxReport(refused=[("inbox/acme/a.csv", "inbox/acme/a.csv is empty.")])
    assert str(nothing_but_refusals(one)) == (
        "The only file was refused, so that nothing has landed: inbox/acme/a.csv is empty."
    )
    two = InboxReport(refused=[*one.refused, ("inbox/acme/b.csv", "b is damaged.")])
    assert str(nothing_but_refusals(two)).startswith("All 2 new files were refused")


def test_a_station_stopped_by_a_signal_says_that_it_was_stopped(tmp_path: Path) -> None:
    import dagster as dg

    from orchestration.refresh_session import RefreshSession

    session = RefreshSession(load_settings(tmp_path))
    with pytest.raises(dg.DagsterExecutionInterruptedError), session.station("marts"):
        raise dg.DagsterExecutionInterruptedError
    assert isinstance(session.failure, RefreshError)
    for part in ("stopped from outside", "release is untouched", "run it again"):
        assert part in str(session.failure)


def test_a_day_that_has_not_come_is_refused(tmp_path: Path) -> None:
    in_a_week = datetime.now(UTC).date() + timedelta(days=7)
    with pytest.raises(RefreshError, match=f"--as-of {in_a_week} lies in the future"):
        run_refresh(Settings(Home(tmp_path), "duckdb", 1), in_a_week)
