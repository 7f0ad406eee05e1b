"""Salesforce object exports: which object fills which table.

The file's stem names the object (`Account.csv`, `Account_2026-02-09.csv`,
`opportunity_extract.csv`); headers are the API names. Custom fields are kept in `_extra`, or
mapped to a declared column by the feed's `columns:`.
"""

from __future__ import annotations

import re

from orchestration.landing.contracts import Column, Table, columns_of

SOURCE = "salesforce"


def _object_table(
    object_name: str, name: str, description: str, columns: tuple[Column, ...]
) -> Table:
    return Table(SOURCE, name, description, columns, object_name=object_name)


TABLES: tuple[Table, ...] = (
    _object_table(
        "Account",
        "accounts",
        "Companies in the CRM; a merged one carries the id of its survivor.",
        columns_of(
            "id!* name!* type parent_id owner_id website industry number_of_employees:i "
            "annual_revenue:n billing_country billing_state billing_city phone duns_number "
            "is_partner:b currency_iso_code is_deleted:b master_record_id created_date:ts "
            "last_modified_date:ts system_modstamp:ts sixsense_intent_score:n "
            "sixsense_buying_stage",
            # 6sense writes its scores into fields of the account.
            also={
                "sixsense_intent_score": "accountintentscore6sense__c",
                "sixsense_buying_stage": "accountbuyingstage6sense__c",
            },
        ),
    ),
    _object_table(
        "Contact",
        "contacts",
        "People at accounts.",
        columns_of(
            "id!* account_id name email phone is_deleted:b created_date:ts system_modstamp:ts"
        ),
    ),
    _object_table(
        "Lead",
        "leads",
        "Leads and what they were converted to (case 17).",
        columns_of(
            "id!* company name email website owner_id lead_source status is_converted:b "
            "converted_date:d converted_account_id converted_contact_id "
            "converted_opportunity_id partner_account_id created_date:ts is_deleted:b "
            "system_modstamp:ts"
        ),
    ),
    _object_table(
        "Opportunity",
        "opportunities",
        "Deals in their present state.",
        columns_of(
            "id!* account_id name stage_name!* amount:n probability:n close_date!*:d type "
            "lead_source next_step is_closed:b is_won:b owner_id created_date!*:ts "
            "last_modified_date:ts last_activity_date:d push_count:i currency_iso_code "
            "forecast_category campaign_id is_deleted:b system_modstamp:ts"
        ),
    ),
    _object_table(
        "OpportunityHistory",
        "opportunity_history",
        "One row per change of stage, amount, probability or close date; has no owner.",
        columns_of(
            "id!* opportunity_id!* stage_name amount:n probability:n close_date:d "
            "forecast_category created_by_id created_date!*:ts is_deleted:b system_modstamp:ts"
        ),
    ),
    _object_table(
        "OpportunityFieldHistory",
        "opportunity_field_history",
        "One row per change of a tracked field; covers the time since tracking was switched on.",
        columns_of(
            "id!* opportunity_id!* field!* old_value new_value created_by_id "
            "created_date!*:ts is_deleted:b"
        ),
    ),
    _object_table(
        "User",
        "users",
        "CRM users in their present state.",
        columns_of(
            "id!* name!* email is_active:b manager_id user_role_id profile_id user_type title "
            "country default_currency_iso_code created_date:ts system_modstamp:ts"
        ),
    ),
    _object_table(
        "UserRole",
        "user_roles",
        "The tree of roles (who may see whose data).",
        columns_of("id!* name!* developer_name parent_role_id rollup_description"),
    ),
    _object_table(
        "Task",
        "tasks",
        "Calls, mails and to-dos; activity_date is typed by people, created_date is not (case 15).",
        columns_of(
            "id!* who_id what_id account_id owner_id subject activity_date:d status type "
            "task_subtype is_closed:b completed_date_time:ts created_date:ts is_deleted:b "
            "is_recurrence:b recurrence_activity_id partner_account_id system_modstamp:ts"
        ),
    ),
    _object_table(
        "Event",
        "events",
        "Meetings; a group event has one child row per attendee.",
        columns_of(
            "id!* who_id what_id account_id owner_id subject activity_date:d "
            "activity_date_time:ts start_date_time:ts end_date_time:ts duration_in_minutes:i "
            "type event_subtype show_as is_child:b is_group_event:b group_event_type "
            "is_recurrence:b recurrence_activity_id created_date:ts is_deleted:b "
            "partner_account_id system_modstamp:ts"
        ),
    ),
    _object_table(
        "OpportunityPartner",
        "opportunity_partners",
        "Partner roles on deals: a claim and a tie-break, never a touch.",
        columns_of(
            "id!* opportunity_id!* account_to_id!* role is_primary:b created_date:ts is_deleted:b"
        ),
    ),
    _object_table(
        "DatedConversionRate",
        "dated_conversion_rates",
        "Units of a currency per one unit of company currency, from a day on (case 4).",
        columns_of(
            "id iso_code!* conversion_rate!*:n start_date!*:d next_start_date:d",
            open_ended=("start_date", "next_start_date"),
        ),
    ),
)

OBJECT_NAMES: tuple[str, ...] = tuple(str(table.object_name) for table in TABLES)


def table_of_file(stem: str) -> Table | None:
    """The table that a file of this stem fills, None when the stem names no known object.

    The object's name ends at the first `_`, `-`, `.` or blank, in any case of letters.
    """
    named = re.split(r"[_\-. ]", stem, maxsplit=1)[0].lower()
    for table in TABLES:
        if str(table.object_name).lower() == named:
            return table
    return None
