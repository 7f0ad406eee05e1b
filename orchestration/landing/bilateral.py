"""A partner's own account list: one feed per partner, whose YAML names the partner."""

from __future__ import annotations

from orchestration.landing.contracts import Table, columns_of

SOURCE = "bilateral"

PARTNER_STATES = ("customer", "former_customer", "open_opportunity", "prospect")

# A status that nobody mapped refuses the whole file: a list read without its customers would
# look like a partner who lost them all.
PARTNER_ACCOUNTS = Table(
    SOURCE,
    "partner_accounts",
    "Accounts as the partner knows them, with the partner's state of each.",
    columns_of(
        "partner_id* partner_account_id!* account_name!* website country state city industry "
        "employees:i duns phone status!* customer_since:d owner_name owner_email "
        "parent_partner_account_id crm_account_id as_of_date:d",
        vocabularies={"status": PARTNER_STATES},
    ),
    refuse_unknown_values=True,
)

TABLES: tuple[Table, ...] = (PARTNER_ACCOUNTS,)
