"""HubSpot: which object fills which table.

Read in two dialects: a connector's tables (Fivetran: `deal`, `deal_company`, `merged_deal` …, whose
properties are called `property_<name>`), and the files that `cosell crm pull` writes from the v3
and v4 API, whose columns are the properties' own names.
"""

from __future__ import annotations

from orchestration.landing.contracts import Table, columns_of
from orchestration.landing.crm_objects import CrmObject

SOURCE = "hubspot"

_OF_CONNECTOR = "is_deleted:b fivetran_deleted:b fivetran_synced:ts"


def _table(name: str, description: str, columns: str, also: dict[str, str] | None = None) -> Table:
    """A table whose columns are also read as `property_<column>`, as connectors call them."""
    names = [word.partition(":")[0].rstrip("!*") for word in columns.split()]
    known = also or {}
    others = {each: f"{known.get(each, '')} property_{each}" for each in names}
    return Table(
        SOURCE,
        name,
        description,
        columns_of(columns, also=others),
        # A portal that uses no labels or meetings exports their tables with nothing in them.
        may_be_empty=name not in ("companies", "deals", "owners"),
    )


COMPANIES = _table(
    "companies",
    "Companies; hs_merged_object_ids names those that were merged into this one (case 8).",
    "id!* name domain website industry city state country phone numberofemployees:i "
    "annualrevenue:n type lifecyclestage hubspot_owner_id hs_parent_company_id "
    "hs_additional_domains hs_merged_object_ids duns_number is_partner:b createdate:ts "
    f"hs_lastmodifieddate:ts archived:b {_OF_CONNECTOR}",
    {"id": "hs_object_id company_id"},
)
CONTACTS = _table(
    "contacts",
    "People at companies.",
    "id!* email firstname lastname phone associatedcompanyid createdate:ts lastmodifieddate:ts "
    f"archived:b {_OF_CONNECTOR}",
    {"id": "hs_object_id contact_id vid"},
)
DEALS = _table(
    "deals",
    "Deals in their present state; dealstage is the internal id of a stage (case 28).",
    "id!* dealname pipeline dealstage amount:n deal_currency_code closedate:ts createdate!*:ts "
    "hubspot_owner_id dealtype hs_next_step hs_deal_stage_probability:n hs_is_closed:b "
    "hs_is_closed_won:b hs_manual_forecast_category notes_last_contacted:ts hs_merged_object_ids "
    "partner_company_id partner_involvement hs_lastmodifieddate:ts archived:b "
    f"{_OF_CONNECTOR}",
    {
        "id": "hs_object_id deal_id",
        "pipeline": "deal_pipeline_id",
        "dealstage": "deal_pipeline_stage_id",
        "hubspot_owner_id": "owner_id",
    },
)
DEAL_PIPELINES = _table(
    "deal_pipelines",
    "Pipelines, each with its own stages.",
    f"id!* label display_order:i active:b archived:b updated_at:ts {_OF_CONNECTOR}",
    {"id": "pipeline_id"},
)
DEAL_PIPELINE_STAGES = _table(
    "deal_pipeline_stages",
    "Stages of pipelines; a deleted one stays on the deals that were in it (case 28).",
    "id!* pipeline_id label display_order:i probability:n closed_won:b is_closed:b active:b "
    f"archived:b updated_at:ts {_OF_CONNECTOR}",
    {"id": "stage_id"},
)
DEAL_STAGES = _table(
    "deal_stages",
    "Stages that each deal went through, with the times at which it entered them.",
    f"deal_id!* value!* date_entered:ts source source_id fivetran_start:ts {_OF_CONNECTOR}",
)
DEAL_PROPERTY_HISTORY = _table(
    "deal_property_history",
    "Values that each property of a deal had, each from a time on.",
    f"deal_id!* name!* value timestamp!*:ts source source_id {_OF_CONNECTOR}",
)
COMPANY_PROPERTY_HISTORY = _table(
    "company_property_history",
    "Values that each property of a company had, each from a time on.",
    f"company_id!* name!* value timestamp!*:ts source source_id {_OF_CONNECTOR}",
)
DEAL_COMPANIES = _table(
    "deal_companies",
    "Companies of each deal with the label of the association; a deal may have none or many.",
    f"deal_id!* company_id!* type_id category label {_OF_CONNECTOR}",
)
MERGED_DEALS = _table(
    "merged_deals",
    "Deals that were merged into another one and have vanished since.",
    f"deal_id!* merged_deal_id!* {_OF_CONNECTOR}",
)
OWNERS = _table(
    "owners",
    "Users and queues that may own records.",
    "id!* email first_name last_name type user_id archived:b created_at:ts updated_at:ts "
    f"{_OF_CONNECTOR}",
    {"id": "owner_id", "user_id": "active_user_id"},
)
OWNER_TEAMS = _table(
    "owner_teams",
    "Teams of each owner.",
    f"owner_id!* team_id!* is_team_primary:b {_OF_CONNECTOR}",
)
ENGAGEMENTS = _table(
    "engagements",
    "Calls, e-mails, meetings, notes and tasks.",
    "id!* type hs_timestamp:ts hs_createdate:ts hs_lastmodifieddate:ts hubspot_owner_id subject "
    "status start_time:ts end_time:ts outcome activity_type partner_company_id archived:b "
    f"{_OF_CONNECTOR}",
    {
        "id": "engagement_id hs_object_id",
        "subject": "hs_email_subject property_hs_email_subject hs_meeting_title "
        "property_hs_meeting_title hs_call_title property_hs_call_title hs_task_subject "
        "property_hs_task_subject title",
        "status": "hs_task_status property_hs_task_status hs_call_status",
        "start_time": "hs_meeting_start_time property_hs_meeting_start_time",
        "end_time": "hs_meeting_end_time property_hs_meeting_end_time",
        "outcome": "hs_meeting_outcome property_hs_meeting_outcome meeting_outcome",
        "activity_type": "hs_activity_type property_hs_activity_type",
    },
)
ENGAGEMENT_ASSOCIATIONS = _table(
    "engagement_associations",
    "Records that each engagement belongs to.",
    f"engagement_id!* associated_object!* associated_id!* type_id category label {_OF_CONNECTOR}",
    {"associated_id": "company_id deal_id contact_id"},
)


def _engagement(kind: str) -> CrmObject:
    return CrmObject(f"Engagement{kind}", ENGAGEMENTS, {"type": kind.upper()})


def _engagement_association(associated: str) -> CrmObject:
    return CrmObject(
        f"Engagement{associated.title()}",
        ENGAGEMENT_ASSOCIATIONS,
        {"associated_object": associated},
    )


OBJECTS: tuple[CrmObject, ...] = (
    CrmObject("Company", COMPANIES),
    CrmObject("CompanyPropertyHistory", COMPANY_PROPERTY_HISTORY),
    CrmObject("Contact", CONTACTS),
    CrmObject("Deal", DEALS),
    CrmObject("DealPipeline", DEAL_PIPELINES),
    CrmObject("DealPipelineStage", DEAL_PIPELINE_STAGES),
    CrmObject("DealStage", DEAL_STAGES),
    CrmObject("DealPropertyHistory", DEAL_PROPERTY_HISTORY),
    CrmObject("DealCompany", DEAL_COMPANIES),
    CrmObject("MergedDeal", MERGED_DEALS),
    CrmObject("Owner", OWNERS),
    CrmObject("OwnerTeam", OWNER_TEAMS),
    CrmObject("Engagement", ENGAGEMENTS),
    _engagement("Call"),
    _engagement("Email"),
    _engagement("Meeting"),
    _engagement("Note"),
    _engagement("Task"),
    _engagement_association("company"),
    _engagement_association("deal"),
    _engagement_association("contact"),
)

TABLES: tuple[Table, ...] = tuple(dict.fromkeys(each.table for each in OBJECTS))
