"""Rules about deliveries: did each feed come, is it as large as before, does it say the same kind
of thing, and does it speak of records that exist?

A feed is compared with its own earlier deliveries, never with another's. Like everything of the
landing gate they run on DuckDB, over landing's Parquet files. `{landed_…}` is every landed row of a
table that was known on the day of the refresh; `batch` holds only what no release has seen.
"""

from __future__ import annotations

from expectations.rule import Rule

_OWNER = "data engineering"
_BATCHES = "cosell.landed_batches"
_LISTS = "bilateral.partner_accounts"

# Only what people, systems and partners send: policies and settings are written here.
SENT_BY_OTHERS = "source not in ('policy', 'settings', 'reference', 'cosell')"

# A list may come in several files (the archives of a weekly export): those of a step are one list.
_FULL_LISTS = f"""
    with wholes as (
        select
            feed,
            source,
            table_name,
            cast(known_step as bigint) as known_step,
            max(as_of) as as_of,
            max(cast(refresh_number as bigint)) as refresh_number,
            sum(cast(rows_count as bigint)) as rows_count
        from batch
        where mode = 'full' and {SENT_BY_OTHERS}
        group by feed, source, table_name, cast(known_step as bigint)
    ),
    lists as (
        select
            feed,
            source,
            table_name,
            as_of,
            refresh_number,
            rows_count,
            lag(rows_count) over in_order as rows_count_before,
            row_number() over (
                partition by feed, source, table_name order by known_step desc
            ) as age
        from wholes
        window in_order as (partition by feed, source, table_name order by known_step)
    ),
    shrunken as (
        select * from lists
        where refresh_number > {{released_refresh_number}}
            and rows_count < rows_count_before * (1 - {{maximum_shrink_share}})
    )
"""

# What is newest of each feed, and how many of its cadences ago that was.
_AGES = f"""
    with newest as (
        select feed, max(cast(as_of as date)) as newest_as_of
        from batch where {SENT_BY_OTHERS} group by feed
    ),
    declared as (
        select feed, max_by(source, _as_of) as source, max_by(partner_id, _as_of) as partner_id,
            max_by(try_cast(cadence_days as bigint), _as_of) as cadence_days
        from {{landed_feeds}} as feeds group by feed
    ),
    ended as (
        select partner_id from {{landed_partners}} as partners
        group by partner_id
        having max_by(coalesce(try_cast(valid_to as date), date '9999-12-31'), _as_of) < {{as_of}}
    ),
    ages as (
        select declared.feed, declared.source, newest.newest_as_of, declared.cadence_days,
            date_diff('day', newest.newest_as_of, {{as_of}}) as age_days
        from declared
        inner join newest on declared.feed = newest.feed
        where declared.cadence_days > 0 and declared.source <> 'templates'
            and not exists (select 1 from ended where ended.partner_id = declared.partner_id)
    )
"""

# The newest new list of every partner, and the whole list before it.
_TWO_LISTS = """
    newest as (
        select partner_id, max(_batch_id) as batch_id, max(_as_of) as as_of
        from batch group by partner_id
    ),
    new_list as (
        select batch.* from batch
        inner join newest on batch._batch_id = newest.batch_id
    ),
    before as (
        select landed.partner_id, max_by(landed._batch_id, landed._as_of) as batch_id
        from {landed_partner_accounts} as landed
        inner join newest
            on landed.partner_id = newest.partner_id and landed._as_of < newest.as_of
        inner join {landed_batches} as batches
            on landed._batch_id = batches.batch_id and batches.mode = 'full'
        group by landed.partner_id
    ),
    old_list as (
        select landed.* from {landed_partner_accounts} as landed
        inner join before on landed._batch_id = before.batch_id
    ),
    sizes as (
        select new_sizes.partner_id, new_sizes.rows_count, old_sizes.rows_count as rows_count_before
        from (
            select new_list.partner_id, count(*) as rows_count from new_list
            inner join {landed_batches} as batches
                on new_list._batch_id = batches.batch_id and batches.mode = 'full'
            group by new_list.partner_id
        ) as new_sizes
        inner join (
            select partner_id, count(*) as rows_count from old_list group by partner_id
        ) as old_sizes on new_sizes.partner_id = old_sizes.partner_id
        where new_sizes.rows_count >= {minimum_compared_rows}
            and old_sizes.rows_count >= {minimum_compared_rows}
    )
"""

# Columns whose values come back from list to list, whatever happens to single accounts.
_STEADY_COLUMNS = ("account_name", "country", "city", "industry", "status", "owner_name")


def _values_of(relation: str) -> str:
    return " union all ".join(
        f"select partner_id, '{column}' as column_name, \"{column}\" as value from {relation}"
        for column in _STEADY_COLUMNS
    )


_BATCH_RULES = (
    Rule(
        rule_id="feeds_come_on_time",
        table=_BATCHES,
        severity="warning",
        owner="partnerships",
        statement="every feed has sent something within the allowed number of its cadences",
        reason="what a partner or a system said long ago is told as if it were so today (rules "
        "section 2)",
        mend="ask the sender for a newer file, or correct cadence_days in the feed's file in "
        "config/feeds",
        query=_AGES
        + """
            select feed, newest_as_of, cadence_days, age_days from ages
            where age_days > cadence_days * {late_after_cadences}
            order by feed
        """,
    ),
    Rule(
        rule_id="the_crm_is_not_stale",
        table=_BATCHES,
        severity="critical",
        owner="sales operations",
        statement="the CRM has been exported within the last cadences",
        reason="every figure rests on the CRM, and one that has stopped keeps all of them as they "
        "were (rules section 7)",
        mend="bring a new export of the CRM, or run `cosell crm pull`",
        query=_AGES
        + """
            select feed, newest_as_of, cadence_days, age_days from ages
            where source in ('salesforce', 'hubspot')
                and age_days > cadence_days * {stale_after_cadences}
            order by feed
        """,
    ),
    Rule(
        rule_id="full_lists_do_not_shrink",
        table=_BATCHES,
        severity="critical",
        owner="partnerships",
        statement="the newest full list of a feed is not much shorter than the one before",
        reason="a partial file read as a full list turns every missing account into a lost one "
        "(rules section 2, case 31)",
        mend="land the whole list again with the same day or a later one, or, where the list "
        "really became this short, let a person waive it in config/policy/gate_waivers.csv",
        query=_FULL_LISTS
        + """
            select feed, table_name, as_of, rows_count, rows_count_before from shrunken
            where age = 1
        """,
    ),
    Rule(
        rule_id="full_lists_in_between_did_not_shrink",
        table=_BATCHES,
        severity="warning",
        owner="partnerships",
        statement="no full list was much shorter than the one before it, not even for a while",
        reason="what a short list said between two whole ones stays in the history (case 31)",
        mend="ask the sender what the short list was",
        query=_FULL_LISTS
        + """
            select feed, table_name, as_of, rows_count, rows_count_before from shrunken
            where age > 1
        """,
    ),
    Rule(
        rule_id="full_lists_do_not_grow_at_once",
        table=_BATCHES,
        severity="critical",
        owner="partnerships",
        statement="the newest full list of a partner is not much longer than the one before",
        reason="a list that was joined with itself or with another partner's invents overlaps "
        "(rules sections 2 and 11)",
        mend="ask the partner for the list again, or, where it really grew so much, let a person "
        "waive it in config/policy/gate_waivers.csv",
        query=_FULL_LISTS
        + """
            select feed, table_name, as_of, rows_count, rows_count_before from lists
            where age = 1 and source <> 'templates'
                and refresh_number > {released_refresh_number}
                and rows_count_before >= {minimum_compared_rows}
                and rows_count > rows_count_before * (1 + {maximum_growth_share})
        """,
    ),
    Rule(
        rule_id="tables_that_always_came_have_come",
        table=_BATCHES,
        severity="warning",
        owner="sales operations",
        statement="a table that was in each of the last four deliveries of its feed is in the "
        "newest one",
        reason="an export that has lost one of its files looks like a week in which nothing "
        "happened",
        mend="export the missing table, too",
        query=f"""
            with days as (
                select distinct feed, table_name, cast(as_of as date) as on_day
                from batch where {SENT_BY_OTHERS}
            ),
            feed_days as (
                select feed, on_day, row_number() over (
                    partition by feed order by on_day desc
                ) as age
                from (select distinct feed, on_day from days) as distinct_days
            )
            select days.feed, days.table_name, max(days.on_day) as last_came_on,
                max(newest.on_day) as newest_delivery_on
            from days
            inner join feed_days
                on days.feed = feed_days.feed and days.on_day = feed_days.on_day
                and feed_days.age between 1 and 5
            inner join feed_days as newest on days.feed = newest.feed and newest.age = 1
            where newest.on_day > coalesce({{released_as_of}}, date '0001-01-01')
            group by days.feed, days.table_name
            having min(feed_days.age) = 2 and count(*) = 4
            order by days.feed, days.table_name
        """,
    ),
)

_LIST_RULES = (
    Rule(
        rule_id="partner_lists_name_each_account_once",
        table=_LISTS,
        severity="critical",
        owner="partnerships",
        statement="a partner's list does not name many of its accounts twice",
        reason="a list that was put together from two, or sent twice in one file, doubles what it "
        "says (case 3)",
        mend="ask the partner for the list once",
        query="""
            select partner_id, _source_file, count(*) as rows_count,
                count(*) - count(distinct partner_account_id) as repeated_count
            from batch
            group by partner_id, _source_file, _batch_id
            having count(*) >= {minimum_compared_rows}
                and count(*) - count(distinct partner_account_id)
                    > count(*) * {maximum_duplicate_share}
            order by partner_id, _source_file
        """,
    ),
    Rule(
        rule_id="columns_of_partner_lists_keep_their_values",
        table=_LISTS,
        severity="critical",
        owner="partnerships",
        statement="most values of each column of a partner's list were in that column of the list "
        "before",
        reason="swapped or shifted columns are well formed and wrong in every row",
        mend="compare the header with the list before, and map the columns in the feed's file in "
        "config/feeds",
        query=f"""
            with {_TWO_LISTS},
            new_values as ({_values_of("new_list")}),
            old_values as (select distinct * from ({_values_of("old_list")}) as old_columns)
            select new_values.partner_id, new_values.column_name, count(*) as values_count,
                count(*) - count(old_values.value) as never_seen_count
            from new_values
            inner join sizes on new_values.partner_id = sizes.partner_id
            left join old_values
                on new_values.partner_id = old_values.partner_id
                and new_values.column_name = old_values.column_name
                and new_values.value = old_values.value
            where new_values.value is not null
                and exists (
                    select 1 from old_values as known
                    where known.partner_id = new_values.partner_id
                        and known.column_name = new_values.column_name
                        and known.value is not null
                )
            group by new_values.partner_id, new_values.column_name
            having count(*) - count(old_values.value) > count(*) * {{maximum_new_values_share}}
            order by new_values.partner_id, new_values.column_name
        """,
    ),
    Rule(
        rule_id="partner_states_do_not_drift",
        table=_LISTS,
        severity="critical",
        owner="partnerships",
        statement="the shares of a partner's states are near those of its list before (half the "
        "sum of their differences, the total variation distance)",
        reason="a state that was mapped anew or exported wrongly moves a whole book to other cells "
        "at once (rules section 4, case 31)",
        mend="look at `values: status:` in the feed's file in config/feeds, and ask the partner",
        query=f"""
            with {_TWO_LISTS},
            shares as (
                select partner_id, status, sum(new_share) as new_share, sum(old_share) as old_share
                from (
                    select new_list.partner_id, status, 1.0 / rows_count as new_share,
                        0.0 as old_share
                    from new_list inner join sizes on new_list.partner_id = sizes.partner_id
                    union all
                    select old_list.partner_id, status, 0.0, 1.0 / rows_count_before
                    from old_list inner join sizes on old_list.partner_id = sizes.partner_id
                ) as rows_of_both
                group by partner_id, status
            )
            select partner_id, round(sum(abs(new_share - old_share)) / 2, 3) as distance,
                max_by(status, abs(new_share - old_share)) as most_moved_state
            from shares
            group by partner_id
            having sum(abs(new_share - old_share)) / 2 > {{maximum_state_drift_share}}
            order by partner_id
        """,
    ),
    Rule(
        rule_id="partner_lists_hold_no_rows_of_another_partner",
        table=_LISTS,
        severity="critical",
        owner="partnerships",
        statement="the rows of a partner's list are not on another partner's list, id and name",
        reason="partner A's rows in B's file would be shown to B as its own (rules section 11, "
        "case 45)",
        mend="remove the file, tell both partners' managers, and ask the partner for its own list",
        query="""
            with others as (
                select distinct partner_id, partner_account_id, account_name
                from {landed_partner_accounts} as landed
            )
            select batch.partner_id, others.partner_id as owned_by, batch._source_file,
                count(*) as rows_count
            from batch
            inner join others
                on batch.partner_account_id = others.partner_account_id
                and batch.account_name = others.account_name
                and batch.partner_id <> others.partner_id
            inner join (
                select _batch_id, count(*) as all_count from batch group by _batch_id
            ) as sizes on batch._batch_id = sizes._batch_id
            group by batch.partner_id, others.partner_id, batch._source_file, batch._batch_id
            having count(*) > max(sizes.all_count) * {maximum_foreign_rows_share}
            order by batch.partner_id, owned_by
        """,
    ),
)

MOMENTS_OF_RECORDING = {
    "salesforce.accounts": "created_date",
    "salesforce.opportunities": "created_date",
    "salesforce.opportunity_history": "created_date",
    "salesforce.tasks": "created_date",
    "salesforce.events": "created_date",
    "templates.partner_touches": "recorded_at",
    "templates.deal_registrations": "recorded_at",
}
RECORDS_OF_THE_CRM = {
    "salesforce.accounts": "accounts",
    "salesforce.opportunities": "opportunities",
    "salesforce.tasks": "tasks",
    "salesforce.events": "events",
}


def _not_from_the_future(table: str, column: str) -> Rule:
    name = table.partition(".")[2]
    return Rule(
        rule_id=f"{name}_are_not_from_the_future",
        table=table,
        severity="critical",
        owner="sales operations" if table.startswith("salesforce") else "partnerships",
        statement=f"nothing has a {column} later than the day after its file's",
        reason="a clock in the future makes evidence that was not there (rules section 7.2, case "
        "15)",
        mend="correct the clock or the time zone of the sender, and send the file again",
        query=f"""
            select _source_file, _row_number, {column}, _as_of from batch
            where try_cast({column} as timestamp) >= _as_of + interval 2 day
            order by _source_file, _row_number
        """,
    )


def _created_once(table: str, name: str) -> Rule:
    return Rule(
        rule_id=f"{name}_keep_their_creation",
        table=table,
        severity="critical",
        owner="sales operations",
        statement="a record that comes again was created when it was created before",
        reason="another moment of creation means that the id was given to another record or that "
        "the export's time zone has moved (cases 9 and 39)",
        mend="export in the time zone of before; where ids were given anew, bring the records in "
        "under new ones",
        query=f"""
            select batch.id, batch._source_file, min(landed.created_date) as created_before,
                min(batch.created_date) as created_now
            from batch
            inner join {{landed_{name}}} as landed
                on batch.id = landed.id and batch._batch_id <> landed._batch_id
            where landed.created_date <> batch.created_date
            group by batch.id, batch._source_file
            order by batch.id
        """,
    )


_CRM_RULES = (
    Rule(
        rule_id="opportunities_belong_to_known_records",
        table="salesforce.opportunities",
        severity="critical",
        owner="sales operations",
        statement="nearly every new row of a deal names an account and an owner that have landed",
        reason="deals of unknown owners and accounts are nobody's credit (cases 8 and 23)",
        mend="export Account and User with the opportunities",
        query="""
            with named as (
                -- The same id has 15 characters or 18, of which three are a check (case 9).
                -- Accounts and opportunities are enough to begin: users may come later, or never.
                select 'account_id' as column_name, left(account_id, 15) as id from batch
                where account_id is not null
                    and exists (select 1 from {landed_accounts} as landed)
                union all
                select 'owner_id', left(owner_id, 15) from batch
                where owner_id is not null
                    and exists (select 1 from {landed_users} as landed)
            ),
            known as (
                select left(id, 15) as id from {landed_accounts} as landed
                union
                select left(id, 15) from {landed_users} as landed
                union
                select left(id, 15) from {landed_groups} as landed
            )
            select column_name, count(*) as rows_count,
                count(*) - count(known.id) as unknown_count,
                min(case when known.id is null then named.id end) as first_unknown
            from named
            left join known on named.id = known.id
            group by column_name
            having count(*) >= {minimum_compared_rows}
                and count(*) - count(known.id) > count(*) * {maximum_orphan_share}
            order by column_name
        """,
    ),
    Rule(
        rule_id="merged_accounts_have_their_master",
        table="salesforce.accounts",
        severity="critical",
        owner="sales operations",
        statement="an account that was merged away names a survivor that has landed, and one that "
        "was deleted leaves no open deal behind",
        reason="history, deals and quotas of the loser would belong to nobody (case 8)",
        mend="export the deleted accounts with MasterRecordId, and the survivors",
        query="""
            with deals as (
                select left(id, 15) as id, max_by(left(account_id, 15), _batch_id) as account_id,
                    max_by(coalesce(is_deleted, 'false'), _batch_id) as is_deleted,
                    max_by(coalesce(is_closed, 'false'), _batch_id) as is_closed
                from {landed_opportunities} as landed group by left(id, 15)
            ),
            left_behind as (
                select account_id, count(*) as deals_count from deals
                where is_deleted <> 'true' and is_closed <> 'true' group by account_id
            )
            select batch.id, batch.name, batch.master_record_id,
                coalesce(left_behind.deals_count, 0) as open_deals_count
            from batch
            left join left_behind on left(batch.id, 15) = left_behind.account_id
            where batch.is_deleted = 'true'
                and case
                    when coalesce(batch.master_record_id, '') = ''
                        then left_behind.deals_count is not null
                    else left(batch.master_record_id, 15) not in (
                        select left(id, 15) from {landed_accounts} as landed
                    )
                end
            order by batch.id
        """,
    ),
    Rule(
        rule_id="amounts_keep_their_scale",
        table="salesforce.opportunities",
        severity="critical",
        owner="finance",
        statement="deals that were known before have not become many times as large or as small, "
        "taken together",
        reason="a lost decimal sign is well formed and wrong in every row (rules section 7.6)",
        mend="look at `decimal:` in the feed's file in config/feeds, and export again",
        query="""
            with before as (
                select id, max_by(try_cast(amount as double), _batch_id) as amount
                from {landed_opportunities} as landed
                where _batch_id not in (select _batch_id from batch)
                group by id
            ),
            ratios as (
                select batch._source_file, try_cast(batch.amount as double) / before.amount as ratio
                from batch
                inner join before on batch.id = before.id
                where before.amount > 0 and try_cast(batch.amount as double) > 0
            )
            select _source_file, count(*) as deals_count, round(median(ratio), 4) as median_ratio
            from ratios
            group by _source_file
            having count(*) >= {minimum_compared_rows}
                and (
                    median(ratio) >= {maximum_amount_factor}
                    or median(ratio) <= 1.0 / {maximum_amount_factor}
                )
            order by _source_file
        """,
    ),
    Rule(
        rule_id="rates_are_fresh",
        table="salesforce.opportunities",
        severity="critical",
        owner="finance",
        statement="the newest rate of a currency is not much older than the deals that close in it",
        reason="an old rate converts today's money at yesterday's price without a word (rules "
        "section 7.6, case 4)",
        mend="export DatedConversionRate again",
        query="""
            with newest as (
                select iso_code, max(try_cast(start_date as date)) as rate_on
                from {landed_dated_rates} as rates group by iso_code
            )
            select batch.currency_iso_code, newest.rate_on, count(*) as deals_count,
                max(batch.close_date) as last_close_on
            from batch
            inner join newest on batch.currency_iso_code = newest.iso_code
            where batch.is_closed = 'true'
                and try_cast(batch.close_date as date)
                    > newest.rate_on + cast({maximum_rate_age_days} as integer)
                and try_cast(batch.close_date as date) <= {as_of}
            group by batch.currency_iso_code, newest.rate_on
            order by batch.currency_iso_code
        """,
    ),
    Rule(
        rule_id="rates_do_not_jump",
        table="salesforce.dated_conversion_rates",
        severity="critical",
        owner="finance",
        statement="no rate is far from the rate of its currency before it",
        reason="a lost decimal sign in a rate moves every figure in that currency (rules section "
        "7.6)",
        mend="correct the rate in the CRM and export DatedConversionRate again",
        query="""
            with rates as (
                select distinct iso_code, try_cast(start_date as date) as start_on,
                    try_cast(conversion_rate as double) as rate
                from {landed_dated_rates} as landed
            ),
            followed as (
                select iso_code, start_on, rate, lag(rate) over (
                    partition by iso_code order by start_on, rate
                ) as rate_before
                from rates
            )
            select followed.iso_code, followed.start_on, followed.rate_before, followed.rate
            from followed
            where exists (
                    select 1 from batch
                    where batch.iso_code = followed.iso_code
                        and try_cast(batch.start_date as date) = followed.start_on
                )
                and (
                    rate <= 0 or rate > rate_before * (1 + {maximum_rate_change_share})
                    or rate < rate_before * (1 - {maximum_rate_change_share})
                )
            order by followed.iso_code, followed.start_on
        """,
    ),
)

RULES: tuple[Rule, ...] = (
    *_BATCH_RULES,
    *_LIST_RULES,
    *_CRM_RULES,
    *(_not_from_the_future(table, column) for table, column in MOMENTS_OF_RECORDING.items()),
    *(_created_once(table, name) for table, name in RECORDS_OF_THE_CRM.items()),
)
