"""Every landed table, the matches and every published table has a suite with owner and reason.

Discovered, not listed: a table that is declared or published and has no rule fails here.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from expectations import landed_tables, public_tables
from expectations.gates import RULES_OF_GATES
from expectations.rule import Rule
from orchestration.dbt_station import project_manifest
from orchestration.landing import declared_tables
from orchestration.landing.contracts import LANDING_COLUMNS, Table
from orchestration.release import public_tables as published_tables
from orchestration.settings import Home

RULES = [rule for rules in RULES_OF_GATES.values() for rule in rules]
COUNTED = {"integer": "7", "decimal": "7.5", "boolean": "true"}
DATED = {"date": "2026-02-09", "timestamp": "2026-02-09 10:00:00"}


def tables_with_a_suite(gate: str) -> set[str]:
    return {rule.table for rule in RULES_OF_GATES[gate] if rule.owner and rule.reason}


def test_every_landed_table_has_a_suite() -> None:
    landed = {f"{table.source}.{table.name}" for table in declared_tables()}
    assert landed - tables_with_a_suite("landing") == set()


def test_the_matches_have_a_suite_of_their_own() -> None:
    assert "account_mapping.fct_account_matches" in tables_with_a_suite("matching")


def test_every_published_table_has_a_suite() -> None:
    published = {table.full_name for table in published_tables(project_manifest())}
    assert published, "the dbt project publishes nothing"
    suites = {suite.table for suite in public_tables.SUITES}
    assert suites == published
    assert published - tables_with_a_suite("marts") == set()


def test_every_table_can_block() -> None:
    """A suite of warnings alone would let everything pass, but for tables that people work off."""
    blocked = {rule.table for rule in RULES if rule.severity == "critical"}
    worklists = {suite.table for suite in public_tables.SUITES if suite.kind == "worklist"}
    assert {rule.table for rule in RULES} - blocked <= worklists


def row_of(table: Table) -> dict[str, str]:
    """A row that keeps its declaration, with a value in every column."""
    return {
        column.name: column.vocabulary[0]
        if column.vocabulary
        else COUNTED.get(column.kind) or DATED.get(column.kind) or "x"
        for column in table.columns
    }


def failing(rule: Rule, row: dict[str, str | None]) -> list[tuple[object, ...]]:
    """What the rule finds in a table of that one row."""
    own = {name: "'x'" for name, _ in LANDING_COLUMNS}
    own |= {"_row_number": "1", "_as_of": "date '2026-02-09'"}
    values = {name: "null" if text is None else f"'{text}'" for name, text in row.items()}
    columns = ", ".join(
        f'cast({value} as varchar) as "{name}"' if name in values else f'{value} as "{name}"'
        for name, value in (values | own).items()
    )
    query = rule.query_for({})
    assert query is not None
    return duckdb.execute(query.format(batch=f"(select {columns}) as landed")).fetchall()


@pytest.mark.parametrize(
    ("table", "rule"),
    list(zip(declared_tables(), landed_tables.RULES, strict=True)),
    ids=lambda value: value.name if isinstance(value, Table) else "",
)
def test_a_landed_table_passes_whole_rows_and_names_broken_ones(table: Table, rule: Rule) -> None:
    good = row_of(table)
    assert failing(rule, dict(good)) == []
    for column in table.columns:
        if column.value_required:
            assert failing(rule, {**good, column.name: None}), column.name
        if column.kind != "text":
            assert failing(rule, {**good, column.name: "soon"}), column.name
        if column.vocabulary and not column.many:
            assert failing(rule, {**good, column.name: "something else"}), column.name
    for group in table.at_least_one_of:
        assert failing(rule, {**good, **dict.fromkeys(group)}), group


@pytest.mark.parametrize(
    "suite", [one for one in public_tables.SUITES if not one.key], ids=lambda suite: suite.table
)
def test_a_published_table_that_loses_its_rows_is_named(
    suite: public_tables.PublicSuite,
) -> None:
    rule = public_tables.RULES[public_tables.SUITES.index(suite)]
    assert rule.severity == ("warning" if suite.kind == "worklist" else "critical")
    parameters = {
        f"released_{suite.table.replace('.', '__')}": "released",
        "released_core__dim_partners": "partners_before",
        "minimum_compared_rows": "50",
        "maximum_loss_share": "0.5",
    }
    query = rule.query_for(parameters)
    assert query is not None
    with duckdb.connect() as connection:
        connection.execute(
            "create schema core; create table released as select range as id from range(100);"
            "create table partners_before as select 'p1' as partner_id, true as is_active;"
            "create table core.dim_partners as from partners_before;"
            "create table now as from released limit 50"
        )
        ask = query.format(batch="now")
        assert connection.execute(ask).fetchall() == []
        connection.execute("delete from now where id = 0")
        assert connection.execute(ask).fetchall() == [(100, 49)]
        # A partner that has left takes its rows along.
        connection.execute("update core.dim_partners set is_active = false")
        assert connection.execute(ask).fetchall() == []


@pytest.mark.parametrize(
    "suite", [one for one in public_tables.SUITES if one.key], ids=lambda suite: suite.table
)
def test_a_published_table_that_loses_a_key_names_it(suite: public_tables.PublicSuite) -> None:
    rule = public_tables.RULES[public_tables.SUITES.index(suite)]
    query = rule.query_for({f"released_{suite.table.replace('.', '__')}": "released"})
    assert query is not None
    with duckdb.connect() as connection:
        connection.execute(
            f"create table released as select range as {suite.key} from range(3);"
            "create table now as from released"
        )
        ask = query.format(batch="now")
        assert connection.execute(ask).fetchall() == []
        connection.execute(f"delete from now where {suite.key} = 1")
        assert connection.execute(ask).fetchall() == [(1,)]


def test_results_and_data_docs_of_every_suite_are_kept_in_the_release(demo_home: Home) -> None:
    """Finance opens releases/current/gates: the verdict of each rule, and a page per suite."""
    gates = demo_home.current_release / "gates"
    pages = {path.stem for path in gates.rglob("data_docs/expectations/*/*.html")} | {
        path.stem for path in gates.rglob("data_docs/expectations/*.html")
    }
    published = {table.name for table in published_tables(project_manifest())}
    assert published - pages == set()
    for gate in RULES_OF_GATES:
        assert Path(gates, gate, "verdict.json").is_file()
        assert Path(gates, gate, "validation_results.json").is_file()
    overview = (gates / "index.html").read_text(encoding="utf-8")
    for rule in RULES:
        assert rule.rule_id in overview
