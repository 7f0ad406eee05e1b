"""Our own templates: feeds that have no system of their own, filled in by people.

The feed's name is the table's name. More columns are allowed and kept in `_extra`.
"""

from __future__ import annotations

from orchestration.landing.contracts import RowRule, Table, columns_of

SOURCE = "templates"

REGISTRATION_STATUSES = (
    "Draft",
    "Submitted",
    "Under review",
    "Approved",
    "Rejected",
    "Closed",
    "Cancelled",
    "Expired",
)


METRICS = (
    "partner_sourced_opportunities",
    "partner_touches",
    "joint_calls",
    "co_sell_opportunities",
    "pipeline_created",
    "bookings",
    "stage_conversion",
    "process_adherence",
    "worked_routes_share",
)


def _in_order(first: str, last: str) -> RowRule:
    return RowRule(
        f"{last}_before_{first}",
        f"{{{last}}} < {{{first}}}",
        f"{last} lies before {first}: correct one of them.",
    )


def _no_negative(column: str) -> RowRule:
    return RowRule(
        f"negative_{column}",
        f"{{{column}}} < 0",
        f"{column} is less than zero: write zero or more.",
    )


_FISCAL_QUARTER = RowRule(
    "unknown_fiscal_quarter",
    "not regexp_full_match({fiscal_quarter}, 'FY[0-9][0-9][0-9][0-9]-Q[1-4]')",
    "fiscal_quarter is not of the form FY2027-Q1: write it so.",
)

TABLES: tuple[Table, ...] = (
    Table(
        SOURCE,
        "partners",
        "The partners we co-sell with and what each has agreed to share.",
        columns_of(
            "partner_id!* partner_name!* crm_account_id coverage mode cadence "
            "partner_manager_email valid_from:d valid_to:d successor_partner_id",
            vocabularies={
                "coverage": ("full_list", "overlap_only", "counts_only"),
                "mode": ("full", "delta"),
            },
            open_ended=("valid_from", "valid_to"),
        ),
    ),
    Table(
        SOURCE,
        "deal_registrations",
        "Deals that partners registered with us.",
        columns_of(
            "registration_id!* partner_id partner_name partner_account_id account_id "
            "account_name opportunity_id status!* submitted_at:ts approved_at:ts recorded_at:ts "
            "expires_at:d estimated_amount:n currency",
            vocabularies={"status": REGISTRATION_STATUSES},
            open_ended=("expires_at",),
        ),
        at_least_one_of=(("partner_id", "partner_name"),),
        row_rules=(_in_order("submitted_at", "approved_at"), _no_negative("estimated_amount")),
    ),
    Table(
        SOURCE,
        "partner_touches",
        "Dated interactions of a partner with one of our accounts or opportunities.",
        columns_of(
            "touch_id!* partner_id!* partner_name account_id opportunity_id contact_email "
            "touch_type!* occurred_at!*:ts recorded_at!*:ts our_rep_email partner_seller_email "
            "source_system source_record_id"
        ),
    ),
    Table(
        SOURCE,
        "expectations",
        "What a rep is asked to do in a fiscal quarter.",
        columns_of(
            "rep_id rep_email fiscal_quarter!* quarter_start_on:d quarter_end_on:d metric!* "
            "target!*:n currency effective_from:d acknowledged_on:d source",
            vocabularies={"metric": METRICS},
            open_ended=("effective_from",),
        ),
        at_least_one_of=(("rep_id", "rep_email"),),
        row_rules=(_FISCAL_QUARTER, _no_negative("target")),
    ),
    Table(
        SOURCE,
        "rep_calendar",
        "Seats, ramps, leaves and transfers of reps.",
        columns_of(
            "rep_id!* rep_email kind!* starts_on!*:d ends_on:d factor:n country note",
            vocabularies={"kind": ("seat", "ramp", "leave", "transfer")},
            open_ended=("starts_on", "ends_on"),
        ),
        row_rules=(
            _in_order("starts_on", "ends_on"),
            RowRule(
                "factor_outside_0_to_1",
                "{factor} < 0 or {factor} > 1",
                "factor is not a share from 0 to 1: write 0.5 for half of a day.",
            ),
        ),
    ),
    Table(
        SOURCE,
        "support_log",
        "Support that a rep asked for and was given.",
        columns_of(
            "support_id!* rep_id partner_id account_id kind asked_at:ts given_at:ts note",
            vocabularies={"kind": ("intro", "overlap_data", "enablement")},
        ),
        row_rules=(_in_order("asked_at", "given_at"),),
    ),
    Table(
        SOURCE,
        "partner_plans",
        "Plans of 90 days that both sides agreed.",
        columns_of(
            "plan_id!* partner_id!* our_owner_email partner_owner_name starts_on!*:d ends_on!*:d "
            "status agreed_by_us_on:d agreed_by_partner_on:d"
        ),
        row_rules=(_in_order("starts_on", "ends_on"),),
    ),
    Table(
        SOURCE,
        "partner_plan_metrics",
        "What each side of a plan promised.",
        columns_of(
            "plan_id!* metric_id!* side metric target:n unit baseline:n due_on:d owner "
            "evidence_source reported_actual:n",
            vocabularies={"side": ("ours", "theirs", "joint")},
        ),
    ),
    Table(
        SOURCE,
        "partner_plan_reviews",
        "Reviews of a plan and what was adjusted.",
        columns_of("plan_id!* reviewed_on!*:d attendees adjustment reason"),
    ),
    Table(
        SOURCE,
        "intent_signals",
        "Signals of interest by company and week.",
        columns_of(
            "provider!* domain company_name topic score:n stage signal_week_start!*:d country"
        ),
        row_rules=(_no_negative("score"),),
    ),
    Table(
        SOURCE,
        "attribution_overrides",
        "Decisions of people about an opportunity's class; models reject unapproved ones.",
        columns_of(
            "override_id!* opportunity_id!* attribution_class partner_id reason requested_by "
            "requested_at:ts approved_by approved_at:ts expires_on:d",
            vocabularies={"attribution_class": ("sourced", "influenced", "direct")},
            open_ended=("expires_on",),
        ),
    ),
    Table(
        SOURCE,
        "match_decisions",
        "Decisions of people about whether two records are one company.",
        columns_of(
            "crm_account_id!* partner_id!* partner_account_id!* decision!* decided_by "
            "decided_at:ts reason expires_on:d",
            vocabularies={"decision": ("accept", "reject")},
            open_ended=("expires_on",),
        ),
    ),
    Table(
        SOURCE,
        "quarter_closes",
        "Quarters that finance signed.",
        columns_of("fiscal_quarter!* closed_at!*:ts signed_by!* note"),
        row_rules=(_FISCAL_QUARTER,),
    ),
    Table(
        SOURCE,
        "priority_overrides",
        "Strategic importance as an analyst sees it.",
        columns_of(
            "account_id!* strategic_importance author reason expires_on:d",
            open_ended=("expires_on",),
        ),
    ),
)
