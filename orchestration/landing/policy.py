"""The company's rules: one table per file of `config/policy`, effective-dated, with reasons."""

from __future__ import annotations

from orchestration.landing.contracts import Table, columns_of

SOURCE = "policy"


# The rules of hygiene that are computed (fct_opportunity_hygiene); one that is misspelled would
# otherwise not be applied, without a word.
HYGIENE_RULES = (
    "no_recent_activity",
    "next_step_missing",
    "next_step_overdue",
    "close_date_past",
    "close_date_pushed",
    "stage_too_old",
)

# The limits that the gates read; what each is for stands in the policy itself.
GATE_LIMITS = (
    "maximum_shrink_share",
    "maximum_growth_share",
    "minimum_compared_rows",
    "maximum_quarantined_share",
    "maximum_duplicate_share",
    "maximum_new_values_share",
    "maximum_state_drift_share",
    "maximum_stage_drift_share",
    "maximum_orphan_share",
    "maximum_foreign_rows_share",
    "maximum_rate_age_days",
    "maximum_rate_change_share",
    "maximum_amount_factor",
    "maximum_loss_share",
    "late_after_cadences",
    "stale_after_cadences",
    "maximum_waiver_days",
)


def _policy(
    name: str,
    description: str,
    columns: str,
    may_be_empty: bool = False,
    vocabularies: dict[str, tuple[str, ...]] | None = None,
) -> Table:
    return Table(
        SOURCE,
        name,
        description,
        columns_of(f"policy_version!* effective_from!*:d {columns} reason!", vocabularies),
        may_be_empty=may_be_empty,
    )


TABLES: tuple[Table, ...] = (
    _policy(
        "attribution_windows",
        "Days in which a touch can source or influence, per opportunity type (`*` = any).",
        "opportunity_type!* sourced_window_days!*:i sourced_lock_days!*:i "
        "influenced_recording_days!*:i registration_valid_days!*:i",
    ),
    _policy(
        "touch_types",
        "Strength of each touch type and its rank among sourcing evidence.",
        "touch_type!* strength!* source_rank!:i",
    ),
    _policy(
        "activity_touch_types",
        "Which CRM activity type is which touch type.",
        "activity_type!* touch_type!*",
    ),
    _policy(
        "analytic_models",
        "Shares of the analytic credits: first, middle and last touch, all others together; or the "
        "half-life of a decay.",
        "model!* first_share!:n middle_share!:n last_share!:n others_share!:n half_life_days!:n "
        "lookback_days!*:i",
    ),
    _policy(
        "pipeline_bands",
        "Criteria of the confidence bands of the open partner pipeline.",
        "band!* minimum_stage_number!*:i needs_active_plan!*:b partner_activity_days!:i "
        "momentum_days!:i",
    ),
    _policy(
        "stages",
        "The sales process: order, meaning and age limit of each stage.",
        "stage_name!* stage_number!*:i canonical_stage!* is_closed!*:b is_won!*:b "
        "stage_age_limit_days!:i",
    ),
    _policy(
        "opportunity_hygiene",
        "What each rule of hygiene allows; more than that is flagged.",
        "rule_id!* allowed_count!*:i",
        vocabularies={"rule_id": HYGIENE_RULES},
    ),
    _policy(
        "opportunity_cohorts",
        "Days in which a deal can leave its stage or be won, and the least sample of a share.",
        "conversion_days!*:i outcome_days!*:i minimum_deals_count!*:i interval_z!*:n",
    ),
    _policy(
        "partner_plans",
        "How long a plan with a partner is, how often it is reviewed and what is green and amber.",
        "minimum_days!*:i maximum_days!*:i review_days!*:i grace_days!*:i "
        "green_pace!*:n amber_pace!*:n",
    ),
    _policy(
        "opportunity_types",
        "Which opportunity types are excluded, and why (empty = counted).",
        "opportunity_type!* exclusion!",
    ),
    _policy(
        "account_states",
        "Our state of an account by its type in the CRM.",
        "account_type!* our_state!*",
    ),
    _policy(
        "expectation_defaults",
        "Targets of a rep who has no target of their own.",
        "metric!* target!*:n applies_to!*",
    ),
    _policy(
        "status_thresholds",
        "Least pace of each status.",
        "status!* minimum_pace!*:n",
    ),
    _policy(
        "projection",
        "How a quarter is projected from its weeks, and what is asked before a figure is told.",
        "own_quarters_limit!*:i prior_quarters!*:n company_quarters!*:n minimum_errors_count!*:i "
        "interval_lower_share!*:n interval_upper_share!*:n minimum_seasonal_share!*:n "
        "error_offset!*:n review_week!*:i minimum_seat_days!*:i",
    ),
    _policy(
        "early_warning",
        "From which week of a quarter how probable a miss must be to be flagged.",
        "from_week!*:i minimum_miss_probability!*:n",
    ),
    _policy(
        "consequences",
        "The ladder of consequences: the first row that applies, by rank, names the tier.",
        "tier_rank!*:i tier!* minimum_attainment!*:n minimum_missed_quarters!*:i",
    ),
    _policy(
        "support_guard",
        "Which support is owed to a rep, until when, and how much of it must have come.",
        "support_kind!* owed!* days_allowed!:i minimum_share!*:n",
    ),
    _policy(
        "incentive_rates",
        "What a deal pays its rep, as a share of its bookings, by class and type (`*` = any).",
        "attribution_class!* opportunity_type!* incentive_rate!*:n",
    ),
    _policy(
        "priority_weights",
        "Weight of each contribution to the priority score; they sum to 100.",
        "contribution!* weight!*:n",
    ),
    _policy(
        "priority_signals",
        "Share of each signal in its contribution and how fast it fades.",
        "contribution!* signal!* points_share!*:n half_life_days!:i",
    ),
    _policy(
        "icp_fit",
        "The ideal customer: values of each dimension and the share of points they earn.",
        "dimension!* value!* points_share!*:n",
    ),
    _policy(
        "intent_thresholds",
        "Least score of an intent signal that counts, per provider (`*` = any other).",
        "provider!* minimum_score!*:n",
    ),
    _policy(
        "route_limits",
        "Size and steadiness of each rep's weekly list.",
        "list_size!*:i per_partner_limit!*:i per_account_limit!*:i minimum_one_sided_share!*:n "
        "cool_down_weeks!*:i dwell_weeks!*:i",
    ),
    _policy(
        "route_outcomes",
        "When a routed account counts as worked, and with which accounts a list is compared.",
        "touch_business_days!*:i conversation_days!*:i opportunity_days!*:i won_days!*:i "
        "score_band_points!*:i comparison_limit!*:i minimum_accounts_count!*:i interval_z!*:n",
    ),
    _policy(
        "partner_scores",
        "How a partner is scored, and below which count it is not, or not told a number.",
        "minimum_closed_count!*:i minimum_group_count!*:i win_rate_share!*:n deal_size_share!*:n "
        "cycle_time_share!*:n most_ratio!*:n",
    ),
    _policy(
        "matching",
        "When records may match without a person.",
        "shared_domain_account_limit!*:i automatic_probability!*:n review_probability:n",
    ),
    _policy(
        "shared_domains",
        "Domains that many companies share, beyond those every company shares.",
        "domain!* kind!*",
        may_be_empty=True,
    ),
    _policy(
        "quarter_close",
        "When a quarter freezes unless finance signs it earlier.",
        "business_days_after_quarter_end!*:i",
    ),
    _policy(
        "release_retention",
        "How many releases `cosell prune` keeps beside those that are needed.",
        "newest_count!*:i recent_days!*:i",
    ),
    _policy(
        "opportunity_duplicates",
        "How alike two opportunities of one company must be to be proposed as one deal.",
        "amount_tolerance_share!*:n close_tolerance_days!*:i",
    ),
    _policy(
        "plan_rates",
        "Units of a currency per one unit of company currency, for open opportunities.",
        "currency!* plan_rate!*:n",
    ),
    _policy(
        "plausibility",
        "Bounds beyond which landing quarantines a value.",
        "minimum_date!*:d maximum_years_ahead!*:i maximum_amount!*:n",
    ),
    _policy(
        "gate_limits",
        "How far a delivery or a table may go before a gate says so.",
        "limit_name!* value!*:n",
        vocabularies={"limit_name": GATE_LIMITS},
    ),
    _policy(
        "gate_waivers",
        "Failing rules of the gates that a person has let pass, until when.",
        "rule_id!* scope!* approved_by!* expires_on!*:d",
        may_be_empty=True,
    ),
)
