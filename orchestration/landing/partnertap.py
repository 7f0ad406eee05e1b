"""PartnerTap: reports of its API, one row per account (or opportunity, or event) and partner.

Times are seconds since 1970; "N/A", "Anonymous" and blanks stand for no value; the ids of accounts
that nobody has in the CRM begin with MANUAL-. Fields that are not declared, such as `custom_…`,
are kept in `_extra`.
"""

from __future__ import annotations

from orchestration.landing.bilateral import PARTNER_STATES
from orchestration.landing.contracts import Table, columns_of

SOURCE = "partnertap"

NULL_TOKENS = ("n/a", "anonymous", "null")

_OUR_ACCOUNT = (
    "account_name account_type crm_account_id duns_number street city state zip_code country "
    "industry territory divisions website naics_code sic_code annual_revenue:n "
    "number_of_employees:i open_opp_count:i closed_opp_count:i phone_number "
    "recent_open_opp_date:ts recent_closed_opp_date:ts account_acv:n open_pipeline_amount:n "
    "partner_count:i"
)
_THEIR_ACCOUNT = (
    "feed_partner_id partner_platform_id partner_org_name partner_account_name partner_states "
    "partner_crm_account_id partner_website partner_street partner_city partner_state "
    "partner_postal_code partner_country partner_first_match_date:ts partner_is_customer:b "
    "partner_open_opp:n partner_closed_opp:n partner_closed_opp_won_count:n "
    "partner_account_acv:n partner_open_pipeline_amount:n partner_account_owner_name "
    "partner_account_owner_email partner_account_owner_title partner_account_owner_phone "
    "partner_org_partner_type prm_record_id"
)
# The report of matched accounts writes the same fields without blanks, inside `partnerFields`.
_OTHER_NAMES = {
    "account_name": "name",
    "partner_platform_id": "partner_org_public_id partnerorgpublicid company_partner_public_id",
    "partner_org_name": "partner_name",
    "partner_account_name": "partner_fields_partneraccountname",
    "partner_states": "partner_account_type partner_fields_partneraccounttype",
    "partner_crm_account_id": "partner_fields_partnercrmaccountid",
    "partner_website": "partner_fields_partnerwebsite",
    "partner_country": "partner_fields_partnercountry",
    "partner_is_customer": "partner_fields_partneriscustomer",
    "partner_account_owner_name": "partner_fields_partnerowneridname",
    "partner_account_owner_email": "partner_fields_partnerowneridemail",
}
_STATES = (*PARTNER_STATES, "other")
_SPELLINGS = {
    "customers": "customer",
    "prospects": "prospect",
    "former customers": "former_customer",
    "partner": "other",
}

ACCOUNTS = Table(
    SOURCE,
    "accounts",
    "Accounts of ours that a partner knows too: one row per account and partner.",
    columns_of(
        f"{_OUR_ACCOUNT} {_THEIR_ACCOUNT}".replace("account_name ", "account_name!* ", 1),
        vocabularies={"partner_states": _STATES},
        also=_OTHER_NAMES,
        spellings={"partner_states": _SPELLINGS},
    ),
    at_least_one_of=(("feed_partner_id", "partner_org_name", "partner_platform_id"),),
    refuse_unknown_values=True,
    null_tokens=NULL_TOKENS,
    epoch_times=True,
    file_words=("account", "overlap"),
)

OPPORTUNITIES = Table(
    SOURCE,
    "opportunities",
    "Opportunities of ours, each repeated for every partner that knows its account (case 2).",
    columns_of(
        "crm_opportunity_id!* opportunity_name amount:n crm_created_date:ts stage_name "
        "close_date:ts opportunity_owner_name opportunity_owner_email opportunity_type "
        "probability:n expected_revenue:n is_closed:b is_won:b last_modified_date:ts "
        f"{_OUR_ACCOUNT} {_THEIR_ACCOUNT}",
        vocabularies={"partner_states": _STATES},
        also=_OTHER_NAMES,
        spellings={"partner_states": _SPELLINGS},
    ),
    at_least_one_of=(("feed_partner_id", "partner_org_name", "partner_platform_id"),),
    refuse_unknown_values=True,
    null_tokens=NULL_TOKENS,
    epoch_times=True,
    file_words=("opportunit", "opp_overlap", "vertical_opp"),
)

ATTRIBUTION_EVENTS = Table(
    SOURCE,
    "attribution_events",
    "What somebody did with a partner on an account; the pipeline report adds the opportunity.",
    columns_of(
        "account_name partner_org_name feed_partner_id partner_platform_id event_date!*:ts "
        "event_group_display_name event_type_display_name event_subtype_display_name event_name "
        "event_description event_source event_user_name event_user_email event_user_title "
        "crm_account_id top_parent_crm_account_id top_parent_crm_account_name event_source_link "
        "custom_event_campaign_id custom_event_lead_id custom_event_contact_id "
        "custom_event_opportunity_id is_customer:b owner_name owner_email partner_crm_record_id "
        "opp_crm_opportunity_id opp_name opp_amount:n opp_created_date:ts "
        "number_days_to_new_opp:i",
        also={"partner_platform_id": "company_partner_public_id partner_org_public_id"},
    ),
    at_least_one_of=(
        ("feed_partner_id", "partner_org_name", "partner_platform_id"),
        ("event_type_display_name", "event_subtype_display_name", "event_name"),
    ),
    null_tokens=NULL_TOKENS,
    epoch_times=True,
    file_words=("attribution_detail", "attribution_event", "event"),
)

PIPELINE_SUMMARIES = Table(
    SOURCE,
    "pipeline_summaries",
    "PartnerTap's own count of events per new opportunity and top parent: kept, never credited.",
    columns_of(
        "top_parent_crm_account_id top_parent_crm_account_name opp_name opp_amount:n "
        "opp_created_date:ts action_lists_created_count:i action_list_downloads_count:i "
        "workflows_initiated_count:i workflow_intros_completed_count:i "
        "total_attribution_events!:i total_partners:i opp_crm_opportunity_id opp_crm_account_id "
        "opp_stage_name opp_close_date:ts opp_is_won:b opp_is_closed:b"
    ),
    null_tokens=NULL_TOKENS,
    epoch_times=True,
    file_words=("summary",),
)

# The first table of which a word stands in the file's name is taken; the accounts are the default.
TABLES: tuple[Table, ...] = (ACCOUNTS, PIPELINE_SUMMARIES, ATTRIBUTION_EVENTS, OPPORTUNITIES)
