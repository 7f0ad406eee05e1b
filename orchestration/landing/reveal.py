"""Reveal: a partner's accounts as a mapped CSV, with a status and a flag for open deals.

Its headers are whatever the export was set to, so only the feed's `columns:` knows them. Accounts
that the partner keeps private are left out by design: absence is never "not an account".
"""

from __future__ import annotations

from orchestration.landing.contracts import Table, columns_of

SOURCE = "reveal"

ACCOUNTS = Table(
    SOURCE,
    "accounts",
    "Accounts of partners with Reveal's status; an open deal is a flag beside it.",
    columns_of(
        "feed_partner_id partner_name partner_account_id account_name!* website status!* "
        "has_open_deal:b crm_account_id country industry employees:i duns phone customer_since:d "
        "owner_name owner_email",
        vocabularies={"status": ("customer", "prospect", "partner")},
        also={
            "account_name": "company_name company",
            "website": "company_website domain company_domain",
            "status": "account_status",
            "has_open_deal": "open_deal open_opportunity has_open_opportunity open_deal_flag",
            "owner_name": "account_owner account_owner_name",
            "owner_email": "account_owner_email",
            "employees": "number_of_employees",
        },
        spellings={"status": {"customers": "customer", "prospects": "prospect"}},
    ),
    at_least_one_of=(("feed_partner_id", "partner_name"),),
    refuse_unknown_values=True,
)

TABLES: tuple[Table, ...] = (ACCOUNTS,)
