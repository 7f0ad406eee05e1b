"""A home whose warehouse is five small tables: enough to publish, without dbt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations.verdict import GateResult, RuleVerdict
from orchestration.release import (
    CodeVersion,
    LandedInput,
    PublicTable,
    PublishedRelease,
    ReleaseFacts,
    publish,
)
from orchestration.settings import Home, Settings

TABLES = (
    PublicTable("account_mapping", "fct_account_segments"),
    PublicTable("accountability", "fct_ae_quarters"),
    PublicTable("attribution", "fct_attribution_ledger"),
    PublicTable("core", "dim_accounts"),
    PublicTable("ops", "fct_landed_batches", frozenset({"landed_at"})),
)

WAREHOUSE = """
create schema core;
create schema account_mapping;
create schema attribution;
create schema accountability;
create schema ops;
create schema staging;
create table staging.stg_salesforce__accounts as select 'not public' as secret;
create table core.dim_accounts as
    select 'a' || lpad(range::varchar, 4, '0') as account_id,
        case when range % 7 = 0 then null else 'Name ' || range end as account_name,
        range % 2 = 0 as is_partner,
        date '2026-01-01' + range::integer as created_on
    from range(500);
comment on table core.dim_accounts is 'One row per account; it''s the CRM''s.';
comment on column core.dim_accounts.account_name is 'Name; NULL where the CRM has none.';
create table account_mapping.fct_account_segments as
    select 'a0001' as account_id, 'p1' as partner_id, 'shared_customers' as roll_up;
create table attribution.fct_attribution_ledger as
    select 'l' || range as posting_id, (range * 1.37)::decimal(18, 2) as amount,
        timestamp '2026-02-09 10:00:00.25' + interval (range) minute as posted_at
    from range(100);
create view accountability.fct_ae_quarters as
    select 'r1' as rep_id, 'FY2027-Q1' as fiscal_quarter, 0.5::decimal(9, 6) as attainment;
create table ops.fct_landed_batches as
    select 'b1' as batch_id, timestamp '2026-02-09 08:00:00' as landed_at;
"""

PASSED = RuleVerdict("a_rule", "core.dim_accounts", "critical", "passed", 0, (), "")
FAILED = RuleVerdict("a_rule", "core.dim_accounts", "critical", "failed", 3, (), "Three rows.")

FACTS = ReleaseFacts(
    as_of=date(2026, 2, 9),
    refresh_id="refresh-0001",
    refresh_number=1,
    code=CodeVersion("0.1.0", None, "f" * 64),
    inputs=(
        LandedInput(
            "20260209_salesforce_0123456789ab",
            "salesforce",
            "salesforce",
            "accounts",
            "inbox/salesforce/Account.csv",
            "a" * 64,
            "2026-02-09",
            1,
            500,
            500,
            0,
        ),
    ),
)

Publish = Callable[..., PublishedRelease]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(WAREHOUSE)
    return Settings(home=home, engine="duckdb", threads=2)


@pytest.fixture
def gate(tmp_path: Path) -> GateResult:
    folder = tmp_path / "gate_of_marts"
    folder.mkdir()
    folder.joinpath("validation.json").write_text("{}", encoding="utf-8")
    return GateResult("marts", (PASSED,), 0.1, folder)


@pytest.fixture
def publish_now(settings: Settings, gate: GateResult) -> Publish:
    """Publish the warehouse as it is now."""

    def publish_it() -> PublishedRelease:
        return publish(settings, [gate], tables=TABLES, facts=FACTS)

    return publish_it


@pytest.fixture
def change_warehouse(settings: Settings) -> Callable[[str], None]:
    """Run a statement in the warehouse."""

    def change(statement: str) -> None:
        with duckdb.connect(str(settings.home.warehouse)) as connection:
            connection.execute(statement)

    return change
