"""No outer join that names a key is done by comparing every row with every other (decision 046)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pytest

from orchestration.settings import Home

ROW_BY_ROW = "BLOCKWISE_NL_JOIN"
OUTER = ("LEFT", "RIGHT", "FULL")
# What the other side holds is short, whatever the company's size.
SHORT_ON_ONE_SIDE = {
    "int_incentive_rates_compared": "rates of a policy",
    "rpt_incentive_credit": "rates of a policy",
    "int_match_decisions_resolved": "decisions of people",
}


def row_by_row(plan: Mapping[str, Any]) -> Iterator[str]:
    """Conditions with a key, of outer joins that compare every row with every other one."""
    said = plan["extra_info"]
    if plan["name"] == ROW_BY_ROW and said.get("Join Type") in OUTER:
        condition = str(said.get("Condition", said.get("Conditions", "")))
        if " = " in condition:
            yield condition
    for child in plan["children"]:
        yield from row_by_row(child)


def conditions_row_by_row(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    ((_, text),) = connection.execute(f"explain (format json) {query}").fetchall()
    return [condition for plan in json.loads(text) for condition in row_by_row(plan)]


def test_an_outer_join_is_joined_by_its_key(demo_home: Home) -> None:
    compiled = demo_home.root / "dagster/dbt/target/compiled/cosell/models"
    queries = {
        file.stem: file.read_text("utf-8")
        for file in compiled.rglob("*.sql")
        # Data tests lie in folders named as the file that declares them.
        if file.parent.suffix != ".yml"
    }
    with duckdb.connect(str(demo_home.root / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = {
            name: conditions
            for name, query in queries.items()
            if (conditions := conditions_row_by_row(connection, query))
        }
    assert len(queries) > 300
    assert {name: found[name] for name in set(found) - set(SHORT_ON_ONE_SIDE)} == {}


@pytest.mark.parametrize(
    ("condition", "is_row_by_row"),
    [
        ("a.k = b.k and (b.ends is null or a.x < b.ends)", True),
        ("a.k = b.k and a.x is null", True),
        ("a.k = b.k and a.x < coalesce(b.ends, 9)", False),
        ("case when a.x is null then a.k end = b.k", False),
    ],
)
def test_such_a_join_is_noticed(condition: str, is_row_by_row: bool) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table a (k integer, x integer)")
        connection.execute("create table b (k integer, ends integer)")
        connection.execute("insert into a values (1, 2), (2, null), (3, 7)")
        connection.execute("insert into b values (1, 4), (2, null), (3, 1)")
        query = f"select * from a left join b on {condition}"
        assert bool(conditions_row_by_row(connection, query)) is is_row_by_row
