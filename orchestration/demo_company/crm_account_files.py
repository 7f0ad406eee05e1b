"""Salesforce exports of Account, Contact and Lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo_company.accounts import (
    ACCOUNT_TYPES,
    PARTNER,
    duns_values,
    website,
    written_name,
)
from orchestration.demo_company.arrow_text import (
    booleans,
    day_text,
    integers,
    joined,
    masked,
    pick,
    salesforce_stamp,
)
from orchestration.demo_company.clock import Moments, local_day
from orchestration.demo_company.crm_export import (
    Rows,
    export,
    monthly,
    newest_per_landing,
    person_names,
    weekly,
)
from orchestration.demo_company.identifiers import (
    ACCOUNT,
    CONTACT,
    LEAD,
    OPPORTUNITY,
    USER,
    dashed_duns,
    digits,
    salesforce_ids,
)
from orchestration.demo_company.inbox import Inbox, landing_of
from orchestration.demo_company.money import CURRENCIES
from orchestration.demo_company.opportunities import LEAD_SOURCES
from orchestration.demo_company.story import Story


def write_accounts(inbox: Inbox, story: Story) -> None:
    """Every change of an account: type, owner, website, merge."""
    states = story.account_states
    number, at = states["account"].to_numpy(), states["at"].to_numpy()
    landing = weekly(number, at, story.exports)
    export(inbox, story.landings, "Account", landing, lambda rows: _account_table(story, rows))


def _account_table(story: Story, rows: Rows) -> pa.Table:
    accounts, companies = story.accounts, story.companies
    states = story.account_states.iloc[rows]
    account = states["account"].to_numpy().astype(np.int64)
    company = accounts.company[account]
    types, master = states["type"].to_numpy(), states["master"].to_numpy()
    parent = accounts.parent[account]
    stamps = salesforce_stamp(states["at"].to_numpy())
    revenue = companies.employees[company].astype(np.int64) * (110_000 + company % 97 * 1_500)
    return pa.table(
        {
            "Id": salesforce_ids(ACCOUNT, account),
            "IsDeleted": booleans(states["deleted"].to_numpy()),
            "MasterRecordId": salesforce_ids(ACCOUNT, np.maximum(master, 0), master >= 0),
            "Name": written_name(companies, company, accounts.name[account]),
            "Type": pick(ACCOUNT_TYPES, types),
            "ParentId": salesforce_ids(ACCOUNT, np.maximum(parent, 0), parent >= 0),
            "BillingCity": companies.cities(company),
            "BillingState": companies.states(company),
            "BillingCountry": companies.countries(company),
            "Phone": masked(companies.phones(company), account % 9 != 0),
            "Website": website(companies, company, states["site"].to_numpy()),
            "Industry": masked(companies.industries(company), account % 13 != 0),
            "AnnualRevenue": masked(integers(revenue), account % 4 != 0),
            "NumberOfEmployees": masked(companies.headcounts(company), account % 11 != 0),
            "DunsNumber": _duns_as_typed(story, account),
            "IsPartner": booleans(types == PARTNER),
            "CurrencyIsoCode": pick(CURRENCIES, accounts.currency[account]),
            "OwnerId": salesforce_ids(USER, states["owner"].to_numpy()),
            "CreatedDate": salesforce_stamp(accounts.created_at[account]),
            "LastModifiedDate": stamps,
            "SystemModstamp": stamps,
        }
    )


def _duns_as_typed(story: Story, account: Rows) -> pa.Array:
    """One in five is typed with dashes."""
    accounts = story.accounts
    duns = duns_values(story.companies, accounts.company[account], accounts.duns[account])
    known = duns >= 0
    return pc.if_else(
        pa.array(account % 5 == 0),
        dashed_duns(np.maximum(duns, 0), known),
        digits(np.maximum(duns, 0), 9, known),
    )


def write_contacts(inbox: Inbox, story: Story) -> None:
    """People at accounts; one who moved to another account has two versions (case 17)."""
    contacts = story.contacts
    numbers, modified = contacts["number"].to_numpy(), contacts["modified"].to_numpy()
    order = np.lexsort((modified, numbers))
    landing = monthly(landing_of(modified[order], story.exports), story.landings)
    landing = newest_per_landing(numbers[order], landing, len(story.landings))
    in_file_order = np.empty_like(landing)
    in_file_order[order] = landing
    export(
        inbox,
        story.landings,
        "Contact",
        in_file_order,
        lambda rows: _contact_table(story, rows),
    )


def _contact_table(story: Story, rows: Rows) -> pa.Table:
    part = story.contacts.iloc[rows]
    account, number = part["account"].to_numpy(), part["number"].to_numpy()
    company = story.accounts.company[account]
    given, family = person_names(number, 3)
    return pa.table(
        {
            "Id": salesforce_ids(CONTACT, number),
            "AccountId": salesforce_ids(ACCOUNT, account),
            "Name": joined(given, " ", family),
            "Email": masked(_email(story, given, family, company), number % 8 != 0),
            "Phone": masked(story.companies.phones(company), number % 3 != 0),
            "IsDeleted": booleans(np.zeros(len(rows))),
            "CreatedDate": salesforce_stamp(part["created"].to_numpy()),
            "SystemModstamp": salesforce_stamp(part["modified"].to_numpy()),
        }
    )


def _email(story: Story, given: pa.Array, family: pa.Array, company: Rows) -> pa.Array:
    local = joined(pc.utf8_lower(given), ".", pc.utf8_lower(family))
    return joined(local, "@", story.companies.domains(company))


@dataclass(frozen=True)
class _LeadStates:
    """A converted lead has two states: as it came, and as it was converted."""

    number: npt.NDArray[np.int64]
    is_converted: npt.NDArray[np.bool_]
    at: Moments


def write_leads(inbox: Inbox, story: Story) -> None:
    """Leads, those that partners created among them."""
    converted_at = story.leads["converted"].to_numpy()
    count = len(converted_at)
    number = np.concatenate([np.arange(count), np.flatnonzero(converted_at >= 0)])
    is_converted = np.arange(len(number)) >= count
    created_at = story.leads["created"].to_numpy()
    at = np.where(is_converted, converted_at[number], created_at[number])
    order = np.lexsort((at, number))
    states = _LeadStates(number[order], is_converted[order], at[order])
    landing = monthly(landing_of(states.at, story.exports), story.landings)
    landing = newest_per_landing(states.number, landing, len(story.landings))
    export(inbox, story.landings, "Lead", landing, lambda rows: _lead_table(story, states, rows))


def _lead_table(story: Story, states: _LeadStates, rows: Rows) -> pa.Table:
    which, done, at = states.number[rows], states.is_converted[rows], states.at[rows]
    part: pd.DataFrame = story.leads.iloc[which]
    account, deal = part["account"].to_numpy(), part["opportunity"].to_numpy()
    partner = part["partner"].to_numpy()
    company = story.accounts.company[account]
    partner_account = np.array(story.partner_accounts)[np.maximum(partner, 0)]
    development = np.array([person.number for person in story.org.of_kind("development")])
    given, family = person_names(which, 5)
    return pa.table(
        {
            "Id": salesforce_ids(LEAD, which),
            "Name": joined(given, " ", family),
            "Company": story.companies.brands(company),
            "Email": _email(story, given, family, company),
            "Website": masked(story.companies.domains(company), which % 4 != 0),
            "OwnerId": salesforce_ids(USER, development[which % len(development)]),
            "LeadSource": pick(LEAD_SOURCES, part["source"].to_numpy()),
            "Status": pick(("Open - Not Contacted", "Closed - Converted"), done.astype(np.int64)),
            "IsConverted": booleans(done),
            "ConvertedDate": day_text(local_day(at), done),
            "ConvertedAccountId": salesforce_ids(ACCOUNT, account, done),
            "ConvertedContactId": pa.nulls(len(rows), pa.string()),
            "ConvertedOpportunityId": salesforce_ids(OPPORTUNITY, np.maximum(deal, 0), done),
            "Partner_Account__c": salesforce_ids(ACCOUNT, partner_account, partner >= 0),
            "CreatedDate": salesforce_stamp(part["created"].to_numpy()),
            "IsDeleted": booleans(np.zeros(len(rows))),
            "SystemModstamp": salesforce_stamp(at),
        }
    )
