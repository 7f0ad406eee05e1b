"""What the lint believes of the two engines, run on them.

Refused examples must read differently on Spark, else the rule is a superstition; mended ones must
give the same rows and the same types. What needs Spark runs on the cluster of `make test-spark`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.portable_sql.conftest import FIXTURE_PROJECT, MACROS, SparkQueries
from tests.portable_sql.lint import RULES
from tests.portable_sql.rendering import ProjectRenderer
from tests.portable_sql.test_lint import MENDED, REFUSED
from tests.portable_sql.words import PORTABLE_FUNCTIONS, RESERVED_WORDS

# Types that both engines know under names of their own.
SPARK_NAMES = {"varchar": "string", "integer": "int", "timestamp_ntz": "timestamp"}
READ_ALIKE_BY_SPARK_4 = {rule.rule_id for rule in RULES if not rule.differs_on_spark_4}

# Windows and groups that some functions need; a function without one reads it all the same.
NUMBERS = """
with numbers as (
    select 1 as number
    union all select 2 as number
    union all select 3 as number
),

windowed as (
    select
        number,
        cume_dist() over (order by number nulls last) as place,
        dense_rank() over (order by number nulls last) as dense,
        first_value(number) over (order by number nulls last) as first_number,
        lag(number) over (order by number nulls last) as before_number,
        last_value(number) over (order by number nulls last) as last_number,
        lead(number) over (order by number nulls last) as after_number,
        nth_value(number, 2) over (order by number nulls last) as second_number,
        ntile(2) over (order by number nulls last) as half,
        percent_rank() over (order by number nulls last) as percent_place,
        rank() over (order by number nulls last) as ranked,
        row_number() over (order by number nulls last) as numbered
    from numbers
),

grouped as (
    select number, grouping(number) as grouped
    from numbers
    group by grouping sets ((number))
)
"""

# dbt's own macro, which this module does not load; and a file that is no query.
NOT_RUN = {"datediff_part", "unreadable"}
# Rows that are left to chance may be the same by chance.
LEFT_TO_CHANCE = {"chance", "limit_without_order"}


@dataclass(frozen=True)
class Outcome:
    """Rows in the order of their texts and the types of their columns, or that it was refused."""

    rows: tuple[tuple[Any, ...], ...] = ()
    types: tuple[str, ...] = ()
    is_refused: bool = False


Run = Callable[[Path], Outcome]
_FROM_TOUCHES = re.compile(r"\b(from|join) touches\b")


def _rows_of_functions() -> list[dict[str, str]]:
    with (Path(__file__).parent / "portable_functions.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def examples_by_function() -> dict[str, str]:
    return {row["function"]: row["example"] for row in _rows_of_functions()}


def values_by_function() -> dict[str, str | None]:
    """What each example gives as text; nothing in the file is NULL."""
    return {row["function"]: row["value"] or None for row in _rows_of_functions()}


def query_of(examples: dict[str, str], string: str) -> str:
    """A query of one row: each example as text, under its function's name."""
    columns = [
        f"cast({_as_aggregate(example)} as {string}) as {name}_value"
        for name, example in examples.items()
        if "grouped" not in example
    ]
    grouped = [
        f"(select cast({example} as {string}) from grouped) as {name}_value"
        for name, example in examples.items()
        if "grouped" in example
    ]
    return f"{NUMBERS} select {', '.join([*columns, *grouped])} from windowed"


def _as_aggregate(example: str) -> str:
    """The examples share one row: what is no aggregate of the numbers becomes one."""
    is_aggregate = "number" in example or example.startswith(("max(", "count(*)"))
    return example if is_aggregate else f"max({example})"


@cache
def rendered(path: Path, engine: str) -> str:
    return ProjectRenderer(MACROS, engine=engine).render(path)[0].sql


def outcome(rows: Iterable[Iterable[Any]], types: Iterable[str]) -> Outcome:
    in_order = sorted((tuple(row) for row in rows), key=str)
    return Outcome(tuple(in_order), tuple(SPARK_NAMES.get(one, one) for one in types))


@pytest.fixture(scope="module")
def on_duckdb(duck: duckdb.DuckDBPyConnection) -> Run:
    touches = rendered(FIXTURE_PROJECT / "models" / "touches.sql", "duckdb")
    duck.execute(f"create temporary table touches as {touches}")

    def run(path: Path) -> Outcome:
        try:
            result = duck.sql(rendered(path, "duckdb"))
            return outcome(result.fetchall(), [str(one).lower() for one in result.types])
        except duckdb.Error:
            return Outcome(is_refused=True)

    return run


@pytest.fixture(scope="module")
def on_spark(spark: SparkQueries) -> Iterator[Run]:
    from pyhive.exc import Error

    touches = rendered(FIXTURE_PROJECT / "models" / "touches.sql", "spark")
    spark.run("create schema portable_sql")
    spark.run(f"create table portable_sql.touches using parquet as {touches}")

    def run(path: Path) -> Outcome:
        query = _FROM_TOUCHES.sub(r"\1 portable_sql.touches", rendered(path, "spark"))
        try:
            _, types, rows = spark.read(query)
        except Error:
            return Outcome(is_refused=True)
        return outcome(rows, types)

    yield run
    spark.run("drop schema portable_sql cascade")


def test_every_portable_function_has_an_example() -> None:
    assert set(examples_by_function()) == PORTABLE_FUNCTIONS


def test_every_portable_function_gives_its_value_on_duckdb(
    duck: duckdb.DuckDBPyConnection,
) -> None:
    result = duck.sql(query_of(examples_by_function(), "varchar"))
    named = dict(zip(result.columns, result.fetchall()[0], strict=True))
    assert named == {f"{name}_value": value for name, value in values_by_function().items()}


def test_every_portable_function_gives_its_value_on_spark(spark: SparkQueries) -> None:
    names, _, rows = spark.read(query_of(examples_by_function(), "string"))
    found = dict(zip(names, rows[0], strict=True))
    assert found == {f"{name}_value": value for name, value in values_by_function().items()}


@pytest.mark.parametrize("name", sorted(set(MENDED) - {"unnest_mended"}))
def test_the_mended_example_runs_on_duckdb(name: str, on_duckdb: Run) -> None:
    result = on_duckdb(MENDED[name])
    assert not result.is_refused
    assert result.rows


@pytest.mark.parametrize("name", sorted(MENDED))
def test_the_mended_example_gives_the_same_on_both(
    name: str, on_duckdb: Run, on_spark: Run
) -> None:
    assert on_spark(MENDED[name]) == on_duckdb(MENDED[name])


@pytest.mark.parametrize("name", sorted(set(REFUSED) - NOT_RUN - READ_ALIKE_BY_SPARK_4))
def test_the_refused_example_differs_on_spark(name: str, on_duckdb: Run, on_spark: Run) -> None:
    assert on_spark(REFUSED[name]) != on_duckdb(REFUSED[name])


@pytest.mark.parametrize("name", sorted(READ_ALIKE_BY_SPARK_4 - LEFT_TO_CHANCE))
def test_what_is_refused_for_other_reasons_is_read_alike_by_spark_4(
    name: str, on_duckdb: Run, on_spark: Run
) -> None:
    assert on_spark(REFUSED[name]) == on_duckdb(REFUSED[name])


def test_the_reserved_words_hold_those_of_spark(spark: SparkQueries) -> None:
    with spark.server.session() as cursor:
        cursor.execute("set spark.sql.ansi.enforceReservedKeywords = true")
        try:
            cursor.execute("select keyword from sql_keywords() where reserved")
            rows = cursor.fetchall()
        finally:
            cursor.execute("reset spark.sql.ansi.enforceReservedKeywords")
    assert {row[0].lower() for row in rows} <= RESERVED_WORDS
