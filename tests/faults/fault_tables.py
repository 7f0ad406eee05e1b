"""Faults of the workshop: a model that is wrong, or a table that somebody has edited."""

from __future__ import annotations

from tests.faults.fault import Fault

_LEDGER = "attribution.fct_attribution_ledger"
_A_POSTING = f"(select min(posting_id) from {_LEDGER})"
_A_PARTNERS_POSTING = (
    f"(select min(posting_id) from {_LEDGER} where partner_id is not null and exclusion is null)"
)
_MATCHES = "account_mapping.fct_account_matches"
_AN_AUTOMATIC_MATCH = (
    f"(select min(account_match_id) from {_MATCHES} where decision = 'automatic' and tier = "
    "'domain')"
)
_SEGMENTS = "account_mapping.fct_account_segments"
_ROUTES = "account_mapping.fct_weekly_routes"


def _edit(table: str, change: str, key: str, value: str) -> str:
    return f"update {table} set {change} where {key} = {value}"


def _future_routes(change: str, count: int) -> str:
    """Routes of one rep in a week that nobody has frozen yet; `others` are accounts to sell to."""
    return (
        f"insert into {_ROUTES} select one.* replace (date '2099-01-05' as week_starts_on, "
        f"one.route_id || others.account_id as route_id, {change}) from "
        f"(select * from {_ROUTES} order by route_id limit 1) as one cross join (select account_id "
        f"from core.dim_accounts where not is_partner_organisation order by account_id limit "
        f"{count}) as others"
    )


MATCHING_GATE = (
    Fault(
        "two_automatic_matches_of_one_record",
        "a partner's record matches two of our accounts",
        "matching",
        ("matches_count=2", "match_decisions"),
        "one_automatic_match_per_partner_record",
        statement=f"insert into {_MATCHES} select * replace (crm_account_id || 'X' as "
        f"crm_account_id) from {_MATCHES} where account_match_id = {_AN_AUTOMATIC_MATCH}",
    ),
    Fault(
        "a_match_against_the_duns_number",
        "an automatic match of two different DUNS numbers (case 13)",
        "matching",
        ("our_duns", "their_duns"),
        "no_automatic_match_with_conflicting_duns",
        statement="update matching.int_partner_accounts_normalized set duns = '999999999' where "
        f"(partner_id, partner_account_id) in (select partner_id, partner_account_id from "
        f"{_MATCHES} where decision = 'automatic' and tier = 'duns')",
    ),
    Fault(
        "a_rejected_pair_that_came_back",
        "a pair that a person rejected is matched again",
        "matching",
        ("decided_by=",),
        "rejected_pairs_stay_rejected",
        statement=f"update {_MATCHES} set decision = 'automatic' where (crm_account_id, "
        "partner_account_id) in (select crm_account_id, partner_account_id from "
        "matching.int_match_decisions_in_force where decision = 'reject')",
    ),
    Fault(
        "a_match_on_a_shared_domain",
        "an automatic match on a domain that thousands share (case 10)",
        "matching",
        ("registrable_domain=",),
        "no_match_on_a_shared_domain_alone",
        statement="insert into matching.int_domains_shared by name select "
        "theirs.registrable_domain as domain from matching.int_partner_accounts_normalized as "
        f"theirs inner join {_MATCHES} as matches using (partner_id, partner_account_id) where "
        f"matches.account_match_id = {_AN_AUTOMATIC_MATCH}",
    ),
    Fault(
        "a_match_by_name_alone",
        "an automatic match of the tier name (case 43)",
        "matching",
        ("tier=name",),
        "automatic_matches_name_their_evidence",
        statement=_edit(_MATCHES, "tier = 'name'", "account_match_id", _AN_AUTOMATIC_MATCH),
    ),
    Fault(
        "a_match_below_the_threshold",
        "an automatic match of probability 0.5",
        "matching",
        ("probability=0.5",),
        "automatic_matches_name_their_evidence",
        statement=_edit(_MATCHES, "probability = 0.5", "account_match_id", _AN_AUTOMATIC_MATCH),
    ),
    Fault(
        "a_match_with_another_partners_record",
        "partner A's record is matched under partner B (case 45)",
        "matching",
        ("partner_id=aurelia",),
        "matches_join_records_of_one_partner",
        statement=_edit(
            _MATCHES, "partner_id = 'aurelia'", "account_match_id", _AN_AUTOMATIC_MATCH
        ),
    ),
    Fault(
        "a_check_of_the_matches_that_breaks",
        "a column that a rule reads has another name",
        "matching",
        ("says nothing about the data", "mend the rule or the model"),
        "automatic_matches_name_their_evidence",
        statement=f"alter table {_MATCHES} rename column evidence to proof",
        breaks_check=True,
    ),
)

MARTS_GATE = (
    Fault(
        "half_of_the_matches_are_gone",
        "a lost column leaves half of the matches",
        "marts",
        ("rows_count_before",),
        "fct_account_matches_keeps_its_rows",
        statement=f"delete from {_MATCHES} where hash(account_match_id) % 3 > 0",
    ),
    Fault(
        "a_posting_edited_in_the_workshop",
        "a thousand more in a posting that was published",
        "marts",
        ("posting_id=",),
        "published_postings_stay_as_they_are",
        statement=_edit(
            _LEDGER,
            "amount_company_currency = amount_company_currency + 1000",
            "posting_id",
            _A_POSTING,
        ),
    ),
    Fault(
        "a_posting_that_is_gone",
        "a published posting was deleted",
        "marts",
        ("posting_id=",),
        "published_postings_stay_as_they_are",
        statement=f"delete from {_LEDGER} where posting_id = {_A_POSTING}",
    ),
    Fault(
        "a_posting_into_a_closed_quarter",
        "a new posting in a quarter that finance has closed (case 16)",
        "marts",
        ("posted_quarter=",),
        "nothing_is_posted_into_a_closed_quarter",
        statement=f"insert into {_LEDGER} select * replace ('new' as posting_id, (select "
        "max(fiscal_quarter) from intermediate.int_fiscal_quarters_closed where closing_step <= "
        f"known_step) as posted_quarter) from {_LEDGER} where known_step = (select "
        f"max(known_step) from {_LEDGER}) limit 1",
    ),
    Fault(
        "a_class_that_does_not_exist",
        "a posting is called blended",
        "marts",
        ("attribution_class=blended",),
        "partner_credit_names_its_partner",
        statement=_edit(_LEDGER, "attribution_class = 'blended'", "posting_id", _A_POSTING),
    ),
    Fault(
        "partner_credit_without_a_partner",
        "a sourced or influenced posting lost its partner",
        "marts",
        ("partner_id=None",),
        "partner_credit_names_its_partner",
        statement=_edit(_LEDGER, "partner_id = null", "posting_id", _A_PARTNERS_POSTING),
    ),
    Fault(
        "two_primary_partners_of_one_deal",
        "a deal's balance stands under two partners (case 2)",
        "marts",
        ("partners_count=2",),
        "an_opportunity_has_one_primary_partner",
        statement=f"insert into {_LEDGER} select * replace ('new' as posting_id, 'aurelia' as "
        f"partner_id) from {_LEDGER} where posting_id = (select min(posting_id) from {_LEDGER} as "
        "ledger inner join attribution.fct_attributed_opportunities as deals using "
        "(opportunity_id, partner_id) where ledger.amount_company_currency > 0)",
    ),
    Fault(
        "a_posting_without_its_policy",
        "a posting names no policy version",
        "marts",
        ("policy_version=None",),
        "every_posting_can_be_followed",
        statement=f"alter table {_LEDGER} alter policy_version drop not null; "
        + _edit(_LEDGER, "policy_version = null", "posting_id", _A_POSTING),
    ),
    Fault(
        "credit_of_a_rep_who_does_not_exist",
        "a posting names a rep that is in no CRM",
        "marts",
        ("rep_id=005X",),
        "postings_name_known_records",
        statement=_edit(_LEDGER, "rep_id = '005X'", "posting_id", _A_POSTING),
    ),
    Fault(
        "a_cent_that_the_crm_does_not_hold",
        "CRM and ledger differ by 0.01",
        "marts",
        ("difference_amount=0.01",),
        "the_ledger_reconciles_with_the_crm",
        statement="update attribution.rpt_ledger_reconciliation set difference_amount = 0.01 where "
        "reconciliation_id = (select min(reconciliation_id) from "
        "attribution.rpt_ledger_reconciliation)",
    ),
    Fault(
        "classes_that_do_not_add_up",
        "sourced, influenced and direct are a cent more than the CRM",
        "marts",
        ("crm_total_amount",),
        "the_classes_add_up_to_the_crm_total",
        statement="update attribution.rpt_ledger_reconciliation set direct_amount = direct_amount "
        "+ 0.01 where reconciliation_id = (select min(reconciliation_id) from "
        "attribution.rpt_ledger_reconciliation)",
    ),
    Fault(
        "a_frozen_amount_that_was_edited",
        "frozen plus adjustments is no longer what stands now",
        "marts",
        ("bookings_frozen_amount",),
        "frozen_and_adjustments_are_live",
        statement="update attribution.rpt_quarter_closes set bookings_frozen_amount = "
        "bookings_frozen_amount + 0.01 where fiscal_quarter = (select max(fiscal_quarter) from "
        "attribution.rpt_quarter_closes)",
    ),
    Fault(
        "a_signed_quarter_of_other_postings",
        "the postings of a signed quarter have another hash",
        "marts",
        ("signed_by=",),
        "closed_quarters_hold_what_was_signed",
        statement="update attribution.rpt_quarter_closes set signed_postings_sha256 = 'ab' where "
        "closed_by = 'signature'",
    ),
    Fault(
        "a_closed_quarter_that_was_opened_again",
        "a quarter that was closed in the last release is not closed any more",
        "marts",
        ("released_sha256=",),
        "closed_quarters_stay_as_they_were_published",
        statement="delete from attribution.rpt_quarter_closes where fiscal_quarter = (select "
        "max(fiscal_quarter) from attribution.rpt_quarter_closes)",
    ),
    Fault(
        "a_stage_that_nobody_knows",
        "a deal is in a stage without a number (case 28)",
        "marts",
        ("stage_name=", "stages.csv"),
        "every_stage_is_known",
        statement="update attribution.fct_attributed_opportunities set stage_number = null where "
        "opportunity_id = (select min(opportunity_id) from "
        "attribution.fct_attributed_opportunities where not is_deleted)",
    ),
    Fault(
        "stages_that_were_mapped_anew",
        "every open deal is in the first stage",
        "marts",
        ("before_count", "now_count"),
        "stages_do_not_drift",
        statement="update attribution.fct_attributed_opportunities set stage_number = 1 where not "
        "is_closed",
    ),
    Fault(
        "money_without_a_rate",
        "an amount was converted at no rate (case 4)",
        "marts",
        ("opportunity_id=",),
        "every_amount_has_a_rate",
        statement="update attribution.fct_attributed_opportunities set conversion_rate = null, "
        "amount_company_currency = null where opportunity_id = (select min(opportunity_id) from "
        "attribution.fct_attributed_opportunities where amount is not null and not is_deleted and "
        "exclusion is null)",
    ),
    Fault(
        "an_account_in_two_cells",
        "an account stands twice under one partner",
        "marts",
        ("account_id=",),
        "segments_are_exclusive",
        statement=f"insert into {_SEGMENTS} select * from {_SEGMENTS} where segment_id = (select "
        f"min(segment_id) from {_SEGMENTS} where account_id is not null)",
    ),
    Fault(
        "an_account_in_no_cell",
        "an account is forgotten under one partner",
        "marts",
        ("partner_id=",),
        "segments_are_total",
        statement=f"delete from {_SEGMENTS} where segment_id = (select min(segment_id) from "
        f"{_SEGMENTS} where account_id is not null)",
    ),
    Fault(
        "a_cell_that_the_states_do_not_give",
        "a customer of both sides is called a prospect",
        "marts",
        ("expected_cell=shared_customer",),
        "cells_follow_from_the_states",
        statement=f"update {_SEGMENTS} set cell = 'shared_prospect' where cell = 'shared_customer'",
    ),
    Fault(
        "a_record_of_partner_a_under_partner_b",
        "a segment of one partner shows another's record (case 45)",
        "marts",
        ("partner_account_id=FOREIGN",),
        "segments_show_a_partner_only_its_own_records",
        statement=f"update {_SEGMENTS} set partner_account_id = 'FOREIGN' where segment_id = "
        f"(select min(segment_id) from {_SEGMENTS} where partner_account_id is not null)",
    ),
    Fault(
        "a_phone_number_in_a_public_table",
        "a model publishes the phone of a partner's seller",
        "marts",
        ("column_name=partner_seller_phone",),
        "contacts_of_partners_stay_out",
        statement=f"alter table {_ROUTES} add column partner_seller_phone varchar",
    ),
    Fault(
        "a_count_that_names_an_account",
        "a partner is told of a group of one",
        "marts",
        ("accounts_count=1",),
        "partners_are_told_no_small_counts",
        statement="update account_mapping.rpt_partner_facing_counts set accounts_count = 1, "
        "is_withheld = false where partner_facing_count_id = (select min(partner_facing_count_id) "
        "from account_mapping.rpt_partner_facing_counts)",
    ),
    Fault(
        "a_score_that_is_not_its_parts",
        "a score is a point more than its contributions",
        "marts",
        ("score=",),
        "scores_are_the_sum_of_their_contributions",
        statement="update account_mapping.fct_prioritized_accounts set score = score + 1 where "
        "segment_id = (select min(segment_id) from account_mapping.fct_prioritized_accounts)",
    ),
    Fault(
        "a_list_that_cannot_be_worked",
        "a rep's new week has 500 accounts (case 41)",
        "marts",
        ("list_size",),
        "weekly_lists_keep_their_size",
        statement=_future_routes("others.account_id as account_id", 500),
    ),
    Fault(
        "one_partner_fills_a_list",
        "500 accounts of one partner in a rep's new week",
        "marts",
        ("per_partner_limit",),
        "weekly_lists_keep_their_limit_per_partner",
        statement=_future_routes("others.account_id as account_id", 500),
    ),
    Fault(
        "one_account_fills_a_list",
        "one account twenty times in a rep's new week",
        "marts",
        ("per_account_limit",),
        "weekly_lists_keep_their_limit_per_account",
        statement=_future_routes("'aurelia' as partner_id", 20),
    ),
    Fault(
        "a_route_to_a_partner",
        "a rep is sent to a partner organisation (case 29)",
        "marts",
        ("account_id=",),
        "routes_lead_to_accounts_that_may_be_sold_to",
        statement=_future_routes(
            "(select min(account_id) from core.dim_accounts where is_partner_organisation) as "
            "account_id",
            1,
        ),
    ),
    Fault(
        "a_partner_that_left_is_on_a_list",
        "an inactive partner has segments (case 30)",
        "marts",
        ("place=segments",),
        "partners_that_left_are_gone_from_lists",
        statement="update core.dim_partners set is_active = false where partner_id = 'skybridge'",
    ),
    Fault(
        "attainment_of_nothing",
        "a target of zero is reached by 100 % (case 22)",
        "marts",
        ("attainment=1",),
        "nothing_to_reach_is_not_measured",
        statement="update accountability.fct_ae_quarters set fair_target = 0, attainment = 1, "
        "status = 'ahead' where ae_quarter_id = (select min(ae_quarter_id) from "
        "accountability.fct_ae_quarters)",
    ),
    Fault(
        "a_team_that_is_more_than_its_people",
        "a team's week has a cent that the company has not (case 24)",
        "marts",
        ("sourced_pipeline_difference",),
        "teams_add_up_to_the_company",
        statement="update accountability.rpt_team_weeks set sourced_pipeline_amount = "
        "sourced_pipeline_amount + 0.01 where team_week_id = (select min(team_week_id) from "
        "accountability.rpt_team_weeks where scope = 'direct_reports')",
    ),
    Fault(
        "managers_in_a_circle",
        "two people report to each other today (case 24)",
        "marts",
        ("rep_id=", "manager_id=", "correct the manager"),
        "managers_run_in_no_circle",
        statement="update accountability.rpt_reporting_gaps set is_current = true where gap = "
        "'circle'",
    ),
    Fault(
        "a_partner_deal_that_pays_less",
        "the rate of sourced deals is below that of solo deals",
        "marts",
        ("solo_rate",),
        "a_partner_deal_pays_the_rep_at_least_what_a_solo_deal_pays",
        statement="update intermediate.int_incentive_rates_compared set incentive_rate = 0.01, "
        "is_fair = false where attribution_class = 'sourced'",
    ),
    Fault(
        "a_public_table_that_is_suddenly_empty",
        "no touches are left",
        "marts",
        ("rows_count=0",),
        "fct_partner_touches_keeps_its_rows",
        statement="delete from attribution.fct_partner_touches",
    ),
    Fault(
        "a_public_table_that_is_not_there",
        "a model was renamed and its table is gone",
        "marts",
        ("there is no such table",),
        "fct_quotas_keeps_its_rows",
        statement="drop table core.fct_quotas",
        breaks_check=True,
    ),
    Fault(
        "a_check_of_the_marts_that_breaks",
        "a column that a rule reads has another name",
        "marts",
        ("says nothing about the data",),
        "nothing_to_reach_is_not_measured",
        statement="alter table accountability.fct_ae_quarters rename column fair_target to fair",
        breaks_check=True,
    ),
)

FAULTS = (*MATCHING_GATE, *MARTS_GATE)
