"""Deliveries in which each rule about them holds, and what breaks it."""

from __future__ import annotations

from expectations.deliveries import MOMENTS_OF_RECORDING, RECORDS_OF_THE_CRM
from tests.orchestration.rule_case import Case

# Small enough for tables of forty rows.
LIMITS = {
    "maximum_shrink_share": "0.20",
    "maximum_growth_share": "0.50",
    "minimum_compared_rows": "10",
    "maximum_quarantined_share": "0.05",
    "maximum_duplicate_share": "0.05",
    "maximum_new_values_share": "0.50",
    "maximum_state_drift_share": "0.25",
    "maximum_stage_drift_share": "0.25",
    "maximum_orphan_share": "0.05",
    "maximum_foreign_rows_share": "0.10",
    "maximum_rate_age_days": "100",
    "maximum_rate_change_share": "0.50",
    "maximum_amount_factor": "8",
    "maximum_loss_share": "0.50",
    "late_after_cadences": "2",
    "stale_after_cadences": "8",
    "maximum_waiver_days": "92",
}

BATCHES = """
    create table batch as
    select
        'b1' as batch_id, 'techflow' as feed, 'bilateral' as source,
        'partner_accounts' as table_name, 'list.csv' as file, 'full' as mode,
        '2026-02-02' as as_of, '1' as refresh_number, '1' as known_step,
        '100' as rows_count, '98' as good_count, '2' as quarantined_count
    union all
    select 'b2', 'techflow', 'bilateral', 'partner_accounts', 'list.csv', 'full',
        '2026-02-09', '2', '2', '81', '81', '0';
"""
_SHORT = "update batch set rows_count = '79', good_count = '79' where batch_id = 'b2'"
_FEEDS = (
    BATCHES
    + """
    create table landed_feeds as
    select 'techflow' as feed, 'bilateral' as source, 'techflow' as partner_id,
        '7' as cadence_days, date '2026-02-02' as _as_of
    union all select 'crm', 'salesforce', null, '1', date '2026-02-02';
    create table landed_partners as
    select 'gone' as partner_id, '2026-01-01' as valid_to, date '2026-02-02' as _as_of;
    insert into batch select * replace ('crm' as feed, 'salesforce' as source, 'delta' as mode)
    from batch;
"""
)
_LISTS = """
    create table landed_partner_accounts as
    select 'p1' as partner_id, 'x' || range as partner_account_id, 'Name ' || range as account_name,
        'US' as country, 'City ' || (range % 5) as city, 'Retail' as industry,
        case when range % 2 = 0 then 'customer' else 'prospect' end as status,
        'Ann' as owner_name, 'b1' as _batch_id, 'one.csv' as _source_file,
        date '2026-02-02' as _as_of
    from range(40);
    create table batch as
    select * replace ('b2' as _batch_id, 'two.csv' as _source_file, date '2026-02-09' as _as_of)
    from landed_partner_accounts where partner_account_id <> 'x39';
    insert into landed_partner_accounts select * from batch;
    insert into landed_partner_accounts
    select * replace ('p2' as partner_id, 'y' || partner_account_id as partner_account_id,
        'c1' as _batch_id)
    from landed_partner_accounts where _batch_id = 'b1';
    create table landed_batches as select unnest(['b1', 'b2', 'c1']) as batch_id, 'full' as mode;
"""
_DEALS = """
    create table landed_opportunities as
    select 'o' || range as id, 'a' || (range % 9) as account_id, 'u1' as owner_id,
        1000 + range || '.00' as amount, 'EUR' as currency_iso_code, 'true' as is_closed,
        '2026-02-05' as close_date, 'false' as is_deleted, 'b1' as _batch_id,
        'Opportunity.csv' as _source_file
    from range(40);
    create table batch as select * replace ('b2' as _batch_id) from landed_opportunities;
    insert into landed_opportunities select * from batch;
    create table landed_accounts as
    select 'a' || range as id, 'Name' as name, 'false' as is_deleted, null as master_record_id
    from range(9);
    create table landed_users as select 'u1' as id;
    create table landed_groups as select 'g1' as id;
    create table dated_rates as
    select 'EUR' as iso_code, '2026-02-01' as start_date, '0.92' as conversion_rate;
"""
_ACCOUNTS = _DEALS.replace("create table batch as", "create table new_deals as").replace(
    "select * from batch", "select * from new_deals"
) + (
    "update landed_opportunities set is_closed = 'false' where account_id = 'a1';"
    "create table batch as select 'a8' as id, 'Name' as name, 'true' as is_deleted, "
    "'a1' as master_record_id;"
)
_RATES = """
    create table dated_rates as
    select 'EUR' as iso_code, unnest(['2026-01-01', '2026-02-01']) as start_date,
        unnest(['0.920000', '0.950000']) as conversion_rate;
    create table batch as select * from dated_rates where start_date = '2026-02-01';
"""

DELIVERY_CASES = [
    Case(
        "feeds_come_on_time",
        _FEEDS,
        "delete from batch where feed = 'techflow' and batch_id = 'b2'; "
        "update batch set as_of = '2026-01-20' where feed = 'techflow'",
        {"feed": "techflow", "age_days": 20},
    ),
    Case(
        "the_crm_is_not_stale",
        _FEEDS,
        "update batch set as_of = '2026-01-20' where feed = 'crm'",
        {"feed": "crm", "age_days": 20},
    ),
    Case(
        "full_lists_do_not_shrink",
        BATCHES,
        _SHORT,
        {"feed": "techflow", "rows_count": 79, "rows_count_before": 100},
    ),
    Case(
        "full_lists_in_between_did_not_shrink",
        BATCHES,
        _SHORT + "; insert into batch select * replace ('b3' as batch_id, '3' as known_step, "
        "'100' as rows_count, '100' as good_count) from batch where batch_id = 'b2'",
        {"rows_count": 79},
    ),
    Case(
        "full_lists_do_not_grow_at_once",
        BATCHES,
        "update batch set rows_count = '151' where batch_id = 'b2'",
        {"rows_count": 151, "rows_count_before": 100},
    ),
    Case(
        "tables_that_always_came_have_come",
        BATCHES
        + "delete from batch; insert into batch select 'b' || days.day || names.name, 'crm', "
        "'salesforce', names.name, 'x.csv', 'delta', '2026-02-0' || days.day, '1', '1', '1', '1', "
        "'0' from range(1, 10) as days (day) cross join (values ('tasks'), ('users')) as "
        "names (name) where days.day in (2, 3, 4, 5, 6)",
        "delete from batch where table_name = 'users' and as_of = '2026-02-06'",
        {"feed": "crm", "table_name": "users"},
    ),
    Case(
        "partner_lists_name_each_account_once",
        _LISTS,
        "insert into batch select * from batch",
        {"partner_id": "p1", "repeated_count": 39},
    ),
    Case(
        "columns_of_partner_lists_keep_their_values",
        _LISTS,
        "update batch set country = city, city = country",
        {"column_name": "city", "never_seen_count": 39},
    ),
    Case(
        "partner_states_do_not_drift",
        _LISTS,
        "update batch set status = 'customer'",
        {"partner_id": "p1", "most_moved_state": "customer"},
    ),
    Case(
        "partner_lists_hold_no_rows_of_another_partner",
        _LISTS,
        "insert into batch select * replace ('p1' as partner_id, 'b2' as _batch_id) from "
        "landed_partner_accounts where partner_id = 'p2' limit 9",
        {"partner_id": "p1", "owned_by": "p2", "rows_count": 9},
    ),
    Case(
        "opportunities_belong_to_known_records",
        _DEALS,
        "update batch set owner_id = 'u9' where id in ('o1', 'o2', 'o3')",
        {"column_name": "owner_id", "unknown_count": 3, "first_unknown": "u9"},
    ),
    Case(
        "merged_accounts_have_their_master",
        _ACCOUNTS,
        "update batch set master_record_id = 'a99'",
        {"id": "a8", "master_record_id": "a99"},
    ),
    Case(
        "merged_accounts_have_their_master",
        _ACCOUNTS,
        "update batch set id = 'a1', master_record_id = null",
        {"id": "a1", "open_deals_count": 5},
    ),
    Case(
        "amounts_keep_their_scale",
        _DEALS,
        "update batch set amount = replace(amount, '.', '')",
        {"deals_count": 40, "median_ratio": 100.0},
    ),
    Case(
        "rates_are_fresh",
        _DEALS,
        "update dated_rates set start_date = '2025-08-01'",
        {"currency_iso_code": "EUR", "deals_count": 40},
    ),
    Case(
        "rates_do_not_jump",
        _RATES,
        "update batch set conversion_rate = '95'; "
        "update dated_rates set conversion_rate = '95' where start_date = '2026-02-01'",
        {"iso_code": "EUR", "rate": 95.0},
    ),
    *(
        Case(
            f"{table.partition('.')[2]}_are_not_from_the_future",
            f"create table batch as select 'a.csv' as _source_file, 1 as _row_number, "
            f"'2026-02-10 23:59:59' as {column}, date '2026-02-09' as _as_of",
            f"update batch set {column} = '2026-02-11 00:00:00'",
            {column: "2026-02-11 00:00:00"},
        )
        for table, column in MOMENTS_OF_RECORDING.items()
    ),
    *(
        Case(
            f"{name}_keep_their_creation",
            f"create table landed_{name} as select 'r1' as id, '2026-02-01 10:00:00' as "
            "created_date, 'b1' as _batch_id, 'a.csv' as _source_file; create table batch as "
            f"select * replace ('b2' as _batch_id) from landed_{name}",
            "update batch set created_date = '2026-02-01 15:00:00'",
            {"id": "r1", "created_now": "2026-02-01 15:00:00"},
        )
        for name in RECORDS_OF_THE_CRM.values()
    ),
]
