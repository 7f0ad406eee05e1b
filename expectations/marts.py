"""Gate between marts and routing: what finance signs and sellers act on must be right.

`{released_…}` is a table of the last release of the same day or an earlier one; the rules that
compare with it do not apply before the first. `{as_of}` is the day of the refresh,
`{public_columns}` the warehouse's list of columns (as `information_schema.columns` has it).
"""

from __future__ import annotations

from expectations import public_tables
from expectations.rule import Rule

_LEDGER = "attribution.fct_attribution_ledger"
_RECONCILIATION = "attribution.rpt_ledger_reconciliation"
_OPPORTUNITIES = "attribution.fct_attributed_opportunities"
_CLOSES = "attribution.rpt_quarter_closes"
_SEGMENTS = "account_mapping.fct_account_segments"
_PRIORITIES = "account_mapping.fct_prioritized_accounts"
_ROUTES = "account_mapping.fct_weekly_routes"
_QUARTERS = "accountability.fct_ae_quarters"
_TEAM_WEEKS = "accountability.rpt_team_weeks"
_REPORTING_GAPS = "accountability.rpt_reporting_gaps"
_PARTNERS = "core.dim_partners"

# What a posting says for good; columns that a later version adds are no change to it.
_POSTING = (
    "posting_id, opportunity_id, measure, attribution_class, partner_id, rep_id, manager_id, "
    "posted_quarter, origin_quarter, amount_company_currency, amount, currency, rule_id, "
    "policy_version, reason, corrects_posting_id, posted_at"
)

# A list that was frozen followed the limits of its day.
_NEWEST_WEEK = """
    newest_week as (
        select * from batch
        where week_starts_on = (select max(week_starts_on) from batch)
            and week_starts_on not in (
                select week_starts_on from staging.stg_cosell__weekly_routes
            )
    )
"""
_ROUTE_LIMITS = """
    limits as (
        select * from staging.stg_policy__route_limits
        where effective_from_on <= {as_of}
        order by known_step desc, batch_id desc, effective_from_on desc, source_row_number desc
        limit 1
    )
"""


def _limit_rule(rule_id: str, statement: str, reason: str, grouping: str, limit: str) -> Rule:
    """A limit of the weekly list: no group of routes of the newest week is larger than allowed."""
    return Rule(
        rule_id=rule_id,
        table=_ROUTES,
        severity="critical",
        owner="partnerships",
        statement=statement,
        reason=reason,
        mend="mend the model that proposes the routes; the limits are in "
        "config/policy/route_limits.csv",
        query=f"""
            with {_ROUTE_LIMITS.strip()},
            {_NEWEST_WEEK.strip()}
            select week_starts_on, {grouping}, count(*) as routes_count,
                max(limits.{limit}) as {limit}
            from newest_week
            cross join limits
            group by week_starts_on, {grouping}
            having count(*) > max(limits.{limit})
            order by {grouping}
        """,
    )


_OWN_RULES = (
    Rule(
        rule_id="the_ledger_reconciles_with_the_crm",
        table=_RECONCILIATION,
        severity="critical",
        owner="finance",
        statement="the difference between CRM and ledger is 0.00 and no record is missing, per "
        "quarter, measure and currency",
        reason="unexplained variance ends the trust in every figure (rules sections 7.9 and 8)",
        mend="follow the quarter with `cosell explain`; nothing is released until it is 0.00",
        query="""
            select fiscal_quarter, measure, currency, difference_amount,
                excluded_difference_amount, original_difference_amount, counted_difference_count,
                unconverted_opportunities_count
            from batch
            where difference_amount is distinct from 0
                or excluded_difference_amount is distinct from 0
                or original_difference_amount is distinct from 0
                or counted_difference_count is distinct from 0
                or unconverted_opportunities_count is distinct from 0
            order by fiscal_quarter, measure, currency
        """,
    ),
    Rule(
        rule_id="the_classes_add_up_to_the_crm_total",
        table=_RECONCILIATION,
        severity="critical",
        owner="finance",
        statement="sourced + influenced + direct is the CRM total, to the cent",
        reason="every opportunity is in exactly one class (rules section 7.9)",
        mend="look for opportunities without a class or with two",
        query="""
            select fiscal_quarter, measure, currency, crm_total_amount, sourced_amount,
                influenced_amount, direct_amount
            from batch
            where sourced_amount + influenced_amount + direct_amount
                is distinct from crm_total_amount
            order by fiscal_quarter, measure, currency
        """,
    ),
    Rule(
        rule_id="an_opportunity_has_one_primary_partner",
        table=_LEDGER,
        severity="critical",
        owner="finance",
        statement="the balance of an opportunity stands under one class and one partner",
        reason="two primary partners count one deal twice (rules section 7.4, case 2)",
        mend="look at the opportunity's postings: one of them lacks its reversal",
        query="""
            with balances as (
                select opportunity_id, measure, attribution_class, partner_id,
                    sum(amount_company_currency) as balance
                from batch
                group by opportunity_id, measure, attribution_class, partner_id
                having sum(amount_company_currency) <> 0
            )
            select opportunity_id, measure, count(*) as partners_count,
                min(partner_id) as first_partner, max(partner_id) as last_partner
            from balances
            group by opportunity_id, measure
            having count(*) > 1
            order by opportunity_id, measure
        """,
    ),
    Rule(
        rule_id="partner_credit_names_its_partner",
        table=_LEDGER,
        severity="critical",
        owner="finance",
        statement="sourced and influenced postings name a partner, direct ones none, and no other "
        "class exists",
        reason="classes are exclusive (rules section 7.1)",
        mend="mend the model that decides classes",
        query="""
            select posting_id, opportunity_id, attribution_class, partner_id
            from batch
            where attribution_class is null
                or attribution_class not in ('sourced', 'influenced', 'direct')
                or (attribution_class = 'direct') <> (partner_id is null)
            order by posting_id
        """,
    ),
    Rule(
        rule_id="published_postings_stay_as_they_are",
        table=_LEDGER,
        severity="critical",
        owner="finance",
        statement="every posting of the last release is in the ledger, unchanged",
        reason="the ledger is append-only: corrections are new postings (rules section 7.8)",
        mend="find what rewrote the past: a model that changed needs a correcting posting",
        query=f"""
            select gone.posting_id, gone.opportunity_id, gone.measure, gone.posted_quarter,
                gone.amount_company_currency
            from (
                select {_POSTING} from {{released_attribution__fct_attribution_ledger}}
                except
                select {_POSTING} from batch
            ) as gone
            order by gone.posting_id
        """,
    ),
    Rule(
        rule_id="nothing_is_posted_into_a_closed_quarter",
        table=_LEDGER,
        severity="critical",
        owner="finance",
        statement="no posting that is new since the last release is in a quarter that was closed",
        reason="a closed quarter is frozen; late facts go to the open one (rules section 7.8, "
        "case 16)",
        mend="mend the model that chooses the posted quarter",
        query="""
            select batch.posting_id, batch.opportunity_id, batch.posted_quarter,
                batch.amount_company_currency
            from batch
            inner join intermediate.int_fiscal_quarters_closed as quarters
                on batch.posted_quarter = quarters.fiscal_quarter
            where quarters.closing_step <= batch.known_step
                and not exists (
                    select 1 from {released_attribution__fct_attribution_ledger} as released
                    where released.posting_id = batch.posting_id
                )
            order by batch.posting_id
        """,
    ),
    Rule(
        rule_id="frozen_and_adjustments_are_live",
        table=_CLOSES,
        severity="critical",
        owner="finance",
        statement="what a closed quarter held plus what was posted for it since is what stands now",
        reason="a frozen figure that later postings do not lead to today's cannot be explained "
        "(rules sections 7.8 and 8, case 16)",
        mend="compare the quarter's postings with `cosell explain` and `cosell verify QUARTER`",
        query="""
            select fiscal_quarter, pipeline_frozen_amount, pipeline_adjustments_amount,
                pipeline_live_amount, bookings_frozen_amount, bookings_adjustments_amount,
                bookings_live_amount
            from batch
            where pipeline_frozen_amount + pipeline_adjustments_amount
                is distinct from pipeline_live_amount
                or bookings_frozen_amount + bookings_adjustments_amount
                is distinct from bookings_live_amount
            order by fiscal_quarter
        """,
    ),
    Rule(
        rule_id="closed_quarters_hold_what_was_signed",
        table=_CLOSES,
        severity="critical",
        owner="finance",
        statement="the hash over a signed quarter's postings is the one that the signature names",
        reason="finance signs postings, not a name (rules section 8)",
        mend="let `cosell verify QUARTER` name the posting; refresh as of the day of the signature "
        "or later",
        query="""
            select fiscal_quarter, signed_by, signed_release_id, postings_count, postings_sha256,
                signed_postings_sha256
            from batch
            where closed_by = 'signature' and signed_postings_sha256 <> postings_sha256
            order by fiscal_quarter
        """,
    ),
    Rule(
        rule_id="closed_quarters_stay_as_they_were_published",
        table=_CLOSES,
        severity="critical",
        owner="finance",
        statement="a quarter that was closed in the last release is closed, with the same hash",
        reason="a closed quarter is frozen, whoever closed it (rules section 7.8)",
        mend="find what rewrote the past: `cosell verify QUARTER` names the posting",
        query="""
            select released.fiscal_quarter, released.postings_count as released_count,
                batch.postings_count, released.postings_sha256 as released_sha256,
                batch.postings_sha256
            from {released_attribution__rpt_quarter_closes} as released
            left join batch
                on released.fiscal_quarter = batch.fiscal_quarter
            where batch.postings_sha256 is distinct from released.postings_sha256
            order by released.fiscal_quarter
        """,
    ),
    Rule(
        rule_id="every_posting_can_be_followed",
        table=_LEDGER,
        severity="critical",
        owner="finance",
        statement="every posting names its rule, policy version, reason, time and landed row",
        reason="any dollar can be followed to the row that earned it (rules section 7.10)",
        mend="mend the model that writes postings",
        query="""
            select posting_id, opportunity_id, rule_id, policy_version, reason, posted_at
            from batch
            where rule_id is null or policy_version is null or reason is null or posted_at is null
                or posted_quarter is null or origin_quarter is null
                or opportunity_source_file is null or opportunity_source_row_number is null
            order by posting_id
        """,
    ),
    Rule(
        rule_id="every_stage_is_known",
        table=_OPPORTUNITIES,
        severity="critical",
        owner="sales operations",
        statement="every opportunity is in a stage that the policy lists",
        reason="a renamed stage is neither open nor won (case 28)",
        mend="add the stage to config/policy/stages.csv",
        query="""
            select stage_name, count(*) as opportunities_count
            from batch
            where stage_number is null and not is_deleted
            group by stage_name
            order by stage_name
        """,
    ),
    Rule(
        rule_id="every_amount_has_a_rate",
        table=_OPPORTUNITIES,
        severity="critical",
        owner="finance",
        statement="every amount is in the company's currency or has a rate and the day of the rate",
        reason="a missing rate is not 1.0 (rules section 7.6, case 4)",
        mend="export DatedConversionRate again (closed) or add the currency to "
        "config/policy/plan_rates.csv (open)",
        query="""
            select opportunity_id, currency, amount, close_on
            from batch
            where amount is not null and amount <> 0 and not is_deleted
                and (amount_company_currency is null or conversion_rate is null)
            order by opportunity_id
        """,
    ),
    Rule(
        rule_id="segments_are_exclusive",
        table=_SEGMENTS,
        severity="critical",
        owner="partnerships",
        statement="an account and a partner are in exactly one cell",
        reason="records in several populations collapse to one (rules section 4, case 3)",
        mend="mend the model that collapses a partner's populations",
        query="""
            select account_id, partner_id,
                case when account_id is null then partner_account_id end as partner_account_id,
                count(*) as rows_count
            from batch
            group by all
            having count(*) > 1
            order by account_id, partner_id
        """,
    ),
    Rule(
        rule_id="segments_are_total",
        table=_SEGMENTS,
        severity="critical",
        owner="partnerships",
        statement="every account has a row for every active partner",
        reason="what no segment shows is forgotten, and the one-sided ones bring the most "
        "(rules section 4)",
        mend="look up the states of the account and the partner in seeds/segment_cells.csv",
        query="""
            select accounts.account_id, partners.partner_id
            from core.dim_accounts as accounts
            cross join core.dim_partners as partners
            where partners.is_active
                and not exists (
                    select 1 from batch
                    where batch.account_id = accounts.account_id
                        and batch.partner_id = partners.partner_id
                )
            order by accounts.account_id, partners.partner_id
        """,
    ),
    Rule(
        rule_id="cells_follow_from_the_states",
        table=_SEGMENTS,
        severity="critical",
        owner="partnerships",
        statement="the cell of a row is the one of the table of states",
        reason="the table of rules section 4 is the whole definition of a segment",
        mend="mend seeds/segment_cells.csv",
        query="""
            with sides as (
                select *,
                    our_state in ('prospect', 'open_opportunity', 'former_customer') as we_sell,
                    partner_state in ('prospect', 'open_opportunity', 'former_customer')
                        as they_sell
                from batch
            ),
            expected as (
                select *,
                    case
                        when our_state = 'unknown' or partner_state = 'unknown'
                            then 'unknown_coverage'
                        when our_state = 'customer' and partner_state = 'customer'
                            then 'shared_customer'
                        when we_sell and they_sell then 'shared_prospect'
                        when we_sell and partner_state = 'customer'
                            then 'partner_customer_our_prospect'
                        when our_state = 'absent' and partner_state = 'customer'
                            then 'partner_customer_only'
                        when our_state = 'customer' and they_sell
                            then 'our_customer_partner_prospect'
                        when our_state = 'customer' and partner_state = 'absent'
                            then 'our_customer_only'
                        when our_state = 'absent' and they_sell then 'partner_prospect_only'
                        when we_sell and partner_state = 'absent' then 'our_prospect_only'
                    end as expected_cell
                from sides
            )
            select account_id, partner_id, our_state, partner_state, cell, expected_cell
            from expected
            where expected_cell is distinct from cell
            order by account_id, partner_id
        """,
    ),
    Rule(
        rule_id="scores_are_the_sum_of_their_contributions",
        table=_PRIORITIES,
        severity="critical",
        owner="partnerships",
        statement="a score is between 0 and 100 and the sum of its four contributions",
        reason="a score that cannot be explained is not followed (rules section 5)",
        mend="mend the model that adds up the contributions",
        query="""
            select account_id, partner_id, score
            from batch
            where score is null or score < 0 or score > 100
                or score <> coalesce(relationship_depth_points, 0) + coalesce(in_market_points, 0)
                    + coalesce(icp_fit_points, 0) + coalesce(strategic_importance_points, 0)
            order by account_id, partner_id
        """,
    ),
    _limit_rule(
        "weekly_lists_keep_their_size",
        "no rep's list of the newest week is longer than the policy allows",
        "a list that cannot be worked in a week is not worked (rules section 5)",
        "rep_id",
        "list_size",
    ),
    _limit_rule(
        "weekly_lists_keep_their_limit_per_partner",
        "no rep's list has more accounts of one partner than the policy allows",
        "one loud partner must not fill the list (rules section 5, case 41)",
        "rep_id, partner_id",
        "per_partner_limit",
    ),
    _limit_rule(
        "weekly_lists_keep_their_limit_per_account",
        "no rep's list names an account more often than the policy allows",
        "the same account from three partners is one conversation (rules section 5)",
        "rep_id, account_id",
        "per_account_limit",
    ),
    Rule(
        rule_id="routes_lead_to_accounts_that_may_be_sold_to",
        table=_ROUTES,
        severity="critical",
        owner="partnerships",
        statement="no route of the newest week leads to a partner organisation or an account that "
        "is gone",
        reason="partner organisations never appear on a list (rules section 5, case 29)",
        mend="mend the model of accounts that can be prioritized",
        query=f"""
            with {_NEWEST_WEEK.strip()}
            select newest_week.rep_id, newest_week.account_id, newest_week.partner_id
            from newest_week
            left join core.dim_accounts as accounts on newest_week.account_id = accounts.account_id
            where coalesce(accounts.is_partner_organisation, true)
            order by newest_week.rep_id, newest_week.account_id
        """,
    ),
    Rule(
        rule_id="nothing_to_reach_is_not_measured",
        table=_QUARTERS,
        severity="critical",
        owner="sales leadership",
        statement="attainment is NULL and the status not_measured where the fair target is zero",
        reason="zero targets give neither 0 % nor infinity (rules section 9, case 22)",
        mend="mend the model of quarters",
        query="""
            select rep_id, fiscal_quarter, metric, fair_target, attainment, status
            from batch
            where coalesce(fair_target, 0) = 0
                and (attainment is not null or status <> 'not_measured')
            order by rep_id, fiscal_quarter, metric
        """,
    ),
    Rule(
        rule_id="teams_add_up_to_the_company",
        table=_TEAM_WEEKS,
        severity="critical",
        owner="sales leadership",
        statement="the direct teams of a week are the company, as of the event and as of today, to "
        "the cent",
        reason="a rep who is in two teams or in none makes every team's figure doubtful (cases 23 "
        "and 24)",
        mend="mend the model that assigns results to teams; who reports to whom is in "
        "core.dim_reporting_lines",
        query="""
            with compared as (
                select basis, fiscal_quarter, week_starts_on,
                    sum(case when scope = 'company' then sourced_pipeline_amount
                        else -sourced_pipeline_amount end) as sourced_pipeline_difference,
                    sum(case when scope = 'company' then influenced_pipeline_amount
                        else -influenced_pipeline_amount end) as influenced_pipeline_difference,
                    sum(case when scope = 'company' then direct_pipeline_amount
                        else -direct_pipeline_amount end) as direct_pipeline_difference,
                    sum(case when scope = 'company' then sourced_bookings_amount
                        else -sourced_bookings_amount end) as sourced_bookings_difference,
                    sum(case when scope = 'company' then influenced_bookings_amount
                        else -influenced_bookings_amount end) as influenced_bookings_difference,
                    sum(case when scope = 'company' then direct_bookings_amount
                        else -direct_bookings_amount end) as direct_bookings_difference,
                    sum(case when scope = 'company' then partner_touches_count
                        else -partner_touches_count end) as partner_touches_difference
                from batch
                where scope in ('company', 'direct_reports')
                group by basis, fiscal_quarter, week_starts_on
            )
            select * from compared
            where sourced_pipeline_difference <> 0 or influenced_pipeline_difference <> 0
                or direct_pipeline_difference <> 0 or sourced_bookings_difference <> 0
                or influenced_bookings_difference <> 0 or direct_bookings_difference <> 0
                or partner_touches_difference <> 0
            order by basis, fiscal_quarter, week_starts_on
        """,
    ),
    Rule(
        rule_id="managers_run_in_no_circle",
        table=_REPORTING_GAPS,
        severity="critical",
        owner="sales operations",
        statement="nobody is met again on the way up from their own manager",
        reason="everybody in a circle stands in the whole organisation of everybody else in it, so "
        "that no total of theirs means a team (case 24)",
        mend="correct the manager of one of them in the CRM and export User again",
        query="""
            select rep_id, rep_name, manager_id, gap_from_on
            from batch
            where gap = 'circle' and is_current
            order by rep_id
        """,
    ),
    Rule(
        rule_id="everybody_in_a_seat_has_a_manager",
        table=_REPORTING_GAPS,
        severity="warning",
        owner="sales operations",
        statement="every rep in a quota seat reports to an active user",
        reason="results without a manager stand under no_manager, where nobody reviews them "
        "(cases 23 and 24)",
        mend="set the manager in the CRM",
        query="""
            select rep_id, rep_name, gap, manager_id, gap_from_on
            from batch
            where gap <> 'circle' and is_current
            order by rep_id, gap
        """,
    ),
    Rule(
        rule_id="a_partner_deal_pays_the_rep_at_least_what_a_solo_deal_pays",
        table="intermediate.int_incentive_rates_compared",
        severity="critical",
        owner="sales leadership",
        statement="no rate of a sourced or influenced deal is below that of a direct deal of the "
        "same type on the same day; a rate that is missing is zero",
        reason="a rep who earns less with a partner works without one (rules section 9)",
        mend="raise the rate in config/policy/incentive_rates.csv under a policy_version of its "
        "own",
        query="""
            select
                opportunity_type, attribution_class, effective_from_on, incentive_rate, solo_rate
            from batch
            where not is_fair
            order by opportunity_type, attribution_class, effective_from_on
        """,
    ),
    Rule(
        rule_id="partners_that_left_are_gone_from_lists",
        table=_PARTNERS,
        severity="critical",
        owner="partnerships",
        statement="a partner that is no longer active has no segments, priorities or new routes",
        reason="when a partner leaves, its lists, routes and contacts are purged (rules section "
        "11, case 30)",
        mend="mend the models of account mapping: they must start from active partners",
        query="""
            with found as (
                select 'segments' as place, partner_id from account_mapping.fct_account_segments
                union all
                select 'priorities', partner_id from account_mapping.fct_prioritized_accounts
                union all
                select 'routes', partner_id from account_mapping.fct_weekly_routes as routes
                where routes.week_starts_on not in (
                    select week_starts_on from staging.stg_cosell__weekly_routes
                )
            )
            select batch.partner_id, found.place, count(*) as rows_count
            from batch
            inner join found using (partner_id)
            where not batch.is_active
            group by batch.partner_id, found.place
            order by batch.partner_id, found.place
        """,
    ),
    Rule(
        rule_id="segments_show_a_partner_only_its_own_records",
        table=_SEGMENTS,
        severity="critical",
        owner="partnerships",
        statement="the partner record of a row is on that partner's own list",
        reason="nothing of one partner reaches another (rules section 11, case 45)",
        mend="mend the model of segments: it must join on the partner, too",
        query="""
            select batch.account_id, batch.partner_id, batch.partner_account_id
            from batch
            where batch.partner_account_id is not null
                and not exists (
                    select 1 from matching.int_partner_accounts_current as listed
                    where listed.partner_id = batch.partner_id
                        and listed.partner_account_id = batch.partner_account_id
                )
            order by batch.account_id, batch.partner_id
        """,
    ),
    Rule(
        rule_id="contacts_of_partners_stay_out",
        table=_PARTNERS,
        severity="critical",
        owner="partnerships",
        statement="no public table has a column for a phone number or a partner's e-mail address",
        reason="partner contacts' phone and e-mail stay out of BI tables (rules section 11)",
        mend="remove the column from the model",
        query="""
            select columns.table_schema, columns.table_name, columns.column_name
            from {public_columns} as columns
            where columns.table_schema in (
                    'core', 'account_mapping', 'attribution', 'accountability', 'ops'
                )
                and (
                    columns.column_name like '%phone%'
                    or columns.column_name like '%partner_seller_email%'
                    or columns.column_name like '%partner_owner_email%'
                    or columns.column_name like '%contact_email%'
                )
                -- a flag that a partner's seller was there says nothing about who it was
                and upper(columns.data_type) <> 'BOOLEAN'
                and exists (select 1 from batch)
            order by columns.table_schema, columns.table_name, columns.column_name
        """,
    ),
    Rule(
        rule_id="postings_name_known_records",
        table=_LEDGER,
        severity="critical",
        owner="finance",
        statement="the partner, the rep and the deal of every posting are published",
        reason="credit of somebody who does not exist can be followed by nobody (rules sections "
        "7.4, 7.5 and 7.10)",
        mend="find the model that gives the id; deals, reps and partners come from one place each",
        query="""
            select batch.posting_id, batch.opportunity_id, batch.partner_id, batch.rep_id
            from batch
            left join attribution.fct_attributed_opportunities as deals
                on batch.opportunity_id = deals.opportunity_id
            left join core.dim_partners as partners on batch.partner_id = partners.partner_id
            left join core.dim_reps as reps on batch.rep_id = reps.rep_id
            where deals.opportunity_id is null
                or (batch.partner_id is not null and partners.partner_id is null)
                or (batch.rep_id is not null and reps.rep_id is null)
            order by batch.posting_id
        """,
    ),
    Rule(
        rule_id="stages_do_not_drift",
        table=_OPPORTUNITIES,
        severity="critical",
        owner="sales operations",
        statement="the shares of the stages of open deals are near those of the last release (half "
        "the sum of their differences, the total variation distance)",
        reason="a stage that was renamed or mapped anew moves half of a pipeline at once (case 28)",
        mend="look at the stages of the newest export and at config/policy/stages.csv",
        query="""
            with counted as (
                select stage_number, 1 as now_count, 0 as before_count
                from batch where not is_closed and not is_deleted
                union all
                select stage_number, 0, 1
                from {released_attribution__fct_attributed_opportunities} as released
                where not is_closed and not is_deleted
            ),
            stages as (
                select stage_number, sum(now_count) as now_count, sum(before_count) as before_count
                from counted group by stage_number
            ),
            totals as (
                select sum(now_count) as now_count, sum(before_count) as before_count from stages
            )
            select stages.stage_number, stages.before_count, stages.now_count
            from stages
            cross join totals
            where totals.now_count >= {minimum_compared_rows}
                and totals.before_count >= {minimum_compared_rows}
                and (
                    select sum(abs(
                        cast(each_stage.now_count as double) / all_stages.now_count
                        - cast(each_stage.before_count as double) / all_stages.before_count
                    )) / 2
                    from stages as each_stage
                    cross join totals as all_stages
                ) > {maximum_stage_drift_share}
            order by stages.stage_number
        """,
    ),
    Rule(
        rule_id="segments_do_not_flip",
        table=_SEGMENTS,
        severity="warning",
        owner="partnerships",
        statement="a partner's accounts stand in much the same cells as in the last release (total "
        "variation distance)",
        reason="a list that was read otherwise than before flips cells without a word (case 31)",
        mend="compare the partner's newest list with the one before",
        query="""
            with counted as (
                select partner_id, cell, 1 as now_count, 0 as before_count from batch
                union all
                select partner_id, cell, 0, 1
                from {released_account_mapping__fct_account_segments} as released
            ),
            cells as (
                select partner_id, cell, sum(now_count) as now_count,
                    sum(before_count) as before_count
                from counted group by partner_id, cell
            ),
            totals as (
                select partner_id, sum(now_count) as now_count, sum(before_count) as before_count
                from cells group by partner_id
            )
            select cells.partner_id, sum(abs(
                cast(cells.now_count as double) / totals.now_count
                - cast(cells.before_count as double) / totals.before_count
            )) / 2 as distance
            from cells
            inner join totals on cells.partner_id = totals.partner_id
            where totals.now_count >= {minimum_compared_rows}
                and totals.before_count >= {minimum_compared_rows}
            group by cells.partner_id
            having sum(abs(
                cast(cells.now_count as double) / totals.now_count
                - cast(cells.before_count as double) / totals.before_count
            )) / 2 > {maximum_state_drift_share}
            order by cells.partner_id
        """,
    ),
    Rule(
        rule_id="partners_are_told_no_small_counts",
        table="account_mapping.rpt_partner_facing_counts",
        severity="critical",
        owner="partnerships",
        statement="a count that a partner may be told is of a group that is large enough, and a "
        "withheld one has no number",
        reason="a group of two names an account (rules section 11, case 45)",
        mend="mend the model of partner-facing counts; the least count is in "
        "config/policy/partner_scores.csv",
        query="""
            select partner_id, cell, partner_population, accounts_count, is_withheld
            from batch
            where (is_withheld and accounts_count is not null)
                or (
                    not is_withheld and accounts_count is not null and accounts_count < (
                        select min(minimum_group_count) from staging.stg_policy__partner_scores
                    )
                )
            order by partner_id, cell, partner_population
        """,
    ),
)

RULES: tuple[Rule, ...] = (*_OWN_RULES, *public_tables.RULES)
