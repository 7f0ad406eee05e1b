"""Every rule of every gate passes good rows and names bad ones.

The tables here have only the columns that a rule reads; the rule's own query runs on them, as
Great Expectations would run it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from expectations import landed_tables, public_tables
from expectations.gates import RULES_OF_GATES
from expectations.rule import Rule
from tests.orchestration.delivery_cases import BATCHES, DELIVERY_CASES, LIMITS
from tests.orchestration.rule_case import Case

RULES: dict[str, Rule] = {rule.rule_id: rule for rules in RULES_OF_GATES.values() for rule in rules}
# Made from what is declared elsewhere; tested as a family in tests/expectations.
MADE = {rule.rule_id for rule in (*landed_tables.RULES, *public_tables.RULES)}
PARAMETERS = {
    "as_of": "date '2026-02-09'",
    "released_refresh_number": "1",
    "released_as_of": "date '2026-02-02'",
    **LIMITS,
    "policy_versions": "policy_versions",
    "public_columns": "information_schema.columns",
    "landing_files": "'{folder}/landing/*/*/*.parquet'",
    "landed_company": "company",
    **{
        f"landed_{name}": f"landed_{name}"
        for name in (
            *("batches", "feeds", "partners", "partner_accounts", "accounts", "opportunities"),
            *("users", "groups", "tasks", "events"),
        )
    },
    "landed_dated_rates": "dated_rates",
    "landed_plan_rates": "plan_rates",
    "purged_batches": "purged_batches",
    "released_attribution__fct_attribution_ledger": "released_ledger",
    "released_attribution__rpt_quarter_closes": "released_closes",
    "released_account_mapping__fct_account_matches": "released_matches",
    "released_account_mapping__fct_account_segments": "released_segments",
    "released_attribution__fct_attributed_opportunities": "released_deals",
    **{
        f"released_{suite.table.replace('.', '__')}": "released_rows"
        for suite in public_tables.SUITES
        if suite.table
        not in (
            "attribution.fct_attribution_ledger",
            "attribution.rpt_quarter_closes",
            "account_mapping.fct_account_matches",
            "account_mapping.fct_account_segments",
            "attribution.fct_attributed_opportunities",
        )
    },
}


INCENTIVES = """
    create table batch as
    select
        '*' as opportunity_type, 'sourced' as attribution_class,
        date '2026-02-01' as effective_from_on, 0.09 as incentive_rate, 0.08 as solo_rate,
        true as is_fair
    union all
    select '*', 'direct', date '2026-02-01', 0.08, 0.08, true
"""
TEAM_WEEKS = """
    create table batch as
    select
        'as_of_event' as basis, 'FY2027-Q1' as fiscal_quarter, date '2026-02-02' as week_starts_on,
        scope, sourced::decimal(18, 2) as sourced_pipeline_amount, 0 as influenced_pipeline_amount,
        0 as direct_pipeline_amount, 0 as sourced_bookings_amount,
        0 as influenced_bookings_amount, 0 as direct_bookings_amount, 0 as partner_touches_count
    from (
        values ('company', 100), ('direct_reports', 70), ('direct_reports', 30),
            ('whole_organisation', 70)
    ) as teams (scope, sourced);
"""
REPORTING_GAPS = """
    create table batch as
    select 'ann' as rep_id, 'Ann' as rep_name, 'no_manager' as gap, null as manager_id,
        date '2026-02-02' as gap_from_on, false as is_current
    union all
    select 'bea', 'Bea', 'circle', 'cay', date '2026-02-02', false;
"""
POLICY_VERSIONS = """
    create table policy_versions as
    select 'touch_types' as policy, 'p1' as batch_id, '2026.1' as policy_version, 'aa' as sha256
    union all select 'touch_types', 'p2', '2026.1', 'aa'
    union all select 'touch_types', 'p2', '2026.2', 'bb'
    union all select 'stages', 'p1', '2026.1', 'cc';
"""
STORED = (
    "copy (select range from range(98)) to "
    "'{folder}/landing/bilateral/partner_accounts/b1.parquet';"
    "copy (select range from range(81)) to "
    "'{folder}/landing/bilateral/partner_accounts/b2.parquet';"
    "create table purged_batches as select 'bilateral' as source, 'partner_accounts' as "
    "table_name, unnest(['b0', 'b0']) as batch_id, unnest(['40', '35']) as kept_count;"
)

MATCHES = """
    create table batch as
    select 'a1' as crm_account_id, 'p1' as partner_id, 'x1' as partner_account_id,
        'automatic' as decision, 'domain' as tier, 0.995 as probability, 'host' as evidence
    union all
    select 'a2', 'p1', 'x2', 'review', 'domain', 0.5, 'host'
    union all
    select 'a3', 'p1', 'x3', 'accepted', 'person', 1.0, null
    union all
    select 'a4', 'p1', 'x4', 'rejected', 'domain', 0.0, null;
    create schema matching;
    create table matching.int_crm_accounts_normalized as
    select 'a1' as account_id, '111111111' as duns
    union all select 'a2', '222222222';
    create table matching.int_partner_accounts_normalized as
    select 'p1' as partner_id, 'x1' as partner_account_id, '111111111' as duns,
        'acme.com' as registrable_domain, 'www.acme.com' as host
    union all select 'p1', 'x2', '999999999', 'gmail.com', 'gmail.com';
    create table matching.int_match_decisions_in_force as
    select 'a4' as crm_account_id, 'p1' as partner_id, 'x4' as partner_account_id,
        'reject' as decision, 'Ada' as decided_by;
    create table matching.int_domains_shared as select 'gmail.com' as domain;
    create table matching.int_partner_accounts_current as
    select 'p1' as partner_id, unnest(['x1', 'x2', 'x3', 'x4']) as partner_account_id;
    create schema staging;
    create table staging.stg_policy__matching as select 0.99 as automatic_probability;
    create table released_matches as select * from batch;
"""

RECONCILIATION = """
    create table batch as
    select 'FY2027-Q1' as fiscal_quarter, 'bookings' as measure, 'USD' as currency,
        100.00::decimal(18, 2) as crm_total_amount, 20.00::decimal(18, 2) as sourced_amount,
        30.00::decimal(18, 2) as influenced_amount, 50.00::decimal(18, 2) as direct_amount,
        0.00::decimal(18, 2) as difference_amount,
        0.00::decimal(18, 2) as excluded_difference_amount,
        0.00::decimal(18, 2) as original_difference_amount,
        0 as counted_difference_count, 0 as unconverted_opportunities_count;
"""

LEDGER = """
    create table batch as
    select 'l1' as posting_id, 'o1' as opportunity_id, 'bookings' as measure,
        'sourced' as attribution_class, 'p1' as partner_id, 'r1' as rep_id, 'm1' as manager_id,
        'FY2027-Q1' as posted_quarter, 'FY2027-Q1' as origin_quarter,
        10.00::decimal(18, 2) as amount_company_currency, 10.00::decimal(18, 2) as amount,
        'USD' as currency, 'intro' as rule_id, '2026.1' as policy_version, 'won' as reason,
        null::varchar as corrects_posting_id, timestamp '2026-02-09 00:00:00' as posted_at,
        1 as known_step, 'Opportunity.csv' as opportunity_source_file,
        7 as opportunity_source_row_number;
    create table released_ledger as select * exclude (known_step) from batch;
    create schema intermediate;
    create table intermediate.int_fiscal_quarters_closed as
    select 'FY2027-Q1' as fiscal_quarter, null::bigint as closing_step
    union all select 'FY2026-Q4', 1;
"""
NEW_POSTING = (
    "insert into batch select * replace ('l2' as posting_id, 2 as known_step, {changes}) "
    "from batch where posting_id = 'l1'"
)

CLOSES = """
    create table batch as
    select 'FY2027-Q1' as fiscal_quarter, 'signature' as closed_by, 'cfo' as signed_by,
        'r1' as signed_release_id, 7 as postings_count, 'aa' as postings_sha256,
        'aa' as signed_postings_sha256,
        10.00::decimal(18, 2) as pipeline_frozen_amount,
        -2.00::decimal(18, 2) as pipeline_adjustments_amount,
        8.00::decimal(18, 2) as pipeline_live_amount,
        5.00::decimal(18, 2) as bookings_frozen_amount,
        0.00::decimal(18, 2) as bookings_adjustments_amount,
        5.00::decimal(18, 2) as bookings_live_amount
    union all
    select 'FY2026-Q4', 'policy', null, null, 3, 'bb', null, 0, 0, 0, 0, 0, 0;
    create table released_closes as
    select fiscal_quarter, postings_count, postings_sha256 from batch;
"""

OPPORTUNITIES = """
    create table batch as
    select 'o1' as opportunity_id, 'Qualification' as stage_name, 2 as stage_number,
        false as is_deleted, 'EUR' as currency, 10.00 as amount, date '2026-02-01' as close_on,
        11.00 as amount_company_currency, 0.9 as conversion_rate;
"""

SEGMENTS = """
    create table batch as
    select 'a1' as account_id, 'p1' as partner_id, 'x1' as partner_account_id,
        'customer' as our_state, 'customer' as partner_state, 'shared_customer' as cell
    union all
    select null, 'p1', 'x2', 'absent', 'prospect', 'partner_prospect_only'
    union all
    select null, 'p1', 'x3', 'unknown', 'customer', 'unknown_coverage';
    create schema core;
    create table core.dim_accounts as select 'a1' as account_id;
    create table core.dim_partners as
    select 'p1' as partner_id, true as is_active union all select 'p9', false;
    create schema matching;
    create table matching.int_partner_accounts_current as
    select 'p1' as partner_id, unnest(['x1', 'x2', 'x3']) as partner_account_id;
"""

ROUTES = """
    create table batch as
    select date '2026-02-09' as week_starts_on, 'r1' as rep_id, 'a1' as account_id,
        'p1' as partner_id
    union all
    select date '2026-02-02', 'r1', unnest(['a1', 'a2', 'a2', 'a3']), 'p1';
    create schema staging;
    create table staging.stg_cosell__weekly_routes as
    select date '2026-02-02' as week_starts_on;
    create table staging.stg_policy__route_limits as
    select 2 as list_size, 1 as per_partner_limit, 1 as per_account_limit, 1 as known_step,
        'b1' as batch_id, date '2020-01-01' as effective_from_on, 1 as source_row_number
    union all select 99, 99, 99, 1, 'b1', date '2027-01-01', 2;
    create schema core;
    create table core.dim_accounts as
    select 'a1' as account_id, false as is_partner_organisation
    union all select 'a9', true;
"""

PARTNERS = """
    create table batch as
    select 'p1' as partner_id, true as is_active union all select 'p9', false;
    create schema staging;
    create table staging.stg_cosell__weekly_routes as
    select date '2026-02-02' as week_starts_on;
    create schema account_mapping;
    create table account_mapping.fct_account_segments as select 'p1' as partner_id;
    create table account_mapping.fct_prioritized_accounts as select 'p1' as partner_id;
    create table account_mapping.fct_weekly_routes as
    select 'p9' as partner_id, date '2026-02-02' as week_starts_on;
    create schema core;
    create table core.dim_reps as select 'r1' as rep_id, 'a@x.com' as email;
    create table account_mapping.touches as select true as has_partner_seller_email;
"""

CASES = [
    Case(
        "landed_rows_are_good_or_quarantined",
        BATCHES,
        "update batch set good_count = '97' where batch_id = 'b1'",
        {"batch_id": "b1"},
    ),
    Case(
        "landed_batches_hold_their_rows",
        BATCHES + STORED,
        "update batch set good_count = '80' where batch_id = 'b2'",
        {"batch_id": "b2", "stored_count": 81},
    ),
    # Two partners that left took rows of b2: it may hold what the second left, and nothing else.
    Case(
        "landed_batches_hold_their_rows",
        BATCHES + STORED + "update purged_batches set batch_id = 'b2', kept_count = "
        "case kept_count when '35' then '81' else '90' end;"
        "update batch set good_count = '100' where batch_id = 'b2'",
        "update purged_batches set kept_count = '80' where kept_count = '81'",
        {"batch_id": "b2", "kept_count": 80, "stored_count": 81},
    ),
    Case(
        "policy_versions_keep_their_rows",
        BATCHES + POLICY_VERSIONS,
        "update policy_versions set sha256 = 'ab' where batch_id = 'p2' and sha256 = 'aa'",
        {"policy": "touch_types", "policy_version": "2026.1", "last_batch_id": "p2"},
    ),
    Case(
        "few_rows_are_quarantined",
        BATCHES,
        "update batch set quarantined_count = '5' where batch_id = 'b2'",
        {"batch_id": "b2"},
    ),
    Case(
        "crm_currencies_have_a_rate",
        "create table batch as select unnest(['USD', 'EUR', 'GBP', null]) as currency_iso_code; "
        "create table company as select 'USD' as currency; create table dated_rates as select "
        "'EUR' as iso_code; create table plan_rates as select 'GBP' as currency",
        "insert into batch values ('JPY'), ('JPY')",
        {"currency_iso_code": "JPY", "opportunities_count": 2},
    ),
    Case(
        "partner_states_are_known",
        "create table batch as select 'p1' as partner_id, unnest(['customer', 'former_customer', "
        "'open_opportunity', 'prospect']) as status",
        "insert into batch values ('p1', 'Kunde')",
        {"status": "Kunde"},
    ),
    Case(
        "one_automatic_match_per_partner_record",
        MATCHES,
        "insert into batch select * replace ('a9' as crm_account_id) from batch where "
        "partner_account_id = 'x1'",
        {"partner_account_id": "x1", "matches_count": 2},
    ),
    Case(
        "no_automatic_match_with_conflicting_duns",
        MATCHES,
        "update batch set decision = 'automatic' where partner_account_id = 'x2'",
        {"our_duns": "222222222", "their_duns": "999999999"},
    ),
    Case(
        "rejected_pairs_stay_rejected",
        MATCHES,
        "update batch set decision = 'review' where partner_account_id = 'x4'",
        {"decided_by": "Ada"},
    ),
    Case(
        "no_match_on_a_shared_domain_alone",
        MATCHES,
        "update batch set decision = 'automatic' where partner_account_id = 'x2'",
        {"registrable_domain": "gmail.com"},
    ),
    Case(
        "automatic_matches_name_their_evidence",
        MATCHES,
        "update batch set probability = 0.98 where partner_account_id = 'x1'",
        {"crm_account_id": "a1"},
    ),
    Case(
        "matches_join_records_of_one_partner",
        MATCHES,
        "update batch set partner_id = 'p2' where partner_account_id = 'x1'",
        {"partner_id": "p2"},
    ),
    Case(
        "automatic_matches_do_not_collapse",
        MATCHES,
        "delete from batch where decision = 'automatic'",
        {"partner_id": "p1", "matches_count": 0},
    ),
    Case(
        "a_partner_deal_pays_the_rep_at_least_what_a_solo_deal_pays",
        INCENTIVES,
        "update batch set is_fair = false where attribution_class = 'sourced'",
        {"attribution_class": "sourced"},
    ),
    Case(
        "the_ledger_reconciles_with_the_crm",
        RECONCILIATION,
        "update batch set difference_amount = 0.01",
        {"fiscal_quarter": "FY2027-Q1"},
    ),
    Case(
        "the_classes_add_up_to_the_crm_total",
        RECONCILIATION,
        "update batch set direct_amount = 49.99",
        {"measure": "bookings"},
    ),
    Case(
        "an_opportunity_has_one_primary_partner",
        LEDGER,
        NEW_POSTING.format(changes="'p2' as partner_id"),
        {"opportunity_id": "o1", "partners_count": 2},
    ),
    Case(
        "partner_credit_names_its_partner",
        LEDGER,
        NEW_POSTING.format(changes="'direct' as attribution_class"),
        {"posting_id": "l2"},
    ),
    Case(
        "published_postings_stay_as_they_are",
        LEDGER,
        "update batch set amount = 11.00",
        {"posting_id": "l1"},
    ),
    Case(
        "nothing_is_posted_into_a_closed_quarter",
        LEDGER,
        NEW_POSTING.format(changes="'FY2026-Q4' as posted_quarter"),
        {"posting_id": "l2"},
    ),
    Case(
        "frozen_and_adjustments_are_live",
        CLOSES,
        "update batch set bookings_live_amount = 5.01 where fiscal_quarter = 'FY2027-Q1'",
        {"fiscal_quarter": "FY2027-Q1"},
    ),
    Case(
        "closed_quarters_hold_what_was_signed",
        CLOSES,
        "update batch set postings_sha256 = 'cc' where fiscal_quarter = 'FY2027-Q1'",
        {"fiscal_quarter": "FY2027-Q1", "signed_by": "cfo"},
    ),
    Case(
        "closed_quarters_stay_as_they_were_published",
        CLOSES,
        "delete from batch where fiscal_quarter = 'FY2026-Q4'",
        {"fiscal_quarter": "FY2026-Q4", "postings_count": None},
    ),
    Case(
        "every_posting_can_be_followed",
        LEDGER,
        "update batch set opportunity_source_row_number = null",
        {"posting_id": "l1"},
    ),
    Case(
        "every_stage_is_known",
        OPPORTUNITIES,
        "update batch set stage_name = 'Discovery', stage_number = null",
        {"stage_name": "Discovery"},
    ),
    Case(
        "every_amount_has_a_rate",
        OPPORTUNITIES,
        "update batch set conversion_rate = null",
        {"opportunity_id": "o1"},
    ),
    Case(
        "segments_are_exclusive",
        SEGMENTS,
        "insert into batch select * replace ('our_customer_only' as cell) from batch where "
        "account_id = 'a1'",
        {"account_id": "a1", "rows_count": 2},
    ),
    Case(
        "segments_are_total",
        SEGMENTS,
        "insert into core.dim_accounts values ('a2')",
        {"account_id": "a2", "partner_id": "p1"},
    ),
    Case(
        "cells_follow_from_the_states",
        SEGMENTS,
        "update batch set partner_state = 'prospect' where account_id = 'a1'",
        {"expected_cell": "our_customer_partner_prospect"},
    ),
    Case(
        "scores_are_the_sum_of_their_contributions",
        "create table batch as select 'a1' as account_id, 'p1' as partner_id, 55.5 as score, 30.5 "
        "as relationship_depth_points, null::double as in_market_points, 15.0 as icp_fit_points, "
        "10.0 as strategic_importance_points",
        "update batch set score = 55.6",
        {"account_id": "a1"},
    ),
    Case(
        "weekly_lists_keep_their_size",
        ROUTES,
        "insert into batch select date '2026-02-09', 'r1', unnest(['a2', 'a3']), unnest(['p2', "
        "'p3'])",
        {"rep_id": "r1", "routes_count": 3, "list_size": 2},
    ),
    Case(
        "weekly_lists_keep_their_limit_per_partner",
        ROUTES,
        "insert into batch values (date '2026-02-09', 'r1', 'a2', 'p1')",
        {"partner_id": "p1"},
    ),
    Case(
        "weekly_lists_keep_their_limit_per_account",
        ROUTES,
        "insert into batch values (date '2026-02-09', 'r1', 'a1', 'p2')",
        {"account_id": "a1"},
    ),
    Case(
        "routes_lead_to_accounts_that_may_be_sold_to",
        ROUTES,
        "insert into batch values (date '2026-02-09', 'r1', 'a9', 'p1')",
        {"account_id": "a9"},
    ),
    Case(
        "nothing_to_reach_is_not_measured",
        "create table batch as select 'r1' as rep_id, 'q' as fiscal_quarter, 'bookings' as "
        "metric, 0 as fair_target, null::double as attainment, 'not_measured' as status",
        "update batch set attainment = 1",
        {"rep_id": "r1"},
    ),
    Case(
        "teams_add_up_to_the_company",
        TEAM_WEEKS,
        "update batch set sourced_pipeline_amount = 70.01 where scope = 'direct_reports' "
        "and sourced_pipeline_amount = 70",
        {"basis": "as_of_event", "sourced_pipeline_difference": Decimal("-0.01")},
    ),
    Case(
        "managers_run_in_no_circle",
        REPORTING_GAPS,
        "update batch set is_current = true where rep_id = 'bea'",
        {"rep_id": "bea", "manager_id": "cay"},
    ),
    Case(
        "everybody_in_a_seat_has_a_manager",
        REPORTING_GAPS,
        "update batch set is_current = true where rep_id = 'ann'",
        {"rep_id": "ann", "gap": "no_manager"},
    ),
    Case(
        "partners_that_left_are_gone_from_lists",
        PARTNERS,
        "insert into account_mapping.fct_account_segments values ('p9')",
        {"partner_id": "p9", "place": "segments"},
    ),
    Case(
        "segments_show_a_partner_only_its_own_records",
        SEGMENTS,
        "update batch set partner_account_id = 'y1' where account_id = 'a1'",
        {"partner_account_id": "y1"},
    ),
    Case(
        "contacts_of_partners_stay_out",
        PARTNERS,
        "alter table account_mapping.fct_weekly_routes add column partner_seller_phone varchar",
        {"column_name": "partner_seller_phone"},
    ),
    Case(
        "postings_name_known_records",
        """
        create schema attribution; create schema core;
        create table batch as select 'p' as posting_id, 'o1' as opportunity_id,
            'p1' as partner_id, 'r1' as rep_id;
        create table attribution.fct_attributed_opportunities as select 'o1' as opportunity_id;
        create table core.dim_partners as select 'p1' as partner_id;
        create table core.dim_reps as select 'r1' as rep_id
        """,
        "update batch set rep_id = 'r9'",
        {"rep_id": "r9"},
    ),
    Case(
        "stages_do_not_drift",
        """
        create table batch as select 1 + range % 4 as stage_number, false as is_closed,
            false as is_deleted from range(40);
        create table released_deals as select * from batch limit 36
        """,
        "update batch set stage_number = 4 where stage_number < 3",
        {"stage_number": 1, "before_count": 9, "now_count": 0},
    ),
    Case(
        "segments_do_not_flip",
        """
        create table batch as select 'p1' as partner_id,
            case when range < 20 then 'shared_customer' else 'our_customer_only' end as cell
        from range(40);
        create table released_segments as select * from batch limit 39
        """,
        "update batch set cell = 'our_prospect_only' where cell = 'shared_customer'",
        {"partner_id": "p1"},
    ),
    Case(
        "partners_are_told_no_small_counts",
        """
        create schema staging;
        create table staging.stg_policy__partner_scores as select 5 as minimum_group_count;
        create table batch as select 'p1' as partner_id, unnest(['a', 'b']) as cell,
            'customer' as partner_population, unnest([5, null]) as accounts_count,
            unnest([false, true]) as is_withheld
        """,
        "update batch set accounts_count = 4 where cell = 'a'",
        {"cell": "a", "accounts_count": 4},
    ),
    *DELIVERY_CASES,
]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    tmp_path.joinpath("landing", "bilateral", "partner_accounts").mkdir(parents=True)
    with duckdb.connect() as opened:
        yield opened


def failing_rows(
    rule: Rule, connection: duckdb.DuckDBPyConnection, folder: Path
) -> list[dict[str, object]]:
    parameters = {name: value.format(folder=folder) for name, value in PARAMETERS.items()}
    query = rule.query_for(parameters)
    assert query is not None
    found = connection.execute(query.format(batch="main.batch"))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule_id)
def test_rule_passes_good_rows_and_names_bad_ones(
    case: Case, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rule = RULES[case.rule_id]
    connection.execute(case.tables.format(folder=tmp_path))
    assert failing_rows(rule, connection, tmp_path) == []
    connection.execute(case.fault)
    failing = failing_rows(rule, connection, tmp_path)
    assert failing
    assert {name: failing[0][name] for name in case.expected} == case.expected


def test_every_rule_has_its_case() -> None:
    assert sorted(set(RULES) - MADE) == sorted({case.rule_id for case in CASES})


def test_a_shrink_that_was_released_is_not_asked_about_again(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute(BATCHES + "; update batch set refresh_number = '1', rows_count = '79'")
    assert failing_rows(RULES["full_lists_do_not_shrink"], connection, tmp_path) == []


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.rule_id)
def test_rule_reads_as_a_sentence(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]+", rule.rule_id)
    assert rule.table.count(".") == 1
    assert rule.parameters <= set(PARAMETERS)
    for text in (rule.statement, rule.reason, rule.mend):
        assert text and not text.endswith(".") and text[0].islower()


def test_rule_ids_are_unique() -> None:
    assert len(RULES) == sum(len(rules) for rules in RULES_OF_GATES.values())


def test_only_tables_get_the_prefix_of_a_shared_catalog() -> None:
    """`is distinct from area.column` reads no table."""
    rule = Rule(
        rule_id="nothing_differs",
        table="core.dim_reps",
        severity="critical",
        owner="finance",
        statement="nothing differs",
        reason="a test",
        mend="nothing",
        query="""
            select rep_id from batch join core.dim_accounts as other on true
            where batch.rep_id is distinct from other.rep_id
        """,
    )
    query = rule.query_for({}, "east_")
    assert query is not None
    assert "join east_core.dim_accounts" in query
    assert "distinct from other.rep_id" in query
