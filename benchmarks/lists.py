"""Segments, scores and lists of a large company: what they cost, beside writing the same rows.

What runs is the SQL that dbt compiles, from the matched records and the current CRM up to the
week's lists, in one DuckDB with two threads. What lies before (landing, matching) has benchmarks
of its own and is written here as it would come out of them.

    python -m benchmarks.lists --accounts 1000000 --partners 15
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures
from orchestration import company_defaults
from tests.ledger.compiled_ledger import CompiledModel, compile_ledger

SECTION = Section(
    "lists",
    "Segments, scores and lists beside a plain copy of their tables",
    "The compiled models in one DuckDB with two threads.",
)
TARGETS = (
    "fct_segment_history",
    "rpt_overlap_matrix",
    "rpt_partner_facing_counts",
    "fct_weekly_routes",
    "fct_route_leavers",
    "int_route_comparisons_proposed",
)
SEGMENTS = (
    "int_our_account_states_decided",
    "int_our_account_states_dated",
    "int_partner_account_states_collapsed",
    "int_overlaps_segmented",
    "int_families_warmed",
    "fct_account_segments",
    "fct_partner_state_history",
    "fct_segment_history",
    "int_overlap_records_homed",
    "rpt_overlap_matrix",
    "rpt_partner_facing_counts",
)
SCORES = (
    "int_accounts_prioritizable",
    "int_account_intent_attributed",
    "int_account_technologies_known",
    "int_crm_activities_counted",
    "int_crm_activity_recency_observed",
    "int_priority_signals_in_force",
    "int_priority_relationship_depth",
    "int_priority_in_market",
    "int_priority_icp_fit",
    "int_priority_strategic_importance",
    "fct_prioritized_accounts",
)
LISTS = (
    "int_route_week_opened",
    "int_routes_previous_week",
    "int_route_accounts_cooling",
    "int_routes_ranked",
    "int_routes_proposed",
    "int_routes_left",
    "int_route_comparisons_proposed",
    "fct_weekly_routes",
    "fct_route_leavers",
)
# Numbers that are text.
TEXT_COLUMNS = ("value", "policy_version")
ACCOUNTS_PER_REP = 667
OPPORTUNITIES_PER_ACCOUNT = 2
ACTIVITIES_PER_ACCOUNT = 20
AS_OF = "2026-08-24"
LIMIT_SECONDS = 180
SHOWN_MODELS = 10
GIBIBYTE = 1024**2


@dataclass(frozen=True)
class Size:
    """How large the company is; each partner lists a fifth as many accounts as we have."""

    accounts: int
    partners: int

    @property
    def records(self) -> int:
        """Rows of one partner's list."""
        return self.accounts // 5


def write_policies(connection: duckdb.DuckDBPyConnection) -> None:
    """The default policies, in the shape of their staging models."""
    folder = Path(company_defaults.__file__).parent / "policy"
    for file in sorted(folder.glob("*.csv")):
        read = f"read_csv('{file}', all_varchar = true)"
        columns = []
        for name, *_ in connection.execute(f"describe select * from {read}").fetchall():
            numbers, fractions = connection.execute(
                f'select bool_and(try_cast("{name}" as decimal(18, 6)) is not null),'
                f' bool_or("{name}" like \'%.%\') from {read} where "{name}" is not null'
            ).fetchone() or (False, False)
            kind = ("decimal(9, 6)" if fractions else "bigint") if numbers else "varchar"
            if name in TEXT_COLUMNS:
                kind = "varchar"
            columns.append(f'cast("{name}" as {kind}) as "{name}"')
        connection.execute(
            f"create table staging.stg_policy__{file.stem} as select {', '.join(columns)},"
            " cast(effective_from as date) as effective_from_on, cast(1 as bigint) as known_step,"
            " 'policy' as batch_id, row_number() over () as source_row_number"
            f" from {read}"
        )


def write_company(connection: duckdb.DuckDBPyConnection, size: Size) -> None:
    """The CRM as it stands and the matched lists of the partners, as matching leaves them."""
    accounts, partners, records = size.accounts, size.partners, size.records
    reps = max(1, accounts // ACCOUNTS_PER_REP)
    for statement in (
        f"""
        create table intermediate.int_refresh_current as
        select cast(2 as bigint) as refresh_number, 'r2' as refresh_id, date '{AS_OF}' as as_of
        """,
        f"""
        create table intermediate.int_crm_accounts_current as
        select printf('001%015d', i) as account_id, 'Account ' || i as account_name,
            ['Prospect', 'Prospect', 'Customer', 'Former Customer'][i % 4 + 1] as account_type,
            case when i % 20 = 0 then printf('001%015d', (i * 7) % {accounts}) end
                as parent_account_id,
            'R' || (i % {reps}) as owner_user_id,
            ['Technology', 'Banking', 'Mining'][i % 3 + 1] as industry,
            cast(i % 30000 as bigint) as employees_count,
            ['US', 'DE', 'BR'][i % 3 + 1] as country, false as is_partner,
            timestamp '2023-01-01' + interval (i % 900) day as created_at,
            cast(timestamp '2023-01-01' + interval (i % 900) day as date) as created_on,
            date '2025-02-10' as first_known_on, 'crm' as batch_id, i as source_row_number
        from range({accounts}) as r(i)
        """,
        """
        create table intermediate.int_crm_accounts_unified as
        select account_id, account_type, date '2025-02-10' as known_on,
            cast(1 as bigint) as known_step, created_at as modified_at, batch_id,
            source_row_number, false as is_deleted
        from intermediate.int_crm_accounts_current
        union all
        select account_id, 'Customer', date '2025-12-01', 2, created_at, 'crm2', source_row_number,
            false
        from intermediate.int_crm_accounts_current where source_row_number % 10 = 0
        """,
        """
        create table intermediate.int_crm_accounts_merged
            (account_id varchar, surviving_account_id varchar)
        """,
        """
        create table matching.int_crm_accounts_normalized as
        select account_id, country as country_code, created_at,
            'domain' || source_row_number || '.com' as registrable_domain
        from intermediate.int_crm_accounts_current
        """,
        """
        create table matching.int_crm_companies_identified as
        select account_id, 'C' || (source_row_number // 2 * 2) as company_id
        from intermediate.int_crm_accounts_current
        """,
        f"""
        create table intermediate.int_crm_opportunities_current as
        select printf('006%015d', i) as opportunity_id,
            printf('001%015d', (i * 3) % {accounts}) as account_id,
            date '2024-01-01' + cast(i % 900 as integer) as created_on,
            date '2024-03-01' + cast(i % 900 as integer) as close_on,
            i % 900 < 780 as is_closed, i % 900 < 780 and i % 3 = 0 as is_won,
            false as is_deleted, date '2024-02-01' + cast(i % 900 as integer) as last_activity_on
        from range({accounts * OPPORTUNITIES_PER_ACCOUNT}) as r(i)
        """,
        """
        create table attribution.fct_attributed_opportunities as
        select *, cast(1000 as decimal(18, 2)) as amount_company_currency,
            cast(null as varchar) as exclusion
        from intermediate.int_crm_opportunities_current
        """,
        f"""
        create table intermediate.int_crm_contacts_unified as
        select 'P' || i as contact_id, printf('001%015d', (i * 11) % {accounts}) as account_id,
            false as is_deleted, cast(1 as bigint) as known_step, 'crm' as batch_id,
            i as source_row_number, timestamp '2025-01-01' as modified_at
        from range({accounts * 3 // 5}) as r(i)
        """,
        f"""
        create table intermediate.int_crm_activities_unified as
        select 'salesforce_task' as source_system, 'T' || i as source_record_id,
            printf('001%015d', (i * 13) % {accounts}) as account_id,
            'R' || ((i * 13) % {accounts} % {reps}) as owner_user_id,
            ['Call', 'Email', 'Meeting'][i % 3 + 1] as activity_type,
            case when i % 30 = 1 then 'Cadence' end as activity_subtype,
            date '2024-09-01' + cast(i % 720 as integer) as activity_on,
            i % 1000 = 0 as is_deleted, false as is_recurrence
        from range({accounts * ACTIVITIES_PER_ACCOUNT}) as r(i)
        """,
        f"""
        create table attribution.fct_partner_touches as
        select 'touch' || i as touch_id, printf('001%015d', (i * 5) % {accounts}) as account_id,
            'partner' || (i % {partners}) as partner_id,
            printf('006%015d', i) as opportunity_id, 'R1' as rep_id, 'joint_call' as touch_type,
            'qualifying' as strength, true as has_partner_seller,
            date '2025-09-01' + cast(i % 350 as integer) as occurred_on
        from range({accounts // 5}) as r(i)
        """,
        f"""
        create table intermediate.int_partner_coverage_decided as
        select 'partner' || p as partner_id, 'Partner ' || p as partner_name,
            case when p % 3 = 0 then 'overlap_only' else 'full_list' end as coverage,
            case when p % 3 = 0 then 'unknown' else 'absent' end as absence_state,
            case when p % 3 = 0 then 'unknown' else 'absent' end as our_absence_state,
            date '2025-02-10' as first_full_list_on, date '2026-08-03' as newest_full_list_on,
            date '2026-08-03' as newest_list_on
        from range({partners}) as r(p)
        """,
        """
        create table intermediate.int_partner_organisations_resolved
            (partner_id varchar, partner_crm_account_id varchar)
        """,
        f"""
        create table matching.int_partner_accounts_current as
        select 'partner' || p as partner_id, 'K' || i as partner_account_id,
            'Account ' || i as account_name,
            ['customer', 'open_opportunity', 'former_customer', 'prospect'][i % 4 + 1]
                as partner_state,
            cast(i % 4 + 1 as bigint) as state_precedence,
            ['customer', 'open_opportunity', 'former_customer', 'prospect'][i % 4 + 1]
                as listed_states,
            case when i % 4 = 0 then date '2022-01-01' + cast(i % 900 as integer) end
                as customer_since_on,
            case when i % 10 <> 0 then 'Seller ' || (i % 500) end as owner_name,
            'list' || p as batch_id, i as source_row_number
        from range({partners}) as s(p), range({records}) as r(i)
        """,
        f"""
        create table matching.int_matches_settled as
        select printf('001%015d', (source_row_number * 5
                + cast(replace(partner_id, 'partner', '') as bigint)) % {accounts})
                as crm_account_id,
            partner_id, partner_account_id, 'domain' as tier,
            cast(0.999 as decimal(9, 6)) as probability, 'Same domain' as evidence,
            case when source_row_number % 50 = 0 then 'review' else 'automatic' end
                as settled_decision
        from matching.int_partner_accounts_current
        where source_row_number % 10 < 6
        """,
        """
        create table intermediate.int_partner_account_states_observed as
        select partner_id, partner_account_id, '' as overlap_key, batch_id as feed,
            cast(2 as bigint) as run_number, partner_state, date '2025-09-01' as first_observed_on,
            date '2026-08-03' as last_observed_on, cast(null as date) as ended_on,
            true as is_current
        from matching.int_partner_accounts_current
        union all
        select partner_id, partner_account_id, '', batch_id, 1, 'prospect', date '2025-02-10',
            date '2025-08-01', date '2025-09-01', false
        from matching.int_partner_accounts_current
        where source_row_number % 5 = 0 and partner_state <> 'prospect'
        """,
        """
        create table intermediate.int_partner_pipeline_shared
            (batch_id varchar, source_row_number bigint, open_pipeline_amount decimal(18, 2))
        """,
        f"""
        create table intermediate.int_intent_signals_normalized as
        select ['bombora', '6sense'][p + 1] as provider,
            date '2026-06-01' + cast(7 * w as integer) as signal_week_starts_on,
            'domain' || (i * 20) || '.com' as registrable_domain,
            cast(60 + i % 40 as decimal(18, 2)) as score,
            cast((i % 1000) * 0.001 as decimal(9, 6)) as strength
        from range(2) as s(p), range(12) as t(w), range({accounts // 20}) as r(i)
        """,
        f"""
        create table core.dim_reps as
        select 'R' || i as rep_id, 'Rep ' || i as rep_name, i % 50 <> 0 as is_active
        from range({reps}) as r(i)
        """,
        f"""
        create table staging.stg_cosell__weekly_routes as
        select 'route' || i as route_id, date '2026-08-17' as week_starts_on,
            'R' || (i % {reps}) as rep_id, printf('001%015d', i) as account_id,
            'partner' || (i % {partners}) as partner_id, cast(i // {reps} + 1 as bigint) as rank,
            cast(null as bigint) as previous_rank, cast(40 as decimal(9, 4)) as score,
            cast(10 as decimal(9, 4)) as relationship_depth_points,
            cast(10 as decimal(9, 4)) as in_market_points,
            cast(10 as decimal(9, 4)) as icp_fit_points,
            cast(10 as decimal(9, 4)) as strategic_importance_points,
            'shared_customer' as cell, 'shared_customers' as roll_up, 'why' as reason,
            'Seller' as partner_seller_name, 'call' as suggested_next_step,
            'first list' as change_reason, date '2026-08-17' as first_listed_on,
            date '2026-08-23' as expires_on
        from range({reps * 50}) as r(i)
        """,
        """
        create table staging.stg_cosell__route_leavers (route_id varchar, week_starts_on date,
            rep_id varchar, account_id varchar, partner_id varchar, previous_rank bigint,
            left_reason varchar)
        """,
        """
        create table staging.stg_templates__priority_overrides as
        select account_id, '0.8' as strategic_importance, 'ann' as author, 'named' as reason,
            date '2026-12-31' as expires_on, cast(1 as bigint) as known_step, 'o' as batch_id,
            source_row_number
        from intermediate.int_crm_accounts_current where source_row_number % 100 = 0
        """,
        """
        create table staging.stg_salesforce__accounts as
        select batch_id, source_row_number, 'kubernetes; java' as technologies
        from intermediate.int_crm_accounts_current where source_row_number % 4 = 0
        """,
        """
        create table staging.stg_hubspot__companies
            (batch_id varchar, source_row_number bigint, technologies varchar)
        """,
    ):
        connection.execute(statement)


def build(
    connection: duckdb.DuckDBPyConnection, models: list[CompiledModel], names: tuple[str, ...]
) -> dict[str, float]:
    """Build the named models in their order; returns the seconds of each."""
    seconds = {}
    for model in models:
        name = model.relation.split(".")[1]
        if name in names:
            started = time.monotonic()
            kind = "view" if model.is_view else "table"
            connection.execute(f"create {kind} {model.relation} as {model.query}")
            seconds[name] = time.monotonic() - started
    assert len(seconds) == len(names), set(names) - set(seconds)
    return seconds


def rows_of(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """How many rows a table has."""
    found = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(found[0]) if found else 0


def main() -> None:
    """Build a company, run the models, print what each part took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--partners", type=int, default=15)
    parser.add_argument("--memory", default="12GB")
    add_results_option(parser)
    arguments = parser.parse_args()
    size = Size(arguments.accounts, arguments.partners)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        compiled = compile_ledger(folder, TARGETS)
        models = list(compiled.models)
        connection = duckdb.connect(
            str(folder / "lists.duckdb"),
            config={
                "threads": "2",
                "memory_limit": arguments.memory,
                "preserve_insertion_order": "false",
            },
        )
        for schema in {
            relation.split(".")[0]
            for relation in [model.relation for model in models] + list(compiled.seeds)
        }:
            connection.execute(f"create schema if not exists {schema}")
        for relation, file in compiled.seeds.items():
            connection.execute(f"create table {relation} as from read_csv('{file}')")
        write_policies(connection)
        write_company(connection, size)
        total, processor = 0.0, time.process_time()
        every: dict[str, float] = {}
        rows = []
        for part, names in (("segments", SEGMENTS), ("scores", SCORES), ("lists", LISTS)):
            seconds = build(connection, models, names)
            every |= seconds
            total += sum(seconds.values())
            rows.append([part, f"{sum(seconds.values()):.1f} s", ""])
            print(f"{part} {sum(seconds.values()):.1f} s", file=sys.stderr, flush=True)
        processor = time.process_time() - processor
        written = [
            m.relation for m in models if m.relation.split(".")[1] in every and not m.is_view
        ]
        started, peer = time.monotonic(), time.process_time()
        for place, relation in enumerate(written):
            connection.execute(f"create table copy_{place} as from {relation}")
            connection.execute(f"drop table copy_{place}")
        copied = time.monotonic() - started
        peer = time.process_time() - peer
        for name, taken in sorted(every.items(), key=lambda one: -one[1])[:SHOWN_MODELS]:
            relation = next(m.relation for m in models if m.relation.endswith("." + name))
            shown = f"{taken:7.1f} s  {name}, {rows_of(connection, relation):,} rows"
            print(shown, file=sys.stderr)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIBIBYTE
        connection.close()
    together = f"together (limit {LIMIT_SECONDS} s); peak memory {peak:.1f} GiB"
    rows += [
        [together, f"{total:.1f} s", f"{processor:.1f} s"],
        ["a plain copy of the tables that they write", f"{copied:.1f} s", f"{peer:.1f} s"],
        ["ratio", f"{total / copied:.1f}", f"{processor / peer:.1f}"],
    ]
    lists = f"{size.accounts:,} accounts, {size.partners} lists of {size.records:,}"
    figures = markdown_table([lists, "wall", "processor"], rows)
    report_figures(SECTION, figures, writes_results=arguments.writes_results)


if __name__ == "__main__":
    main()
