"""The models of companies, run on rows of a test instead of a built warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tests.companies.plain_companies import Record, World
from tests.portable_sql.rendering import ProjectRenderer

MODELS = (
    *("int_company_records_accepted", "int_match_conflicts_found", "int_matches_settled"),
    *("int_company_records_matched", "int_company_keys_shared", "int_company_groups_chained"),
    *("int_company_chains_checked", "int_company_groups_joined", "int_companies_identified"),
)
TABLES = """
create table int_company_records_listed (record_id text, record_kind text, account_id text,
    crm_account_id text, partner_id text, partner_account_id text, name_key text, own_domain text,
    own_host text, duns text, country_code text, first_known_step bigint, first_known_on date);
create table int_matches_decided (crm_account_id text, partner_id text, partner_account_id text,
    decision text, rule_id text, probability decimal(9, 6));
create table int_match_decisions_in_force (crm_account_id text, partner_id text,
    partner_account_id text, decision text);
create table stg_cosell__company_assignments (record_id text, company_id text,
    founder_record_id text, keeper_record_id text, founded_step bigint, founded_on date,
    refresh_number bigint, known_step bigint, batch_id text);
create table int_refresh_current (refresh_number bigint, as_of date);
create table stg_cosell__landed_batches (known_step bigint);
"""


class CompanyModels:
    """One warehouse with nothing in it but what the models of companies read."""

    def __init__(self, project: Path) -> None:
        """Render the models of a dbt project for DuckDB."""
        renderer = ProjectRenderer(project / "macros", engine="duckdb")
        folder = project / "models" / "intermediate" / "companies"
        self._sql = {name: renderer.render(folder / f"{name}.sql")[0].sql for name in MODELS}
        self.connection = duckdb.connect()
        self.connection.execute(TABLES)

    def refresh(self, world: World, number: int, newest_step: int) -> dict[str, str]:
        """Build the models on a world; returns the company of every record."""
        run = self.connection.execute
        for table in (
            *("int_company_records_listed", "int_matches_decided", "int_match_decisions_in_force"),
            *("int_refresh_current", "stg_cosell__landed_batches"),
        ):
            run(f"delete from {table}")
        run("insert into int_refresh_current values (?, date '2026-01-01')", [number])
        run("insert into stg_cosell__landed_batches values (?)", [newest_step])
        self._insert("int_company_records_listed", [_listed(record) for record in world.records])
        automatic = [(*_pair(pair), "automatic", "duns_equal", 0.995) for pair in world.automatic]
        accepted = [(*_pair(pair), "accepted", "person_accepted", 1.0) for pair in world.accepted]
        rejected = [(*_pair(pair), "rejected", "person_rejected", 0.0) for pair in world.rejected]
        self._insert("int_matches_decided", [*automatic, *accepted, *rejected])
        self._insert(
            "int_match_decisions_in_force",
            [(*row[:3], "accept") for row in accepted] + [(*row[:3], "reject") for row in rejected],
        )
        for name, sql in self._sql.items():
            run(f"create or replace table {name} as {sql}")
        run(
            "insert into stg_cosell__company_assignments select record_id, company_id,"
            " founder_record_id, keeper_record_id, founded_step, founded_on, ?, ?, 'batch'"
            " from int_companies_identified where is_reassigned",
            [number, newest_step],
        )
        rows = run("select record_id, company_id from int_companies_identified").fetchall()
        found = dict(rows)
        assert len(found) == len(rows)
        return found

    def _insert(self, table: str, rows: list[tuple[object, ...]]) -> None:
        if rows:
            columns = [pa.array(column) for column in zip(*rows, strict=True)]
            found = pa.table(columns, names=[f"c{place}" for place in range(len(columns))])
            self.connection.register("rows_of_the_test", found)
            self.connection.execute(f"insert into {table} select * from rows_of_the_test")


def _pair(pair: tuple[str, str]) -> tuple[str, str, str]:
    ours, theirs = pair
    _, partner, partner_account = theirs.split("|", 2)
    return ours.removeprefix("account|"), partner, partner_account


def _listed(record: Record) -> tuple[object, ...]:
    _, *ids = record.record_id.split("|", 2)
    ours = record.kind != "partner_record"
    account, partner, partner_account = (ids[0], None, None) if ours else (None, *ids)
    return (
        *(record.record_id, record.kind, account, record.account, partner, partner_account),
        *(record.name, record.domain, record.host, record.duns, record.country),
        *(record.step, "2026-01-01"),
    )


@pytest.fixture
def company_models(repository: Path) -> Iterator[Callable[[], CompanyModels]]:
    """An empty warehouse; call it for each story of refreshes."""
    opened: list[CompanyModels] = []

    def new() -> CompanyModels:
        opened.append(CompanyModels(repository / "dbt_project"))
        return opened[-1]

    yield new
    for models in opened:
        models.connection.close()
