"""Crossbeam: which of our accounts a partner knows, in every shape in which Crossbeam gives it.

The share of the warehouse (`OVERLAPS`, Databricks' `overlaps`), the dumps of the REST API, an
exported list and the Salesforce object of its package all land in `account_overlaps`; the names
of their columns are the `also` of ours. One row per overlap and pair of populations, or per
overlap with a list of populations: what repeats is collapsed downstream (case 3).
"""

from __future__ import annotations

from orchestration.landing.bilateral import PARTNER_STATES
from orchestration.landing.contracts import Table, columns_of

SOURCE = "crossbeam"

# `other` is Crossbeam's word for a population that is none of the three standard ones.
POPULATION_STATES = (*PARTNER_STATES, "other")
STANDARD_POPULATIONS = {
    "customers": "customer",
    "open opportunities": "open_opportunity",
    "open opps": "open_opportunity",
    "prospects": "prospect",
}

SALESFORCE_OBJECT = "Crossbeam_Overlap__c"

OVERLAPS = Table(
    SOURCE,
    "account_overlaps",
    "Pairs of a record of ours and a record of a partner, as Crossbeam matched them.",
    columns_of(
        "overlap_id feed_partner_id partner_name partner_platform_id partner_domain "
        "our_record_id our_lead_id our_record_type our_record_name our_record_website "
        "our_crossbeam_record_id our_populations partner_crossbeam_record_id partner_record_id "
        "partner_record_type partner_record_name partner_record_website partner_record_country "
        "partner_record_industry partner_record_employees:i partner_populations "
        "partner_states customer_of opportunity_of prospect_of partner_owner_name "
        "partner_owner_email partner_owner_phone partner_owner_title matched_at:ts updated_at:ts "
        "is_deleted:b",
        vocabularies={"partner_states": POPULATION_STATES},
        also={
            "overlap_id": "crossbeam_eid overlap_unique_id",
            "partner_name": "partner partner_organization_name",
            "partner_platform_id": "partner_id partner_organization_id",
            "our_record_id": "entity_id record_id account account_id master_id",
            "our_lead_id": "lead lead_id",
            "our_record_type": "entity_type mdm_type record_type",
            "our_record_name": "record_name record account_name company company_name",
            "our_record_website": "record_website",
            "our_crossbeam_record_id": "crossbeam_record_id",
            "our_populations": "standard_populations populations_name population_name populations "
            "population",
            "partner_crossbeam_record_id": "partner_master_id",
            "partner_record_type": "partner_record_company_type",
            "partner_populations": "partner_populations_name partner_population_name "
            "partner_standard_populations partner_population",
            "partner_states": "partner_standard_populations partner_populations_name "
            "partner_population_name partner_populations partner_population partner_status",
            # An exported list names the partners in a column per state.
            "customer_of": "is_a_customer_of is_customer_of",
            "opportunity_of": "is_an_opportunity_for is_an_open_opportunity_for",
            "prospect_of": "is_a_prospect_of is_prospect_of",
            "partner_owner_name": "partner_ae_name partner_owner_owner_name "
            "partner_record_owner_name",
            "partner_owner_email": "partner_ae_email partner_owner_owner_email "
            "partner_record_owner_email",
            "partner_owner_phone": "partner_ae_phone partner_owner_owner_phone "
            "partner_record_owner_phone",
            "partner_owner_title": "partner_ae_title partner_owner_owner_title "
            "partner_record_owner_title",
            "matched_at": "overlap_time created_at create_date created_date",
            "updated_at": "last_modified_date",
        },
        spellings={"partner_states": STANDARD_POPULATIONS},
        many=(
            *("our_populations", "partner_populations", "partner_states"),
            *("customer_of", "opportunity_of", "prospect_of"),
        ),
    ),
    package="xbeamprod",
    at_least_one_of=(
        (
            *("feed_partner_id", "partner_name", "partner_platform_id"),
            *("customer_of", "opportunity_of", "prospect_of"),
        ),
        ("partner_record_name", "partner_crossbeam_record_id", "our_record_name", "our_record_id"),
        ("partner_states", "customer_of", "opportunity_of", "prospect_of", "is_deleted"),
    ),
    # What the picklists in Salesforce say where there is nothing to say.
    null_tokens=("none",),
    # A population that nobody mapped would read as an account that the partner does not know.
    refuse_unknown_values=True,
    file_words=("overlap", "list"),
)

RECORDS = Table(
    SOURCE,
    "records",
    "Our own records as Crossbeam holds them: its id of each and ours.",
    columns_of(
        "our_crossbeam_record_id!* our_record_id our_record_type our_record_name "
        "our_record_website our_populations owner_name owner_email is_deleted:b",
        also={
            "our_crossbeam_record_id": "crossbeam_record_id",
            "our_record_id": "record_id",
            "our_record_type": "record_type",
            "our_record_name": "record_name",
            "our_record_website": "record_website",
            "our_populations": "populations_name populations",
            "owner_name": "owner_owner_name",
            "owner_email": "owner_owner_email",
        },
        many=("our_populations",),
    ),
    file_words=("record",),
)

SIGNALS = Table(
    SOURCE,
    "signals",
    "Deals that partners (or we) opened and won on shared accounts; new ones only, never edited.",
    columns_of(
        "event_id!* signal_id event_type!* triggered_at!*:ts our_record_id our_record_type "
        "our_record_name feed_partner_id partner_name partner_platform_id our_populations "
        "partner_populations deal_name deal_stage deal_opened_at:ts deal_closed_at:ts "
        "deal_is_closed:b deal_is_won:b",
        vocabularies={
            "event_type": (
                "partner_deal_opened",
                "partner_deal_closed_won",
                "own_deal_opened",
                "own_deal_closed_won",
            )
        },
        also={
            "our_record_id": "record_id",
            "our_record_type": "record_type",
            "our_record_name": "record_name",
            "partner_platform_id": "partner_id",
            "our_populations": "populations_name populations",
            "partner_populations": "partner_populations_name partner_populations",
            "deal_name": "partner_data_deal_name",
            "deal_stage": "partner_data_deal_stage",
            "deal_opened_at": "partner_data_deal_open_date",
            "deal_closed_at": "partner_data_deal_close_date",
            "deal_is_closed": "partner_data_deal_is_closed",
            "deal_is_won": "partner_data_deal_is_won",
        },
        many=("our_populations", "partner_populations"),
    ),
    file_words=("signal",),
)

TABLES: tuple[Table, ...] = (OVERLAPS, RECORDS, SIGNALS)
