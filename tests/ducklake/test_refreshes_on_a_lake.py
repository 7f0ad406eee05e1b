"""Two homes refreshed at once into one lake: the same releases as DuckDB's alone.

Two teams share a catalog in PostgreSQL and a folder of files. One refreshes as of a first day and
extends that as of a later day. While it extends, the other begins its first refresh in a process
of its own; it is stopped from outside when the first comes to its marts, because what was written
until then shows that both wrote at once.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from orchestration.demo_company import write_demo
from orchestration.ducklake import Lake
from orchestration.landing import ensure_landing_schema, land_company_configuration, land_inbox
from orchestration.refresh import RefreshOutcome, run_refresh
from orchestration.release import Release, read_release, verify
from orchestration.settings import Home, LakeSettings, load_settings
from orchestration.stations import MARTS
from tests.conftest import OUTPUT_FOR_TESTS, run_cosell

# What these need is installed by `make test-spark`, with the other extras.
pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.long]

FIRST, LATER = date(2026, 7, 27), date(2026, 8, 17)
MINUTES = 25
# Waits until both writers are there, then appends.
APPEND = """
import sys, time
from pathlib import Path
from orchestration.ducklake import Lake
catalog, files, name, ready = sys.argv[1:]
with Lake(catalog, Path(files)).connected() as connection:
    Path(ready, name).touch()
    while len(list(Path(ready).iterdir())) < 2:
        time.sleep(0.01)
    for number in range(20):
        connection.execute("insert into notes.lines values (?, ?)", [name, number])
"""


@dataclass(frozen=True)
class Team:
    """A home with a prefix of its own in the lake."""

    home: Home
    prefix: str
    environment: dict[str, str]

    def start(self, day: date) -> subprocess.Popen[str]:
        return start(
            *("-m", "orchestration.command_line", "--home", str(self.home.root)),
            *("refresh", "--as-of", day.isoformat()),
            environment=self.environment,
        )

    def release(self, day: date) -> Release:
        return release_of(self.home, day)


@dataclass(frozen=True)
class Story:
    """What the teams released, and DuckDB without a lake."""

    alone: Home
    teams: tuple[Team, Team]
    extended: RefreshOutcome
    told_when_stopped: str
    lake: Lake


def start(*arguments: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if "COSELL_" not in name}
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={**inherited, **OUTPUT_FOR_TESTS, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """What the process printed; fails with it where the process did."""
    output, _ = process.communicate(timeout=MINUTES * 60)
    assert process.returncode == 0, output[-4000:]
    return output


def release_of(home: Home, day: date) -> Release:
    return read_release(home, next(home.releases.glob(f"{day}-*")).name)


@pytest.fixture(scope="module")
def story(catalog: str, tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("lakes")
    alone = Home(folder / "alone")
    write_demo(alone.root, "tiny", 1)
    ensure_landing_schema(alone)
    land_inbox(alone, default_as_of=FIRST, until=FIRST)
    land_company_configuration(alone, FIRST)
    lake = Lake(catalog, folder / "lake's files")
    teams = []
    for prefix in ("east_", "east_side_"):
        home = Home(folder / f"team {prefix}")
        shutil.copytree(alone.root, home.root)
        variables = {
            "COSELL_ENGINE": "ducklake",
            "COSELL_LAKE_CATALOG": catalog,
            "COSELL_LAKE_FILES": str(lake.files),
            "COSELL_SCHEMA_PREFIX": prefix,
        }
        teams.append(Team(home, prefix, variables))
    east, east_side = teams

    for day in (FIRST, LATER):
        run_refresh(load_settings(alone.root, "duckdb"), day)
    finish(east.start(FIRST))
    beside = east_side.start(FIRST)
    heard: set[str] = set()

    def stop_beside(station: str, *_: object, **__: object) -> None:
        if station == MARTS and MARTS not in heard:
            beside.send_signal(signal.SIGTERM)
        heard.add(station)

    extended = run_refresh(
        replace(
            load_settings(east.home.root, "ducklake"),
            lake=LakeSettings(catalog, lake.files, east.prefix),
        ),
        LATER,
        stop_beside,
    )
    told, _ = beside.communicate(timeout=MINUTES * 60)
    return Story(alone, (east, east_side), extended, told, lake)


def test_every_public_table_equals_duckdbs_row_by_row(story: Story) -> None:
    east = story.teams[0]
    for day in (FIRST, LATER):
        released, expected = east.release(day).manifest, release_of(story.alone, day).manifest
        # A table's hash is one of its rows, columns and types (release/content_hash.py).
        assert {name: one["content_hash"] for name, one in released["tables"].items()} == {
            name: one["content_hash"] for name, one in expected["tables"].items()
        }
        assert released["release_id"] == expected["release_id"]
        assert verify(east.home, released["release_id"]).differences == ()


def test_the_gates_were_passed_by_the_same_rules(story: Story) -> None:
    verdicts = [
        {
            rule["rule_id"]: (rule["verdict"], rule.get("failing_rows_count"))
            for gate in release.manifest["gates"]
            for rule in gate["rules"]
        }
        for release in (release_of(story.alone, LATER), story.teams[0].release(LATER))
    ]
    assert verdicts[0] == verdicts[1]


def test_two_homes_wrote_at_once(story: Story) -> None:
    with story.lake.connected() as connection:
        rows = connection.execute(
            "select cast(changes as varchar) from ducklake_snapshots('lake') order by snapshot_id"
        ).fetchall()
    writers = [
        "east_side_" if "east_side_" in changes else "east_"
        for (changes,) in rows
        if "east_" in changes
    ]
    # One after the other would change hands once or twice.
    assert sum(one != other for one, other in pairwise(writers)) > 20
    assert not story.teams[1].home.current_release.exists(), story.told_when_stopped


def test_a_later_refresh_extends_the_lake(story: Story) -> None:
    assert story.extended.rebuilt_because is None
    assert story.extended.is_new_release
    with story.lake.connected() as connection:
        files = connection.execute(
            "select data_file from ducklake_list_files('lake', 'fct_attribution_ledger', "
            "schema => 'east_attribution')"
        ).fetchall()
    # What was appended lies in files of its own beside those of the first refresh.
    assert len(files) > 1


def test_the_same_again_changes_nothing(story: Story) -> None:
    east = story.teams[0]
    before = east.home.current_release.resolve()
    again = run_cosell(
        *("--home", east.home.root, "refresh", "--as-of", LATER.isoformat()),
        environment=east.environment,
    )
    assert again.exit_code == 0, again.errors
    assert east.home.current_release.resolve() == before


def test_a_prefix_of_another_home_is_refused(story: Story, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert run_cosell("--home", other, "init").exit_code == 0
    refused = run_cosell("--home", other, "refresh", environment=story.teams[0].environment)
    assert refused.exit_code != 0
    assert "belong to another home" in refused.errors


def test_a_catalog_that_does_not_answer_is_named_without_its_password(
    story: Story, tmp_path: Path
) -> None:
    closed = "host=127.0.0.1 port=1 user=cosell password=hunter2 dbname=lake"
    home = tmp_path / "home"
    assert run_cosell("--home", home, "init").exit_code == 0
    environment = {**story.teams[0].environment, "COSELL_LAKE_CATALOG": closed}
    refused = run_cosell("--home", home, "refresh", environment=environment)
    assert refused.exit_code != 0
    assert "(host=127.0.0.1 port=1 dbname=lake) does not answer" in refused.errors
    assert "hunter2" not in refused.errors + refused.output


def test_files_in_another_folder_are_refused(story: Story, tmp_path: Path) -> None:
    from orchestration.errors import RefreshError

    with (
        pytest.raises(RefreshError, match="keeps its files in another folder"),
        Lake(story.lake.catalog, tmp_path).connected(),
    ):
        pass


def test_removing_one_homes_tables_leaves_the_others(story: Story) -> None:
    from orchestration.warehouse import DuckLakeWarehouse

    # `east_` begins `east_side_` as well.
    east, east_side = story.teams
    settings = replace(
        load_settings(east.home.root, "ducklake"),
        lake=LakeSettings(story.lake.catalog, story.lake.files, east.prefix),
    )
    warehouse = DuckLakeWarehouse(settings)
    assert warehouse.is_known() and warehouse.exists()
    warehouse.remove()
    assert not warehouse.is_known() and not warehouse.exists()
    other = replace(
        settings, home=east_side.home, lake=replace(settings.lake, schema_prefix=east_side.prefix)
    )
    assert DuckLakeWarehouse(other).is_known()
    warehouse.check()


def test_two_processes_append_to_one_table_while_a_third_reads(
    story: Story, tmp_path: Path
) -> None:
    with story.lake.connected() as connection:
        connection.execute("create schema notes")
        connection.execute("create table notes.lines (writer varchar, number int)")
        connection.execute("begin transaction read only")
        connection.sql("select count(*) from notes.lines").fetchone()
        arguments = ("-c", APPEND, story.lake.catalog, str(story.lake.files))
        writers = [
            start(*arguments, name, str(tmp_path), environment={}) for name in ("first", "second")
        ]
        for writer in writers:
            finish(writer)

        # What was opened before stays as it was; what is opened after holds every row of both.
        assert connection.sql("select count(*) from notes.lines").fetchone() == (0,)
        connection.execute("commit")
        written = connection.sql(
            "select writer, count(*), sum(number) from notes.lines group by writer order by writer"
        ).fetchall()
    assert written == [("first", 20, 190), ("second", 20, 190)]


def test_several_may_begin_one_lake_at_the_same_moment(new_catalog: str, tmp_path: Path) -> None:
    def schemas(_: int) -> list[tuple[str]]:
        with Lake(new_catalog, tmp_path).connected() as connection:
            return connection.sql(
                "select schema_name from duckdb_schemas() where database_name = 'lake'"
            ).fetchall()

    with ThreadPoolExecutor(6) as people:
        assert list(people.map(schemas, range(6))) == [[("main",)]] * 6
