"""Salesforce: which object fills which table.

Read in three dialects. Data Loader: API names, ISO times. The weekly Data Export: a zip of quoted
CSVs, truth as 0 and 1, times with a blank. A connector (Fivetran): snake case, custom fields end on
`_c`, what vanished at the source has `_fivetran_deleted`, and in history mode every row is one
version with `_fivetran_start`, of which none is `_fivetran_active` once the record is gone. Custom
fields are kept in `_extra`, or mapped to a declared column by the feed's `columns:`.
"""

from __future__ import annotations

import dataclasses

from orchestration.landing.contracts import Table, columns_of
from orchestration.landing.crm_objects import CrmObject

SOURCE = "salesforce"

# What a connector adds to every object; empty in exports.
_OF_CONNECTOR = "fivetran_deleted:b fivetran_synced:ts"
# Whole exports hold a file of each object, of those that nobody uses too.
_NEVER_EMPTY = ("accounts", "opportunities", "users")
_VERSIONS_OF_CONNECTOR = f"fivetran_start:ts fivetran_active:b {_OF_CONNECTOR}"


def _table(
    name: str,
    description: str,
    columns: str,
    open_ended: tuple[str, ...] = (),
    at_least_one_of: tuple[tuple[str, ...], ...] = (),
    also: dict[str, str] | None = None,
) -> Table:
    # Connectors write the days of a CRM with a time of day; the field itself has none.
    declared = tuple(
        dataclasses.replace(column, ignores_time=column.kind == "date")
        for column in columns_of(columns, open_ended=open_ended, also=also)
    )
    return Table(
        SOURCE,
        name,
        description,
        declared,
        at_least_one_of=at_least_one_of,
        may_be_empty=name not in _NEVER_EMPTY,
    )


ACCOUNTS = _table(
    "accounts",
    "Companies in the CRM; a merged one carries the id of its survivor.",
    "id!* name!* type parent_id owner_id website industry number_of_employees:i "
    "annual_revenue:n billing_country billing_state billing_city phone duns_number "
    "is_partner:b currency_iso_code is_deleted:b master_record_id created_date:ts "
    "last_modified_date:ts system_modstamp:ts sixsense_intent_score:n sixsense_buying_stage "
    f"{_VERSIONS_OF_CONNECTOR}",
    # 6sense writes its scores into fields of the account.
    also={
        "sixsense_intent_score": "accountintentscore6sense__c",
        "sixsense_buying_stage": "accountbuyingstage6sense__c",
    },
)
ACCOUNT_HISTORY = _table(
    "account_history",
    "One row per change of a tracked field of an account; since tracking was switched on.",
    "id!* account_id!* field!* old_value new_value created_by_id created_date!*:ts "
    f"is_deleted:b {_OF_CONNECTOR}",
)
CONTACTS = _table(
    "contacts",
    "People at accounts.",
    "id!* account_id name first_name last_name email phone is_deleted:b master_record_id "
    f"created_date:ts system_modstamp:ts {_VERSIONS_OF_CONNECTOR}",
)
LEADS = _table(
    "leads",
    "Leads and what they were converted to (case 17).",
    "id!* company name first_name last_name email website owner_id lead_source status "
    "is_converted:b converted_date:d converted_account_id converted_contact_id "
    "converted_opportunity_id partner_account_id created_date:ts is_deleted:b "
    f"system_modstamp:ts {_OF_CONNECTOR}",
)
OPPORTUNITIES = _table(
    "opportunities",
    "Deals in their present state.",
    "id!* account_id name stage_name!* amount:n probability:n close_date!*:d type lead_source "
    "next_step is_closed:b is_won:b owner_id created_date!*:ts last_modified_date:ts "
    "last_activity_date:d push_count:i currency_iso_code forecast_category campaign_id "
    "partner_account_id partner_involvement is_deleted:b system_modstamp:ts "
    f"{_VERSIONS_OF_CONNECTOR}",
)
OPPORTUNITY_HISTORY = _table(
    "opportunity_history",
    "One row per change of stage, amount, probability or close date; has no owner.",
    "id!* opportunity_id!* stage_name amount:n probability:n close_date:d forecast_category "
    "created_by_id created_date!*:ts is_deleted:b system_modstamp:ts "
    f"{_OF_CONNECTOR}",
)
OPPORTUNITY_FIELD_HISTORY = _table(
    "opportunity_field_history",
    "One row per change of a tracked field; covers the time since tracking was switched on.",
    "id!* opportunity_id!* field!* old_value new_value created_by_id created_date!*:ts "
    f"is_deleted:b {_OF_CONNECTOR}",
)
USERS = _table(
    "users",
    "CRM users in their present state.",
    "id!* name first_name last_name email is_active:b manager_id user_role_id profile_id user_type "
    "title country default_currency_iso_code created_date:ts system_modstamp:ts "
    f"{_VERSIONS_OF_CONNECTOR}",
    # Exports of people leave out the compound name and have its parts instead.
    at_least_one_of=(("name", "last_name"),),
)
USER_ROLES = _table(
    "user_roles",
    "The tree of roles (who may see whose data).",
    f"id!* name!* developer_name parent_role_id rollup_description {_OF_CONNECTOR}",
)
GROUPS = _table(
    "groups",
    "Public groups and queues; a queue may own records and is no rep (case 23).",
    f"id!* name developer_name type email created_date:ts system_modstamp:ts {_OF_CONNECTOR}",
)
TASKS = _table(
    "tasks",
    "Calls, mails and to-dos; activity_date is typed by people, created_date is not (case 15).",
    "id!* who_id what_id account_id owner_id subject activity_date:d status type task_subtype "
    "is_closed:b completed_date_time:ts created_date:ts is_deleted:b is_recurrence:b "
    "recurrence_activity_id partner_account_id system_modstamp:ts "
    f"{_OF_CONNECTOR}",
)
EVENTS = _table(
    "events",
    "Meetings; a group event has one child row per attendee.",
    "id!* who_id what_id account_id owner_id subject activity_date:d activity_date_time:ts "
    "start_date_time:ts end_date_time:ts duration_in_minutes:i type event_subtype show_as "
    "is_child:b is_group_event:b group_event_type is_recurrence:b recurrence_activity_id "
    "created_date:ts is_deleted:b partner_account_id system_modstamp:ts "
    f"{_OF_CONNECTOR}",
)
OPPORTUNITY_PARTNERS = _table(
    "opportunity_partners",
    "Partner roles on deals: a claim and a tie-break, never a touch.",
    "id!* opportunity_id!* account_to_id!* role is_primary:b created_date:ts is_deleted:b "
    f"system_modstamp:ts {_OF_CONNECTOR}",
)
ACCOUNT_PARTNERS = _table(
    "account_partners",
    "Partner roles between accounts; each relation is written twice, once from either side.",
    "id!* account_from_id!* account_to_id!* opportunity_id role is_primary:b reverse_partner_id "
    f"created_date:ts is_deleted:b system_modstamp:ts {_OF_CONNECTOR}",
)
OPPORTUNITY_SPLITS = _table(
    "opportunity_splits",
    "Who shares a deal; overlay splits go beyond 100 % (case 26).",
    "id!* opportunity_id!* split_owner_id!* split_percentage:n split_amount:n split_type_id "
    "split_note currency_iso_code created_date:ts is_deleted:b system_modstamp:ts "
    f"{_OF_CONNECTOR}",
)
OPPORTUNITY_SPLIT_TYPES = _table(
    "opportunity_split_types",
    "Kinds of splits; only those whose total is validated to 100 % carry revenue (case 26).",
    "id!* developer_name master_label is_active:b is_total_validated!:b system_modstamp:ts "
    f"{_OF_CONNECTOR}",
)
FORECASTING_QUOTAS = _table(
    "forecasting_quotas",
    "Quotas, each in its own currency, which defaults to that of whoever imported it (case 46).",
    "id!* quota_owner_id!* quota_amount:n quota_quantity:n period_id start_date:d product_family "
    "forecasting_type_id is_amount:b is_quantity:b currency_iso_code created_date:ts is_deleted:b "
    f"system_modstamp:ts {_OF_CONNECTOR}",
)
PERIODS = _table(
    "periods",
    "Fiscal months, quarters, weeks and years as the org's calendar has them (case 5).",
    "id!* type!* start_date!*:d end_date!*:d number:i quarter_label period_label "
    "fully_qualified_label is_forecast_period:b fiscal_year_settings_id system_modstamp:ts "
    f"{_OF_CONNECTOR}",
)
FISCAL_YEAR_SETTINGS = _table(
    "fiscal_year_settings",
    "Fiscal years of the org, standard or custom (case 5).",
    "id!* name!* start_date:d end_date:d is_standard_year:b year_type week_start_day period_id "
    f"system_modstamp:ts {_OF_CONNECTOR}",
)
DATED_CONVERSION_RATES = _table(
    "dated_conversion_rates",
    "Units of a currency per one unit of company currency, from a day on (case 4).",
    f"id iso_code!* conversion_rate!*:n start_date!*:d next_start_date:d {_OF_CONNECTOR}",
    open_ended=("start_date", "next_start_date"),
)
CURRENCY_TYPES = _table(
    "currency_types",
    "The static rate of each currency, for orgs that keep no dated ones (case 4).",
    "id iso_code!* conversion_rate!*:n decimal_places:i is_active:b is_corporate:b "
    f"system_modstamp:ts {_OF_CONNECTOR}",
)

OBJECTS: tuple[CrmObject, ...] = (
    CrmObject("Account", ACCOUNTS),
    CrmObject("AccountHistory", ACCOUNT_HISTORY),
    CrmObject("Contact", CONTACTS),
    CrmObject("Lead", LEADS),
    CrmObject("Opportunity", OPPORTUNITIES),
    CrmObject("OpportunityHistory", OPPORTUNITY_HISTORY),
    CrmObject("OpportunityFieldHistory", OPPORTUNITY_FIELD_HISTORY),
    CrmObject("User", USERS),
    CrmObject("UserRole", USER_ROLES),
    CrmObject("Group", GROUPS),
    CrmObject("Task", TASKS),
    CrmObject("Event", EVENTS),
    CrmObject("OpportunityPartner", OPPORTUNITY_PARTNERS),
    CrmObject("AccountPartner", ACCOUNT_PARTNERS),
    CrmObject("OpportunitySplit", OPPORTUNITY_SPLITS),
    CrmObject("OpportunitySplitType", OPPORTUNITY_SPLIT_TYPES),
    CrmObject("ForecastingQuota", FORECASTING_QUOTAS),
    CrmObject("Period", PERIODS),
    CrmObject("FiscalYearSettings", FISCAL_YEAR_SETTINGS),
    CrmObject("DatedConversionRate", DATED_CONVERSION_RATES),
    CrmObject("CurrencyType", CURRENCY_TYPES),
)

TABLES: tuple[Table, ...] = tuple(each.table for each in OBJECTS)

# In history mode a connector keeps the versions of an object in a table called its history, whose
# columns are those of the object itself.
_VERSIONED = {"AccountHistory": "Account", "OpportunityHistory": "Opportunity"}
_BEGIN_OF_VERSION = "_fivetran_start"


def object_behind_history(found: CrmObject, header_line: str) -> CrmObject:
    """The object whose versions a file holds: `found`, or the one that it is the history of.

    `header_line`: the first line of the file, which tells a connector's history mode from the
    CRM's own history objects.
    """
    if _BEGIN_OF_VERSION not in header_line.lower():
        return found
    name = _VERSIONED.get(found.name, found.name)
    return next(each for each in OBJECTS if each.name == name)
