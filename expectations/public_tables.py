"""One suite per published table: none loses much of what readers had in the last release.

Every table of `models/marts` stands here with who answers for it and what would be wrong without
its rows; a test compares this list with the dbt project. Keys, types and references are dbt's own
tests, which run while the table is built. What no query over one warehouse can see is that a table
which is well formed has become half as long: it is compared with the release before.

A partner that has left takes its rows along (rules section 11), so nothing is compared then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from expectations.rule import Rule, Severity

Kind = Literal["facts", "worklist"]
"""facts: what is gone was lost; worklist: people work it off, so that its end is only told."""


@dataclass(frozen=True)
class PublicSuite:
    """Who owns a published table, and what its rows are needed for."""

    table: str
    owner: str
    reason: str
    kind: Kind = "facts"
    key: str = ""
    """Where no row ever goes, the column whose every value of the last release must be there."""


SUITES: tuple[PublicSuite, ...] = (
    PublicSuite(
        "core.dim_accounts", "sales operations", "every list, match and deal leads to an account"
    ),
    PublicSuite(
        "core.dim_companies", "partnerships", "the id of a company stays when records join or leave"
    ),
    PublicSuite(
        "core.dim_fiscal_days", "finance", "a day without a quarter has no period (case 5)"
    ),
    PublicSuite(
        "core.dim_partners",
        "partnerships",
        "credit names a partner (rules section 7.4)",
        key="partner_id",
    ),
    PublicSuite(
        "core.dim_reporting_lines",
        "sales operations",
        "teams are who reported to whom on that day (case 24)",
    ),
    PublicSuite("core.dim_reps", "sales operations", "credit names a rep (rules section 7.5)"),
    PublicSuite(
        "core.fct_company_records",
        "partnerships",
        "it says which records are one company (rules section 3)",
    ),
    PublicSuite(
        "core.fct_company_relations", "partnerships", "families are warmth of lower depth (case 12)"
    ),
    PublicSuite(
        "core.fct_opportunity_history",
        "sales operations",
        "owner and stage as of the event decide the credit (case 1)",
    ),
    PublicSuite(
        "core.fct_opportunity_observations",
        "sales operations",
        "what was known on a day never becomes unknown (case 34)",
    ),
    PublicSuite(
        "core.fct_opportunity_splits", "finance", "validated shares replace the owner (case 26)"
    ),
    PublicSuite(
        "core.fct_quotas", "sales leadership", "attainment is measured against a quota (case 46)"
    ),
    PublicSuite(
        "ops.landed_batches",
        "data engineering",
        "a batch that was known stays known",
        key="batch_id",
    ),
    PublicSuite(
        "ops.refreshes",
        "data engineering",
        "a refresh that happened stays recorded",
        key="refresh_id",
    ),
    PublicSuite(
        "ops.refresh_steps",
        "data engineering",
        "where time and rows went is told from what each step left behind",
    ),
    PublicSuite(
        "account_mapping.fct_account_duplicates",
        "sales operations",
        "records are merged one by one (case 8)",
        "worklist",
    ),
    PublicSuite(
        "account_mapping.fct_account_intent",
        "marketing operations",
        "scores read the signals of the market (rules section 5)",
    ),
    PublicSuite(
        "account_mapping.fct_account_matches",
        "partnerships",
        "everything of a partner rests on its matches (rules section 3)",
    ),
    PublicSuite(
        "account_mapping.fct_account_segments",
        "partnerships",
        "every account is in one cell per partner (rules section 4)",
    ),
    PublicSuite(
        "account_mapping.fct_company_conflicts",
        "partnerships",
        "conflicts are decided one by one (case 13)",
        "worklist",
    ),
    PublicSuite(
        "account_mapping.fct_match_decisions",
        "partnerships",
        "people's decisions survive every refresh (rules section 3)",
    ),
    PublicSuite(
        "account_mapping.fct_match_evidence",
        "partnerships",
        "a match without its evidence cannot be explained",
    ),
    PublicSuite(
        "account_mapping.fct_partner_state_history",
        "partnerships",
        "it answers whether it was the partner's customer on that day (case 34)",
    ),
    PublicSuite(
        "account_mapping.fct_prioritized_accounts",
        "partnerships",
        "sellers' lists are drawn from it (rules section 5)",
    ),
    PublicSuite(
        "account_mapping.fct_route_leavers",
        "partnerships",
        "every account that left a list did so for a reason (case 40)",
    ),
    PublicSuite(
        "account_mapping.fct_route_outcomes",
        "sales leadership",
        "every routed row is followed (rules section 6)",
    ),
    PublicSuite(
        "account_mapping.fct_segment_history",
        "partnerships",
        "a cell has a history, unknown before anybody looked (rules section 4)",
    ),
    PublicSuite(
        "account_mapping.fct_weekly_routes",
        "sales leadership",
        "a list that was frozen stays (rules section 6)",
    ),
    PublicSuite(
        "account_mapping.rpt_match_review_queue",
        "partnerships",
        "people work the queue off",
        "worklist",
    ),
    PublicSuite(
        "account_mapping.rpt_overlap_matrix",
        "partnerships",
        "both books are counted side by side (rules section 4)",
    ),
    PublicSuite(
        "account_mapping.rpt_partner_activation",
        "partnerships",
        "it says whether the two sellers speak (rules section 6)",
    ),
    PublicSuite(
        "account_mapping.rpt_partner_facing_counts",
        "partnerships",
        "partners are told counts from it and nothing else (rules section 11)",
    ),
    PublicSuite(
        "account_mapping.rpt_partner_scores", "partnerships", "partners are compared by it"
    ),
    PublicSuite(
        "account_mapping.rpt_route_coverage", "sales leadership", "it says who gets no list and why"
    ),
    PublicSuite(
        "account_mapping.rpt_route_funnel",
        "sales leadership",
        "the honest test of the whole motion (rules section 6)",
    ),
    PublicSuite(
        "attribution.fct_analytic_credits",
        "finance",
        "shares of the analytic models sum to one per deal (rules section 7)",
    ),
    PublicSuite(
        "attribution.fct_attributed_opportunities",
        "finance",
        "every deal has one class (rules section 7.1)",
    ),
    PublicSuite(
        "attribution.fct_attribution_ledger",
        "finance",
        "the ledger is append-only (rules section 7.8)",
    ),
    PublicSuite(
        "attribution.fct_attribution_overrides",
        "finance",
        "who overrode the rules stays on record (rules section 7.12)",
    ),
    PublicSuite(
        "attribution.fct_opportunity_duplicates",
        "sales operations",
        "double deals are decided one by one (case 37)",
        "worklist",
    ),
    PublicSuite(
        "attribution.fct_partner_claims",
        "partnerships",
        "it says which claims decided and which did not (rules section 7.4)",
    ),
    PublicSuite(
        "attribution.fct_partner_touch_evidence",
        "partnerships",
        "a touch without its evidence earns nothing (rules section 7.2)",
    ),
    PublicSuite(
        "attribution.fct_partner_touches",
        "partnerships",
        "touches are what partners earn credit by (rules section 7)",
    ),
    PublicSuite(
        "attribution.fct_rep_partner_records",
        "sales leadership",
        "it names the records behind each figure of a rep",
    ),
    PublicSuite(
        "attribution.rpt_board_figures",
        "finance",
        "the board hears three figures (rules section 10)",
    ),
    PublicSuite(
        "attribution.rpt_ledger_reconciliation",
        "finance",
        "every quarter is reconciled to the cent (rules section 7.9)",
    ),
    PublicSuite(
        "attribution.rpt_opportunity_balances",
        "finance",
        "it says where a deal stands in the ledger",
    ),
    PublicSuite(
        "attribution.rpt_partner_manager_performance",
        "partnerships",
        "partner managers are measured on what they source (rules section 7.5)",
    ),
    PublicSuite(
        "attribution.rpt_partner_pipeline_bands",
        "finance",
        "bands say what can be relied on (rules section 10)",
    ),
    PublicSuite(
        "attribution.rpt_quarter_closes",
        "finance",
        "a closed quarter stays closed (rules section 7.8)",
    ),
    PublicSuite(
        "attribution.rpt_rep_partner_pipeline",
        "sales leadership",
        "it answers which reps engage which partners",
    ),
    PublicSuite(
        "attribution.rpt_restatements",
        "finance",
        "every change of a closed figure stays explained (rules section 8)",
    ),
    PublicSuite(
        "accountability.fct_ae_quarters",
        "sales leadership",
        "what was asked of a rep and what came of it (rules section 9)",
    ),
    PublicSuite(
        "accountability.fct_ae_weeks",
        "sales leadership",
        "what was told each week stays told (rules section 9)",
    ),
    PublicSuite(
        "accountability.fct_opportunity_hygiene",
        "sales operations",
        "flags go when deals are looked after",
        "worklist",
    ),
    PublicSuite(
        "accountability.fct_opportunity_stage_moves",
        "sales operations",
        "how a deal came here does not change afterwards (case 6)",
    ),
    PublicSuite(
        "accountability.fct_partner_plan_adjustments",
        "partnerships",
        "who moved a goal stays on record (rules section 9)",
    ),
    PublicSuite(
        "accountability.fct_partner_plan_metrics",
        "partnerships",
        "both sides keep their word by facts (rules section 9)",
    ),
    PublicSuite(
        "accountability.fct_partner_plan_reviews",
        "partnerships",
        "a review that was held stays held (rules section 9)",
    ),
    PublicSuite(
        "accountability.fct_partner_plans",
        "partnerships",
        "plans that both agreed stand (rules section 9)",
    ),
    PublicSuite(
        "accountability.fct_rep_support",
        "partnerships",
        "support is measured as strictly as targets (rules section 9)",
    ),
    PublicSuite(
        "accountability.fct_stage_conversion_cohorts",
        "sales operations",
        "a cohort is told as it was on the day of entry",
    ),
    PublicSuite(
        "accountability.rpt_early_warning_quality",
        "sales leadership",
        "a miss must never be a surprise (rules section 9)",
    ),
    PublicSuite(
        "accountability.rpt_forecast_accuracy",
        "finance",
        "forecasts are compared with what happened",
    ),
    PublicSuite(
        "accountability.rpt_incentive_credit",
        "sales leadership",
        "a partner deal pays the rep at least what a solo deal pays (rules section 9)",
    ),
    PublicSuite(
        "accountability.rpt_partnerships_support",
        "partnerships",
        "the gap lands on the partnerships side (rules section 9)",
    ),
    PublicSuite(
        "accountability.rpt_reporting_gaps",
        "sales operations",
        "gaps go when the CRM is mended (cases 23 and 24)",
        "worklist",
    ),
    PublicSuite(
        "accountability.rpt_team_quarters",
        "sales leadership",
        "the teams of a quarter add up to the company (case 24)",
    ),
    PublicSuite(
        "accountability.rpt_team_weeks",
        "sales leadership",
        "the teams of a week add up to the company (case 24)",
    ),
)


def _keeps_its_keys(suite: PublicSuite) -> Rule:
    name = suite.table.partition(".")[2]
    return Rule(
        rule_id=f"{name}_keeps_its_rows",
        table=suite.table,
        severity="critical",
        owner=suite.owner,
        statement=f"every {suite.key} of the last release is still there",
        reason=suite.reason,
        mend="find what removed the row: this table only ever grows",
        query=f"""
            select {suite.key} from {{released_{suite.table.replace(".", "__")}}} as released
            except
            select {suite.key} from batch
            order by {suite.key}
        """,
    )


def _keeps_its_rows(suite: PublicSuite) -> Rule:
    severity: Severity = "critical" if suite.kind == "facts" else "warning"
    name = suite.table.partition(".")[2]
    return Rule(
        rule_id=f"{name}_keeps_its_rows",
        table=suite.table,
        severity=severity,
        owner=suite.owner,
        statement="the table has not lost a large part of the rows of the last release, unless a "
        "partner has left",
        reason=suite.reason,
        mend="compare what has landed since the last release, and mend the model or the delivery "
        "that lost the rows; what is meant to go can be waived in config/policy/gate_waivers.csv",
        query=f"""
            with released as (
                select count(*) as rows_count_before
                from {{released_{suite.table.replace(".", "__")}}} as released_rows
            ),
            present as (
                select count(*) as rows_count from batch
            )
            select released.rows_count_before, present.rows_count
            from released
            cross join present
            where released.rows_count_before >= {{minimum_compared_rows}}
                and present.rows_count
                    < released.rows_count_before * (1 - {{maximum_loss_share}})
                and not exists (
                    select 1 from {{released_core__dim_partners}} as partners_before
                    left join core.dim_partners as partners
                        on partners_before.partner_id = partners.partner_id
                    where partners_before.is_active and not coalesce(partners.is_active, false)
                )
        """,
    )


RULES: tuple[Rule, ...] = tuple(
    _keeps_its_keys(suite) if suite.key else _keeps_its_rows(suite) for suite in SUITES
)
