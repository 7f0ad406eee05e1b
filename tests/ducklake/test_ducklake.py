"""The same project on DuckLake: the same tables, and several writers at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.settings import Home
from tests.ducklake.conftest import REPOSITORY, Lake

MINUTES = 10
PROJECT = REPOSITORY / "dbt_project"
# Two areas that do not read each other.
AREAS = ("account_mapping", "attribution")

# Appends 20 times and says when it began and ended, on one clock for all processes.
APPEND = """
import sys, time
import duckdb
catalog, files, home, name = sys.argv[1:]
connection = duckdb.connect()
connection.execute(f"set home_directory = '{home}'")
for extension in ("postgres_scanner", "ducklake"):
    connection.load_extension(extension)
connection.execute(f"attach 'ducklake:postgres:{catalog}' as lake (data_path '{files}')")
began = time.time()
for number in range(20):
    connection.execute("insert into lake.notes.lines values (?, ?)", [name, number])
print(began, time.time())
"""


def start_dbt(lake: Lake, landing: Path, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """One dbt in a process of its own, with its own folder for what it writes beside the lake."""
    return subprocess.Popen(
        [
            *(str(Path(sys.executable).with_name("dbt")), *arguments),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target", "ducklake"),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        ],
        env=lake.environment(landing),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """What the process printed; fails with it where the process did."""
    output, _ = process.communicate(timeout=MINUTES * 60)
    assert process.returncode == 0, output[-4000:]
    return output


@pytest.fixture(scope="session")
def built_lake(lake: Lake, demo_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The lake with the whole project built from the landed files of the demo company."""
    folder = tmp_path_factory.mktemp("dbt_on_ducklake")
    only_tables = ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
    finish(start_dbt(lake, demo_home.landing, folder, "build", *only_tables))
    return lake


def tables_of_release(home: Home) -> dict[str, Path]:
    folder = home.current_release / "tables"
    return {path.stem: path for path in sorted(folder.glob("*.parquet"))}


def differing_rows(connection: duckdb.DuckDBPyConnection, table: str, parquet: Path) -> int:
    """Rows that only one of the two holds, each counted as often as it is there too much."""
    released = f"read_parquet('{parquet}')"
    built = f"lake.{table}"
    row = connection.execute(
        f"""
        select
            (select count(*) from (select * from {released} except all select * from {built}))
            + (select count(*) from (select * from {built} except all select * from {released}))
        """
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_one_dbt_thread_per_process_is_set() -> None:
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    assert profile["cosell"]["outputs"]["ducklake"]["threads"] == 1


@pytest.mark.slow
def test_every_public_table_equals_the_one_that_plain_duckdb_released(
    built_lake: Lake, demo_home: Home
) -> None:
    released = tables_of_release(demo_home)
    connection = built_lake.connect()
    try:
        differing = {
            table: differing_rows(connection, table, path) for table, path in released.items()
        }
    finally:
        connection.close()
    assert released
    assert differing == dict.fromkeys(released, 0)


@pytest.mark.slow
def test_two_builds_write_at_once_and_change_nothing(
    built_lake: Lake, demo_home: Home, tmp_path: Path
) -> None:
    processes = [
        start_dbt(
            built_lake,
            demo_home.landing,
            tmp_path / area,
            *("run", "--select", f"path:models/marts/{area}"),
        )
        for area in AREAS
    ]

    outputs = [finish(process) for process in processes]

    assert all("Completed successfully" in output for output in outputs)
    connection = built_lake.connect()
    try:
        for table, path in tables_of_release(demo_home).items():
            assert differing_rows(connection, table, path) == 0, table
    finally:
        connection.close()


@pytest.mark.slow
def test_two_processes_append_to_one_table_while_a_third_reads(lake: Lake) -> None:
    connection = lake.connect()
    connection.execute("create schema if not exists lake.notes")
    connection.execute("create or replace table lake.notes.lines (writer varchar, number int)")
    arguments = [lake.catalog, str(lake.files), str(lake.person_home)]
    connection.execute("begin transaction read only")
    connection.sql("select count(*) from lake.notes.lines").fetchone()

    writers = [
        subprocess.Popen(
            [sys.executable, "-c", APPEND, *arguments, name],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in ("first", "second")
    ]
    times = [tuple(map(float, finish(writer).split())) for writer in writers]

    assert max(began for began, _ in times) < min(ended for _, ended in times), "none waited"
    # What was opened before stays as it was; what is opened after holds every row of both.
    assert connection.sql("select count(*) from lake.notes.lines").fetchone() == (0,)
    connection.execute("commit")
    written = connection.sql(
        "select writer, count(*), sum(number) from lake.notes.lines group by writer order by writer"
    ).fetchall()
    connection.close()
    assert written == [("first", 20, 190), ("second", 20, 190)]


def test_a_plain_duckdb_file_takes_one_writing_process_only(tmp_path: Path) -> None:
    file = tmp_path / "plain.duckdb"
    connection = duckdb.connect(file)
    second = subprocess.run(
        [sys.executable, "-c", f"import duckdb; duckdb.connect({str(file)!r})"],
        capture_output=True,
        text=True,
        check=False,
    )
    connection.close()
    assert second.returncode != 0
    assert "Could not set lock on file" in second.stderr
