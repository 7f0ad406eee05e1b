"""Gate before staging: what has landed is whole, readable and no smaller than it can be.

The rules read landing's Parquet files; `cosell.landed_batches` lists what every refresh has taken
in. Rules about a batch look at those that no release has seen yet: `{released_refresh_number}` is
the refresh of the last release, 0 before the first. Limits such as `{maximum_quarantined_share}`
come from the policy `gate_limits`. Rules about deliveries are in `expectations.deliveries`, one
about every landed table in `expectations.landed_tables`.
`{policy_versions}` is a relation of every landed policy file and version with the hash of its rows.
`{purged_batches}` says which batches lost rows of a partner that has left, and how many they kept:
of several partners the last one left the fewest.
"""

from __future__ import annotations

from expectations import deliveries, landed_tables
from expectations.rule import Rule

_OWNER = "data engineering"

_OWN_RULES = (
    Rule(
        rule_id="landed_rows_are_good_or_quarantined",
        table="cosell.landed_batches",
        severity="critical",
        owner=_OWNER,
        statement="every row of a landed file is either good or quarantined",
        reason="nothing may be lost between a file and the warehouse",
        mend="land the file again from inbox/ after removing nothing from landing/ by hand",
        query="""
            select batch_id, file, rows_count, good_count, quarantined_count
            from batch
            where cast(rows_count as bigint) is distinct from
                cast(good_count as bigint) + cast(quarantined_count as bigint)
        """,
    ),
    Rule(
        rule_id="landed_batches_hold_their_rows",
        table="cosell.landed_batches",
        severity="critical",
        owner=_OWNER,
        statement="the Parquet file of every batch holds the rows that were counted when it landed "
        "or, of a partner that has left, the rows that its off-boarding kept",
        reason="landing is immutable; a lost or changed batch would silently change the past",
        mend="restore landing/ from a backup: a landed batch never changes, except by "
        "`cosell partners offboard`",
        query="""
            with stored as (
                select
                    regexp_extract(file_name, '([^/]+)/[^/]+/[^/]+[.]parquet$', 1) as source,
                    regexp_extract(file_name, '([^/]+)/[^/]+[.]parquet$', 1) as table_name,
                    regexp_extract(file_name, '([^/]+)[.]parquet$', 1) as batch_id,
                    num_rows as stored_count
                from parquet_file_metadata({landing_files})
            ),
            purged as (
                select source, table_name, batch_id, min(cast(kept_count as bigint)) as kept_count
                from {purged_batches} as purged_rows
                group by source, table_name, batch_id
            )
            select batch.batch_id, batch.file, batch.good_count, purged.kept_count,
                stored.stored_count
            from batch
            left join stored using (source, table_name, batch_id)
            left join purged using (source, table_name, batch_id)
            where stored.stored_count
                is distinct from coalesce(purged.kept_count, cast(batch.good_count as bigint))
        """,
    ),
    Rule(
        rule_id="few_rows_are_quarantined",
        table="cosell.landed_batches",
        severity="warning",
        owner=_OWNER,
        statement="no landed file has more quarantined rows than the limit",
        reason="many unreadable rows mean that the form of the file has changed",
        mend="read quarantine/ for the reasons and mend the feed's file in config/feeds",
        query="""
            select batch_id, file, rows_count, quarantined_count
            from batch
            where cast(refresh_number as bigint) > {released_refresh_number}
                and cast(quarantined_count as bigint)
                    > cast(rows_count as bigint) * {maximum_quarantined_share}
        """,
    ),
    Rule(
        rule_id="policy_versions_keep_their_rows",
        table="cosell.landed_batches",
        severity="critical",
        owner="finance",
        statement="a policy version has the same rows in every file that it landed in",
        reason="what was signed under a version stays what it was (rules section 8, case 47)",
        mend="give every row of config/policy that is new or changed a policy_version of its own, "
        "and restore landing/policy from a backup",
        query="""
            select
                policy,
                policy_version,
                min(batch_id) as first_batch_id,
                max(batch_id) as last_batch_id
            from {policy_versions} as landed_versions
            group by policy, policy_version
            having count(distinct sha256) > 1
            order by policy, policy_version
        """,
    ),
    Rule(
        rule_id="crm_currencies_have_a_rate",
        table="salesforce.opportunities",
        severity="critical",
        owner="finance",
        statement="every currency of an opportunity is the company's or has a rate",
        reason="money without a rate cannot be added up, and 1.0 is no rate (rules section 7.6, "
        "case 4)",
        mend="export DatedConversionRate again, or add the currency to "
        "config/policy/plan_rates.csv",
        query="""
            select currency_iso_code, count(*) as opportunities_count
            from batch
            where currency_iso_code is not null
                and currency_iso_code not in (select currency from {landed_company})
                and currency_iso_code not in (select iso_code from {landed_dated_rates})
                and currency_iso_code not in (select currency from {landed_plan_rates})
            group by currency_iso_code
            order by currency_iso_code
        """,
    ),
    Rule(
        rule_id="partner_states_are_known",
        table="bilateral.partner_accounts",
        severity="critical",
        owner="partnerships",
        statement="every state in a partner's list is customer, former_customer, "
        "open_opportunity or prospect",
        reason="an unknown state has no cell in the segment table (rules section 4)",
        mend="map the value below `values: status:` in the feed's file in config/feeds",
        query="""
            select partner_id, status, count(*) as rows_count
            from batch
            where status is null
                or status not in ('customer', 'former_customer', 'open_opportunity', 'prospect')
            group by partner_id, status
            order by partner_id, status
        """,
    ),
)

RULES: tuple[Rule, ...] = (*_OWN_RULES, *deliveries.RULES, *landed_tables.RULES)
