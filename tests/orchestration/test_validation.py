"""A gate tells good data, bad data and a broken check apart, and keeps what it found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from expectations.rule import Rule
from expectations.validation import GateSource, validate
from expectations.verdict import GateResult
from orchestration.errors import BrokenCheckError, GateError
from orchestration.quality_gate import raise_where_blocked


def rule(rule_id: str, query: str, table: str = "core.dim_accounts", **changes: str) -> Rule:
    return Rule(
        **{
            "rule_id": rule_id,
            "table": table,
            "severity": "critical",
            "owner": "data engineering",
            "statement": "every account has a name",
            "reason": "an account without a name cannot be shown",
            "mend": "export Account again",
            "query": query,
            **changes,
        }  # type: ignore[arg-type]
    )


NAMED = "select account_id from batch where account_name is null order by account_id"
GOOD = rule("accounts_have_an_id", "select account_id from batch where account_id is null")
BAD = rule("accounts_have_a_name", NAMED)
WARNING = rule("accounts_have_a_nice_name", NAMED, severity="warning")
BROKEN = rule("accounts_have_a_colour", "select account_id from batch where colour is null")
NO_TABLE = rule("reps_have_a_name", "select * from batch", table="core.dim_reps")
NOT_YET = rule("accounts_stay", "select * from batch where account_id not in {released_accounts}")
LANDED = rule("landed_rows_are_few", "select id from batch", table="salesforce.accounts")
JOINED = rule(
    "accounts_have_a_parent",
    """
    with parents as (select account_id from core.dim_accounts)
    select batch.account_id, '12:30 {{x}}' as remark
    from batch
    inner join parents on batch.account_id = parents.account_id
    where batch.account_id = 'a1'
    """,
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("gate") / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema core")
        connection.execute(
            "create table core.dim_accounts as select 'a' || range as account_id, "
            "case when range >= 10 then 'Name' end as account_name from range(20)"
        )
    return file


def run(
    rules: list[Rule], warehouse: Path, folder: Path, relations: dict[str, str] | None = None
) -> GateResult:
    source = GateSource(database=warehouse, threads=1, relations=relations or {})
    return validate("marts", rules, source, {}, folder)


def test_good_data_passes_and_is_kept_with_its_data_docs(warehouse: Path, tmp_path: Path) -> None:
    result = run([GOOD, NOT_YET], warehouse, tmp_path / "marts")
    raise_where_blocked(result)
    assert result.verdict == "passed" and result.message == ""
    assert [one.verdict for one in result.rules] == ["passed", "not_applicable"]
    assert GateResult.read(tmp_path / "marts").rules == result.rules
    assert tmp_path.joinpath("marts", "data_docs", "index.html").is_file()
    found = json.loads(tmp_path.joinpath("marts", "validation_results.json").read_text())
    assert [one["expectation_config"]["meta"]["rule_id"] for one in found] == [GOOD.rule_id]


def test_a_home_may_be_named_by_a_relative_path(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    raise_where_blocked(run([GOOD], warehouse, Path("marts")))
    assert tmp_path.joinpath("marts", "data_docs", "index.html").is_file()


def test_bad_data_names_rule_rows_and_mend(warehouse: Path, tmp_path: Path) -> None:
    result = run([GOOD, BAD], warehouse, tmp_path / "marts")
    assert result.verdict == "failed"
    assert [one.failing_rows_count for one in result.rules] == [0, 10]
    with pytest.raises(GateError) as caught:
        raise_where_blocked(result)
    assert str(caught.value) == (
        "The marts gate stopped the refresh: 10 rows break the rule accounts_have_a_name on "
        "core.dim_accounts (every account has a name): account_id=a0; account_id=a1; "
        "account_id=a2; account_id=a3; account_id=a4 and 5 more; export Account again."
    )


@pytest.mark.parametrize("broken", [BROKEN, NO_TABLE])
def test_a_broken_check_blocks_and_reads_differently(
    broken: Rule, warehouse: Path, tmp_path: Path
) -> None:
    result = run([GOOD, broken], warehouse, tmp_path / "marts")
    assert result.verdict == "broke"
    assert [one.verdict for one in result.rules] == ["passed", "broke"]
    with pytest.raises(BrokenCheckError) as caught:
        raise_where_blocked(result)
    message = str(caught.value)
    assert f"the check {broken.rule_id} on {broken.table} broke and says nothing about" in message
    assert "Traceback" not in message and "\n" not in message
    assert ("colour" in message) or ("there is no such table" in message)


def test_bad_data_comes_before_broken_checks(warehouse: Path, tmp_path: Path) -> None:
    result = run([BROKEN, BAD], warehouse, tmp_path / "marts")
    assert result.verdict == "failed"
    assert "10 rows break the rule accounts_have_a_name" in result.message
    assert result.message.endswith("; also blocked by accounts_have_a_colour.")


def test_a_warning_lets_the_refresh_go_on(warehouse: Path, tmp_path: Path) -> None:
    result = run([WARNING], warehouse, tmp_path / "marts")
    raise_where_blocked(result)
    assert [one.rule_id for one in result.warnings] == [WARNING.rule_id]


def test_rules_may_join_and_read_tables_that_are_not_in_the_database(
    warehouse: Path, tmp_path: Path
) -> None:
    relations = {"salesforce.accounts": "select unnest([1, 2]) as id"}
    result = run([JOINED, LANDED], warehouse, tmp_path / "marts", relations)
    assert [one.examples for one in result.rules] == [
        ("account_id=a1, remark=12:30 {x}",),
        ("id=1", "id=2"),
    ]


def test_the_database_is_free_for_the_next_writer(warehouse: Path, tmp_path: Path) -> None:
    run([GOOD], warehouse, tmp_path / "marts")
    with duckdb.connect(str(warehouse), config={"threads": "1"}) as connection:
        connection.execute("create or replace table core.written as select 1 as one")


def test_rules_are_loaded_without_great_expectations() -> None:
    program = (
        "import sys, expectations.landing, expectations.marts, expectations.validation\n"
        "print([name for name in ('great_expectations', 'dagster', 'dbt') if name in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
