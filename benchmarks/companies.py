"""What do companies and their ids cost, and does the cost grow with the records alone?

Makes accounts of a CRM and three times as many records of 15 partners (a fifth of the accounts are
entered twice, half of the records are nobody's account, a third have a DUNS number), matches them,
and runs the models of companies on them, in one DuckDB file with 8 GiB and 2 threads: first
without history, then a second refresh that knows the first. Beside them, in the same run, the
plain answer to a part of the question: connected components over the same edges by DuckDB's own
recursive query, without guard, conflicts, or ids that stay.

    python -m benchmarks.companies 100000 300000 1000000
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures
from tests.companies.conftest import MODELS, TABLES
from tests.portable_sql.rendering import ProjectRenderer

REPOSITORY = Path(__file__).resolve().parent.parent
SECTION = Section(
    "companies",
    "Companies and their ids",
    "Wall, then processor. The last column is the components alone, by DuckDB's recursive query "
    "with `using key`: no guard, no conflicts, no ids that stay.",
)

RECORDS = """
insert into int_company_records_listed
with things as (
    select range as number, range < {accounts} as is_account,
        case
            when range < {accounts} * 4 // 5 then range
            when range < {accounts} then range - {accounts} * 4 // 5
            else cast(hash(range) % (2 * {accounts}) as bigint)
        end as company
    from range(4 * {accounts})
)
select
    case when is_account then 'account|' || number
        else 'partner|p' || number % 15 || '|' || number end,
    case when is_account then 'crm_account' else 'partner_record' end,
    case when is_account then cast(number as text) end,
    case when is_account then cast(number as text) end,
    case when not is_account then 'p' || number % 15 end,
    case when not is_account then cast(number as text) end,
    'name ' || company || case when hash(number) % 5 = 0 then ' inc' else '' end,
    case when hash(number + 1) % 10 < 8 then 'd' || company || '.com' end,
    case when hash(number + 1) % 10 < 8 then 'd' || company || '.com' end,
    case when hash(number + 2) % 3 = 0 then lpad(cast(company as text), 9, '0') end,
    'US', 1 + number % 7, date '2026-01-01'
from things
"""
MATCHES = """
insert into int_matches_decided
select min(ours.account_id), theirs.partner_id, theirs.partner_account_id, 'automatic',
    'domain_same_host', 0.995
from int_company_records_listed as theirs
inner join int_company_records_listed as ours
    on theirs.own_host = ours.own_host and ours.record_kind = 'crm_account'
where theirs.record_kind = 'partner_record' and hash(theirs.record_id) % 10 < 9
group by theirs.partner_id, theirs.partner_account_id
"""
PEER = """
create or replace table components as
with recursive edges as (
    select group_id as thing, key_id as other from int_company_keys_shared where groups_count > 1
    union all
    select key_id, group_id from int_company_keys_shared where groups_count > 1
),
reached (thing, label) using key (thing) as (
    select thing, min(thing) from edges group by thing
    union
    select edges.other, min(reached.label)
    from reached
    inner join edges on reached.thing = edges.thing
    inner join recurring.reached as known on known.thing = edges.other
    where reached.label < known.label
    group by edges.other
)
select * from reached
"""


def measured(connection: duckdb.DuckDBPyConnection, *statements: str) -> tuple[float, float]:
    """Wall and processor seconds of statements."""
    wall, processor = time.perf_counter(), time.process_time()
    for statement in statements:
        connection.execute(statement)
    return time.perf_counter() - wall, time.process_time() - processor


def measure(accounts: int, folder: Path) -> list[str]:
    """One row of the table."""
    renderer = ProjectRenderer(REPOSITORY / "dbt_project" / "macros", engine="duckdb")
    models = REPOSITORY / "dbt_project" / "models" / "intermediate" / "companies"
    sql = {name: renderer.render(models / f"{name}.sql")[0].sql for name in MODELS}
    with duckdb.connect(str(folder / f"{accounts}.duckdb")) as connection:
        connection.execute(f"set memory_limit = '8GiB'; set threads = 2; {TABLES}")
        connection.execute("insert into int_refresh_current values (1, date '2026-01-01')")
        connection.execute("insert into stg_cosell__landed_batches values (7)")
        connection.execute(RECORDS.format(accounts=accounts))
        connection.execute(MATCHES)
        statements = [f"create or replace table {name} as {text}" for name, text in sql.items()]
        first = measured(connection, *statements)
        connection.execute(
            "insert into stg_cosell__company_assignments select record_id, company_id,"
            " founder_record_id, keeper_record_id, founded_step, founded_on, 1, 7, 'first'"
            " from int_companies_identified where is_reassigned"
        )
        second = measured(connection, *statements)
        peer = measured(connection, PEER)
        found = connection.execute(
            "select count(*), count(distinct company_id), sum(is_reassigned::int)"
            " from int_companies_identified"
        ).fetchone()
    assert found is not None
    records, companies, reassigned = found
    seconds = [f"{wall:.1f} s, {processor:.1f} s" for wall, processor in (first, second, peer)]
    cells = [f"{accounts:,}", f"{records:,}", f"{companies:,}", *seconds[:2], str(reassigned)]
    return [*cells, seconds[2]]


def main() -> None:
    """Measure the sizes of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("accounts", type=int, nargs="+")
    add_results_option(parser)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = [measure(accounts, Path(folder)) for accounts in arguments.accounts]
    columns = ["accounts", "records", "companies", "first refresh", "second", "moved"]
    figures = markdown_table([*columns, "components alone"], rows)
    report_figures(SECTION, figures, writes_results=arguments.writes_results)


if __name__ == "__main__":
    main()
