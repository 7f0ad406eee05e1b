"""The content hash sees every difference in content and nothing else."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.release.content_hash import read_content
from tests.release.conftest import WAREHOUSE

Row = tuple[str | None, int | None, Decimal | None, date | None, datetime | None, bool | None]
TYPES = (
    "name varchar, number bigint, amount decimal(18, 2), day date, moment timestamp, flag boolean"
)


def hash_of(rows: list[Row], threads: int = 2) -> str:
    with duckdb.connect(config={"threads": str(threads)}) as connection:
        connection.execute(f"create table content ({TYPES})")
        if rows:
            connection.executemany("insert into content values (?, ?, ?, ?, ?, ?)", rows)
        return read_content(connection, "content").content_hash


def hash_by_hand(rows: list[Row]) -> str:
    """The same definition, written without SQL."""
    sums = [0, 0]
    for row in rows:
        text = ""
        for value in row:
            if value is None:
                text += "-"
                continue
            if isinstance(value, bool):
                written = str(value).lower()
            elif isinstance(value, datetime):
                written = value.isoformat(" ", timespec="microseconds")
            elif isinstance(value, Decimal):
                written = f"{value:.2f}"
            else:
                written = str(value)
            text += f"{len(written)}:{written}"
        digest = hashlib.md5(text.encode()).hexdigest()
        sums[0] += int(digest[:16], 16)
        sums[1] += int(digest[16:], 16)
    columns = "name\nnumber\namount\nday\nmoment\nflag"
    return hashlib.sha256(f"{columns}\n{len(rows)}\n{sums[0]}\n{sums[1]}".encode()).hexdigest()


values = st.tuples(
    st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
    st.none() | st.integers(-(10**12), 10**12),
    st.none() | st.decimals(-(10**9), 10**9, places=2, allow_nan=False),
    st.none() | st.dates(date(1900, 1, 1), date(2999, 12, 31)),
    st.none()
    | st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2999-12-31")),
    st.none() | st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(values, max_size=12), st.randoms(use_true_random=False))
def test_hash_equals_the_definition_in_any_order(rows: list[Row], shuffler: random.Random) -> None:
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    assert hash_of(rows) == hash_of(shuffled) == hash_by_hand(rows)


def test_hash_is_the_same_with_one_thread_and_with_four() -> None:
    query = (
        "select range as id, 'n' || range as name, (range * 0.1)::decimal(18, 2) as amount "
        "from range(300000)"
    )
    found = set()
    for threads in (1, 4):
        with duckdb.connect(config={"threads": str(threads)}) as connection:
            connection.execute(f"create table content as {query}")
            found.add(read_content(connection, "content"))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([("a", None)], [(None, "a")]),
        ([("ab", "c")], [("a", "bc")]),
        ([("", "a")], [(None, "a")]),
        ([("-", "a")], [(None, "a")]),
        ([("1:a", "b")], [("1", ":ab")]),
        ([("a", "b")], [("a", "b"), ("a", "b")]),
        ([("a", "b"), ("a", "b")], [("c", "d"), ("c", "d")]),
        ([], [(None, None)]),
    ],
    ids=[
        "a value in another column",
        "the border between two values",
        "empty text for NULL",
        "a dash for NULL",
        "a text that looks like a length",
        "a row twice",
        "two pairs of equal rows",
        "no row for a row of NULLs",
    ],
)
def test_hash_tells_apart(
    one: list[tuple[str | None, str | None]], other: list[tuple[str | None, str | None]]
) -> None:
    hashes = set()
    for rows in (one, other):
        with duckdb.connect() as connection:
            connection.execute("create table content (first varchar, second varchar)")
            if rows:
                connection.executemany("insert into content values (?, ?)", rows)
            hashes.add(read_content(connection, "content").content_hash)
    assert len(hashes) == 2


def test_hash_ignores_the_last_bits_of_a_floating_point_sum() -> None:
    with duckdb.connect() as connection:
        one = read_content(connection, "(select 0.1::double + 0.2::double as share)")
        other = read_content(connection, "(select 0.3::double as share)")
    assert one.content_hash == other.content_hash


def test_ignored_columns_stay_out_of_the_hash_but_are_listed() -> None:
    with duckdb.connect() as connection:
        one = read_content(connection, "(select 1 as id, 2 as moment)", {"moment"})
        other = read_content(connection, "(select 1 as id, 3 as moment)", {"moment"})
    assert one == other
    assert [column.name for column in one.columns] == ["id", "moment"]


PUBLISH = """
import sys
from pathlib import Path
from orchestration.release import publish
from orchestration.settings import Home, Settings
from tests.release.conftest import FACTS, TABLES

settings = Settings(home=Home(Path(sys.argv[1])), engine="duckdb", threads=int(sys.argv[2]))
print(publish(settings, [], tables=TABLES, facts=FACTS).release.content_hash)
"""
# Threads, and what else differs between two machines: the order of sets, the zone, the language.
MACHINES = (
    (1, {"PYTHONHASHSEED": "0", "TZ": "Asia/Kolkata", "LC_ALL": "C"}),
    (2, {"PYTHONHASHSEED": "4711", "TZ": "America/St_Johns", "LC_ALL": "de_DE.UTF-8"}),
    (8, {"PYTHONHASHSEED": "random", "TZ": "Pacific/Chatham", "LC_ALL": "tr_TR.UTF-8"}),
)


def test_a_release_has_the_same_hash_with_any_threads_order_zone_and_language(
    tmp_path: Path,
) -> None:
    """The same rows, inserted in another order on each machine, in processes of their own."""
    chance = random.Random(5)
    found = set()
    for threads, environment in MACHINES:
        home = tmp_path / str(threads)
        home.mkdir()
        with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
            connection.execute(WAREHOUSE)
            order = f"order by md5(range || '{chance.random()}')"
            connection.execute(
                "create or replace table account_mapping.fct_account_segments as "
                "select range as id, range / 7.0 as share, (range * 0.1)::decimal(18, 2) as amount,"
                " timestamp '2026-03-29 01:59:59.999999' + interval (range) minute as moment,"
                f" if(range % 5 = 0, null, 'İıßé' || range) as name from range(150000) {order}"
            )
        published = subprocess.run(
            [sys.executable, "-c", PUBLISH, str(home), str(threads)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, **environment},
        )
        found.add(published.stdout.split()[-1])
    assert len(found) == 1
