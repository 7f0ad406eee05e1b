"""Readers of `releases/current`: each counts the rows of many tables in one query, over and over.

`python -m tests.faults.readers HOME STOP FOLDER TABLE…` imports once, forks twenty readers, and
waits for them. A reader goes on until the file STOP exists and writes what it saw into FOLDER: how
often it read, each different answer, and each error. What must be opened by name more than once
(Parquet files) is opened below the folder that `current` names, which is looked up once per query.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pandas
import sqlalchemy

READERS = 20
PAUSE_SECONDS = 0.1
# What a reader of files reads of each release; all of them would be another test of pandas.
FILES = 4

Answer = dict[str, int]
Reader = Callable[[Path, Sequence[str]], Answer]


def counting(tables: Sequence[str]) -> str:
    """One query that counts the rows of every table."""
    return "select " + ", ".join(f"(select count(*) from {table})" for table in tables)


def by_duckdb(current: Path, tables: Sequence[str]) -> Answer:
    """A notebook: connect, ask, close."""
    with duckdb.connect(str(current / "cosell.duckdb"), read_only=True) as connection:
        row = connection.execute(counting(tables)).fetchone()
    return dict(zip(tables, row or (), strict=True))


def by_attaching(current: Path, tables: Sequence[str]) -> Answer:
    """A session of its own that attaches the release beside its own tables."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{current / 'cosell.duckdb'}' as released (read_only)")
        connection.execute("use released")
        row = connection.execute(counting(tables)).fetchone()
    return dict(zip(tables, row or (), strict=True))


def by_sqlalchemy(current: Path, tables: Sequence[str]) -> Answer:
    """A BI tool: an engine with a pool, let go after each question."""
    engine = sqlalchemy.create_engine(
        f"duckdb:///{current / 'cosell.duckdb'}", connect_args={"read_only": True}
    )
    try:
        with engine.connect() as connection:
            row = connection.execute(sqlalchemy.text(counting(tables))).one()
    finally:
        engine.dispose()
    return dict(zip(tables, row, strict=True))


def by_pandas(current: Path, tables: Sequence[str]) -> Answer:
    """An analyst: one data frame per file, all of the release that `current` named."""
    release = current.resolve()
    read = tables[:FILES]
    return {
        table: len(pandas.read_parquet(release / "tables" / f"{table}.parquet")) for table in read
    }


def by_command_line(current: Path, tables: Sequence[str]) -> Answer:
    """DuckDB's own command line, a new process for each question."""
    asked = subprocess.run(
        [command_line(), "-readonly", "-json", str(current / "cosell.duckdb"), counting(tables)],
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise RuntimeError(asked.stderr)
    (row,) = json.loads(asked.stdout)
    return dict(zip(tables, map(int, row.values()), strict=True))


def command_line() -> str | None:
    """Where DuckDB's command line is, None where it is not installed."""
    return shutil.which("duckdb", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")


def kinds() -> list[Reader]:
    """The kinds of readers, as far as they are installed."""
    found: list[Reader] = [by_duckdb, by_sqlalchemy, by_pandas, by_attaching]
    return [*found, by_command_line] if command_line() else found


def read_until(stop: Path, reader: Reader, current: Path, tables: Sequence[str]) -> dict:
    """Read until the file is there; an answer that comes again is only counted."""
    answers: list[Answer] = []
    errors: list[str] = []
    reads = 0
    while not stop.exists():
        try:
            answer = reader(current, tables)
            if answer not in answers:
                answers.append(answer)
        except Exception:
            errors.append(traceback.format_exc(limit=2))
        reads += 1
        time.sleep(PAUSE_SECONDS)
    return {"kind": reader.__name__, "reads": reads, "answers": answers, "errors": errors}


def main(home: str, stop: str, folder: str, *tables: str) -> None:
    """Fork the readers and wait for them."""
    children = []
    offered = kinds()
    for number in range(READERS):
        reader = offered[number % len(offered)]
        process_id = os.fork()
        if process_id == 0:
            seen = read_until(Path(stop), reader, Path(home, "releases", "current"), tables)
            Path(folder, f"{number}.json").write_text(json.dumps(seen), encoding="utf-8")
            os._exit(0)
        children.append(process_id)
    Path(folder, "all_begun").touch()
    for process_id in children:
        os.waitpid(process_id, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
