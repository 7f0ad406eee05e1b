"""The CRM's weekly exports: a full one first, then per object what changed since (SystemModstamp).

One function per object turns rows of the story into a table with Salesforce's headers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
from orchestration.demo_company.activities import LastActivity, last_activity
from orchestration.demo_company.arrow_text import (
    booleans,
    chosen_by,
    constant,
    day_text,
    integers,
    joined,
    masked,
    money,
    pick,
    salesforce_stamp,
)
from orchestration.demo_company.clock import (
    FINAL_LANDING,
    Moments,
    local_day,
    moment,
)
from orchestration.demo_company.identifiers import (
    ACCOUNT,
    CONTACT,
    CONVERSION_RATE,
    EVENT,
    FIELD_HISTORY,
    LEAD,
    OPPORTUNITY,
    OPPORTUNITY_HISTORY,
    OPPORTUNITY_PARTNER,
    TASK,
    USER,
    dashed_duns,
    digits,
    salesforce_ids,
)
from orchestration.demo_company.inbox import Inbox, chunks, landing_of, slices
from orchestration.demo_company.money import (
    CURRENCIES,
    MICRO,
    month_first_day,
)
from orchestration.demo_company.names import FAMILY_NAMES, GIVEN_NAMES, NEXT_STEPS, PRODUCTS
from orchestration.demo_company.opportunities import (
    AMOUNT,
    CLOSE,
    CREATED,
    FORECASTS,
    LEAD_SOURCES,
    LOST_STAGE,
    NULL_AMOUNT,
    OPPORTUNITY_TYPES,
    OWNER,
    PROBABILITIES,
    PUSH,
    RENAMED_STAGE,
    REOPEN,
    STAGE,
    STAGES,
    WON_STAGE,
    owner_history,
    rows_noise,
)
from orchestration.demo_company.people import Organisation
from orchestration.demo_company.story import Story, Tell
from orchestration.demo_company.touches import ROLES

FEED = "salesforce"
STAGE_RENAMED_AT = int(moment(20_361, 0))  # 2025-09-30: until then stage 4 had its older name
Rows = npt.NDArray[np.int64]
Build = Callable[[Rows], pa.Table]


def write_salesforce(inbox: Inbox, story: Story, progress: Tell) -> None:
    """Every object's exports of every landing."""
    progress("Salesforce accounts and people", 0.32)
    _write_accounts(inbox, story)
    _write_users(inbox, story)
    _write_contacts_and_leads(inbox, story)
    _write_rates(inbox, story)
    progress("Salesforce opportunities", 0.4)
    latest = last_activity(story.ordinary, story.extra_activities)
    _write_opportunities(inbox, story, latest)
    _write_roles_on_deals(inbox, story)
    progress("Salesforce activities", 0.55)
    _write_activities(inbox, story)


def _export(
    inbox: Inbox, story: Story, object_name: str, landing: npt.NDArray[np.int64], build: Build
) -> None:
    """Write the rows of each landing; a landing without rows has no file."""
    for number, rows in enumerate(slices(landing, len(story.landings))):
        if len(rows):
            day_number = int(story.landings[number])
            name = f"{object_name}.csv"
            inbox.write_csv(
                FEED, day_number, name, (build(part) for part in chunks(rows)), object_name
            )


def _newest_per_landing(
    keys: npt.NDArray, moments: Moments, exports: Moments
) -> npt.NDArray[np.int64]:
    """The landing of each state, or one too late where a newer state comes in the same landing."""
    landing = landing_of(moments, exports)
    overtaken = np.append((keys[1:] == keys[:-1]) & (landing[1:] == landing[:-1]), False)
    return np.where(overtaken, len(exports), landing)


def _table(**columns: pa.Array) -> pa.Table:
    return pa.table(columns)


def _write_accounts(inbox: Inbox, story: Story) -> None:
    accounts, companies, states = story.accounts, story.companies, story.account_states
    number, at = states["account"].to_numpy(), states["at"].to_numpy()

    def build(rows: Rows) -> pa.Table:
        account = number[rows].astype(np.int64)
        company = accounts.company[account]
        types = states["type"].to_numpy()[rows]
        master = states["master"].to_numpy()[rows]
        duns = duns_values(companies, company, accounts.duns[account])
        stamps = salesforce_stamp(at[rows])
        revenue = companies.employees[company].astype(np.int64) * (110_000 + company % 97 * 1_500)
        return _table(
            Id=salesforce_ids(ACCOUNT, account),
            IsDeleted=booleans(states["deleted"].to_numpy()[rows]),
            MasterRecordId=salesforce_ids(ACCOUNT, np.maximum(master, 0), master >= 0),
            Name=written_name(companies, company, accounts.name[account]),
            Type=pick(ACCOUNT_TYPES, types),
            ParentId=salesforce_ids(
                ACCOUNT, np.maximum(accounts.parent[account], 0), accounts.parent[account] >= 0
            ),
            BillingCity=companies.cities(company),
            BillingState=companies.states(company),
            BillingCountry=companies.countries(company),
            Phone=masked(companies.phones(company), account % 9 != 0),
            Website=website(companies, company, states["site"].to_numpy()[rows]),
            Industry=masked(companies.industries(company), account % 13 != 0),
            AnnualRevenue=masked(integers(revenue), account % 4 != 0),
            NumberOfEmployees=masked(companies.headcounts(company), account % 11 != 0),
            DunsNumber=pc.if_else(
                pa.array(account % 5 == 0),
                dashed_duns(np.maximum(duns, 0), duns >= 0),
                digits(np.maximum(duns, 0), 9, duns >= 0),
            ),
            IsPartner=booleans(types == PARTNER),
            CurrencyIsoCode=pick(CURRENCIES, accounts.currency[account]),
            OwnerId=salesforce_ids(USER, states["owner"].to_numpy()[rows]),
            CreatedDate=salesforce_stamp(accounts.created_at[account]),
            LastModifiedDate=stamps,
            SystemModstamp=stamps,
        )

    _export(inbox, story, "Account", _newest_per_landing(number, at, story.exports), build)


def user_states(org: Organisation) -> pd.DataFrame:
    """Every state of every user: user, at, manager, role, active, title."""
    rows = []
    for person in org.people:
        changes = {person.hired_on}
        changes |= {on for on, _ in person.managers} | {on for on, _ in person.roles}
        changes |= {on for on, _ in person.titles}
        is_leaver = person.left_on <= FINAL_LANDING
        if is_leaver:
            changes.add(person.left_on)
        for on in sorted(changes):
            role = max((r for r in person.roles if r[0] <= on), default=(0, -1))[1]
            title = max((x for x in person.titles if x[0] <= on), default=(0, person.title))[1]
            active = not (is_leaver and on >= person.left_on)
            hour = 8 if on == person.hired_on else 18
            at = int(moment(on, hour * 3600))
            rows.append((person.number, at, person.manager_on(on), role, active, title))
    return pd.DataFrame(rows, columns=["user", "at", "manager", "role", "active", "title"])


def _write_users(inbox: Inbox, story: Story) -> None:
    people = story.org.people
    states = user_states(story.org)
    users, at = states["user"].to_numpy(), states["at"].to_numpy()
    manager, role = states["manager"].to_numpy(), states["role"].to_numpy()
    created = moment(np.array([p.hired_on for p in people]), 8 * 3600)

    def build(rows: Rows) -> pa.Table:
        user = users[rows]
        stamps = salesforce_stamp(at[rows])
        return _table(
            Id=salesforce_ids(USER, user),
            Name=pick([p.name for p in people], user),
            Email=pick([p.email for p in people], user),
            IsActive=booleans(states["active"].to_numpy()[rows]),
            ManagerId=salesforce_ids(USER, np.maximum(manager[rows], 0), manager[rows] >= 0),
            UserRoleId=salesforce_ids("00E", np.maximum(role[rows], 0), role[rows] >= 0),
            ProfileId=salesforce_ids("00e", np.zeros(len(rows), np.int64)),
            UserType=constant("Standard", len(rows)),
            Title=pc.if_else(
                pc.equal(pa.array(states["title"].to_numpy()[rows], pa.string()), ""),
                pa.scalar(None, pa.string()),
                pa.array(states["title"].to_numpy()[rows], pa.string()),
            ),
            Country=pick([p.country for p in people], user),
            DefaultCurrencyIsoCode=pick([p.currency for p in people], user),
            CreatedDate=salesforce_stamp(created[user]),
            SystemModstamp=stamps,
        )

    _export(inbox, story, "User", _newest_per_landing(users, at, story.exports), build)
    roles = story.org.roles
    parents = np.array([role.parent for role in roles])
    table = _table(
        Id=salesforce_ids("00E", np.arange(len(roles))),
        Name=pa.array([role.name for role in roles]),
        DeveloperName=pa.array([role.name.replace(" ", "_").replace("&", "and") for role in roles]),
        ParentRoleId=salesforce_ids("00E", np.maximum(parents, 0), parents >= 0),
        RollupDescription=pa.array([role.name for role in roles]),
    )
    inbox.write_csv(FEED, int(story.landings[0]), "UserRole.csv", [table], "UserRole")


def person_names(numbers: npt.NDArray, salt: int) -> tuple[pa.Array, pa.Array]:
    """Given and family names drawn by number."""
    noise = rows_noise(numbers, salt)
    given = pick(GIVEN_NAMES, noise % len(GIVEN_NAMES))
    return given, pick(FAMILY_NAMES, (noise >> 12) % len(FAMILY_NAMES))


def _monthly(landing: npt.NDArray[np.int64], story: Story) -> npt.NDArray[np.int64]:
    """Slow objects are extracted on the first Monday of a month, and on the last landings."""
    days = story.landings
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    taken = np.unique(months, return_index=True)[1]
    taken = np.unique(np.concatenate([taken, np.arange(max(len(days) - 5, 0), len(days))]))
    position = np.searchsorted(taken, landing)
    inside = position < len(taken)
    return np.where(inside, taken[np.minimum(position, len(taken) - 1)], len(days))


def _write_contacts_and_leads(inbox: Inbox, story: Story) -> None:
    companies, accounts = story.companies, story.accounts
    contacts = story.contacts

    numbers = contacts["number"].to_numpy()

    def contact(rows: Rows) -> pa.Table:
        account, number = contacts["account"].to_numpy()[rows], numbers[rows]
        company = accounts.company[account]
        given, family = person_names(number, 3)
        email = joined(
            pc.utf8_lower(given), ".", pc.utf8_lower(family), "@", companies.domains(company)
        )
        return _table(
            Id=salesforce_ids(CONTACT, number),
            AccountId=salesforce_ids(ACCOUNT, account),
            Name=joined(given, " ", family),
            Email=masked(email, number % 8 != 0),
            Phone=masked(companies.phones(company), number % 3 != 0),
            IsDeleted=booleans(np.zeros(len(rows))),
            CreatedDate=salesforce_stamp(contacts["created"].to_numpy()[rows]),
            SystemModstamp=salesforce_stamp(contacts["modified"].to_numpy()[rows]),
        )

    landing = _monthly(landing_of(contacts["modified"].to_numpy(), story.exports), story)
    moved = pd.Series(numbers).groupby([numbers, landing]).transform("size").to_numpy() > 1
    first = moved & ~pd.Series(numbers).duplicated(keep="first").to_numpy()
    landing = np.where(first, len(story.landings), landing)
    _export(inbox, story, "Contact", landing, contact)

    leads = story.leads
    count = len(leads)
    converted_at = leads["converted"].to_numpy()
    # each converted lead has two states: as it came, and as it was converted
    number = np.concatenate([np.arange(count), np.flatnonzero(converted_at >= 0)])
    is_converted = np.arange(len(number)) >= count
    at = np.where(is_converted, converted_at[number], leads["created"].to_numpy()[number])
    order = np.lexsort((at, number))
    number, is_converted, at = number[order], is_converted[order], at[order]
    development = np.array([p.number for p in story.org.of_kind("development")])
    partner_accounts = np.array(story.partner_accounts)

    def lead(rows: Rows) -> pa.Table:
        which, done = number[rows], is_converted[rows]
        row = leads.iloc[which]
        account = row["account"].to_numpy()
        company = accounts.company[account]
        partner = row["partner"].to_numpy()
        deal = row["opportunity"].to_numpy()
        given, family = person_names(which, 5)
        domain = companies.domains(company)
        email = joined(pc.utf8_lower(given), ".", pc.utf8_lower(family), "@", domain)
        return _table(
            Id=salesforce_ids(LEAD, which),
            Name=joined(given, " ", family),
            Company=companies.brands(company),
            Email=email,
            Website=masked(domain, which % 4 != 0),
            OwnerId=salesforce_ids(USER, development[which % len(development)]),
            LeadSource=pick(LEAD_SOURCES, row["source"].to_numpy()),
            Status=pick(("Open - Not Contacted", "Closed - Converted"), done.astype(np.int64)),
            IsConverted=booleans(done),
            ConvertedDate=day_text(local_day(at[rows]), done),
            ConvertedAccountId=salesforce_ids(ACCOUNT, account, done),
            ConvertedContactId=pa.nulls(len(rows), pa.string()),
            ConvertedOpportunityId=salesforce_ids(OPPORTUNITY, np.maximum(deal, 0), done),
            Partner_Account__c=salesforce_ids(
                ACCOUNT, partner_accounts[np.maximum(partner, 0)], partner >= 0
            ),
            CreatedDate=salesforce_stamp(row["created"].to_numpy()),
            IsDeleted=booleans(np.zeros(len(rows))),
            SystemModstamp=salesforce_stamp(at[rows]),
        )

    landing = _monthly(landing_of(at, story.exports), story)
    overtaken = np.append((number[1:] == number[:-1]) & (landing[1:] == landing[:-1]), False)
    _export(inbox, story, "Lead", np.where(overtaken, len(story.landings), landing), lead)


def _write_rates(inbox: Inbox, story: Story) -> None:
    """Each month's rates arrive with the first landing of the month; the opening has the past.

    The plan year is published ahead, so a later export of a month restates its first guess; the
    rate of a month that has begun is final (case 4 plants the one exception).
    """
    months = np.arange(story.rates.months)
    first_days = np.array([month_first_day(int(m)) for m in months])
    known_at = np.searchsorted(story.landings, first_days, "left")
    landing = np.minimum(known_at, len(story.landings) - 1)
    opening = first_days <= story.landings[0]
    landing = np.where(opening, 0, landing)
    for number in np.unique(landing):
        part = months[landing == number]
        pairs = [(currency, int(m)) for m in part for currency in range(len(CURRENCIES))]
        _write_rate_rows(inbox, int(story.landings[number]), pairs, story.rates.micro)
    restated = story.template_rows.get("restated_rates", [])
    for row in restated:
        micro = story.rates.micro.copy()
        pair = (int(str(row["currency"])), int(str(row["month"])))
        micro[pair] = int(str(row["micro"]))
        landing_day = int(story.landings[np.searchsorted(story.landings, int(str(row["landing"])))])
        _write_rate_rows(inbox, landing_day, [pair], micro, "_restated")


def _write_rate_rows(
    inbox: Inbox,
    landing: int,
    pairs: list[tuple[int, int]],
    micro: npt.NDArray[np.int64],
    suffix: str = "",
) -> None:
    currency = np.array([pair[0] for pair in pairs])
    month = np.array([pair[1] for pair in pairs])
    rate = micro[currency, month]
    first = np.array([month_first_day(int(m)) for m in month])
    following = np.array([month_first_day(int(m) + 1) for m in month])
    fraction = digits(rate % MICRO, 6)
    table = _table(
        Id=salesforce_ids(CONVERSION_RATE, month * 10 + currency),
        IsoCode=pick(CURRENCIES, currency),
        ConversionRate=joined(integers(rate // MICRO), ".", fraction),
        StartDate=day_text(first),
        NextStartDate=day_text(following),
    )
    name = f"DatedConversionRate{suffix}.csv"
    inbox.write_csv(FEED, landing, name, [table], "DatedConversionRate")


def _write_opportunities(inbox: Inbox, story: Story, latest: LastActivity) -> None:
    deals, companies, accounts, states = (
        story.deals,
        story.companies,
        story.accounts,
        story.deal_states,
    )
    number, at = states["opportunity"].to_numpy(), states["at"].to_numpy()
    stage, amount = states["stage"].to_numpy(), states["amount"].to_numpy()
    close_on, kind = states["close_on"].to_numpy(), states["kind"].to_numpy()
    owner, account = states["owner"].to_numpy(), states["account"].to_numpy()
    deleted, pushes = states["deleted"].to_numpy(), states["pushes"].to_numpy()
    probabilities = np.array(PROBABILITIES)

    def build(rows: Rows) -> pa.Table:
        deal = number[rows].astype(np.int64)
        company = accounts.company[deals.account[deal]]
        stages = stage[rows]
        types = deals.type[deal]
        stamps = salesforce_stamp(at[rows])
        landing = np.minimum(landing_of(at[rows], story.exports), len(story.landings) - 1)
        activity = latest.before(deal, story.landings[landing] - 1)
        is_closed = (stages == WON_STAGE) | (stages == LOST_STAGE)
        noise = rows_noise(deal + stages * 7, 11)
        has_step = ~is_closed & (noise % 7 != 0)
        step_on = local_day(at[rows]) + 3 + noise % 17
        step = joined(day_text(step_on), ": ", pick(NEXT_STEPS, noise % len(NEXT_STEPS)))
        return _table(
            Id=salesforce_ids(OPPORTUNITY, deal),
            IsDeleted=booleans(deleted[rows]),
            AccountId=salesforce_ids(ACCOUNT, account[rows]),
            Name=joined(
                companies.brands(company),
                " - ",
                pick(PRODUCTS, deals.product[deal]),
                pick(("", " Expansion", " Renewal", " (test)", " (internal)", ""), types),
            ),
            StageName=_stage_names(stages, at[rows]),
            Amount=money(np.maximum(amount[rows], -(10**15)), amount[rows] != NULL_AMOUNT),
            Probability=integers(probabilities[stages]),
            CloseDate=day_text(close_on[rows]),
            Type=pick(OPPORTUNITY_TYPES, types),
            NextStep=masked(step, has_step),
            LeadSource=pick(LEAD_SOURCES, deals.lead_source[deal]),
            IsClosed=booleans(is_closed),
            IsWon=booleans(stages == WON_STAGE),
            ForecastCategory=pick(FORECASTS, stages),
            CampaignId=pa.nulls(len(rows), pa.string()),
            OwnerId=salesforce_ids(USER, owner[rows]),
            CreatedDate=salesforce_stamp(deals.created_at[deal]),
            LastModifiedDate=stamps,
            LastActivityDate=day_text(np.maximum(activity, 0), activity >= 0),
            PushCount=integers(pushes[rows]),
            CurrencyIsoCode=pick(CURRENCIES, deals.currency[deal]),
            SystemModstamp=stamps,
        )

    _export(inbox, story, "Opportunity", _newest_per_landing(number, at, story.exports), build)

    tracked = np.flatnonzero(np.isin(kind, (CREATED, STAGE, AMOUNT, PUSH, CLOSE, REOPEN)))
    tracked = tracked[np.argsort(at[tracked], kind="stable")]

    def history(rows: Rows) -> pa.Table:
        state = tracked[rows]
        stamps = salesforce_stamp(at[state])
        return _table(
            Id=salesforce_ids(OPPORTUNITY_HISTORY, rows),
            OpportunityId=salesforce_ids(OPPORTUNITY, number[state]),
            StageName=_stage_names(stage[state], at[state]),
            Amount=money(np.maximum(amount[state], -(10**15)), amount[state] != NULL_AMOUNT),
            Probability=integers(probabilities[stage[state]]),
            CloseDate=day_text(close_on[state]),
            ForecastCategory=pick(FORECASTS, stage[state]),
            CreatedById=salesforce_ids(USER, owner[state]),
            CreatedDate=stamps,
            IsDeleted=booleans(np.zeros(len(rows))),
            SystemModstamp=stamps,
        )

    landing = landing_of(at[tracked], story.exports)
    _export(inbox, story, "OpportunityHistory", landing, history)

    # an owner change is two rows: names and ids
    handed = np.flatnonzero(kind == OWNER)
    handed = np.repeat(handed[np.argsort(at[handed], kind="stable")], 2)
    names = pa.array([person.name for person in story.org.people])

    def field_history(rows: Rows) -> pa.Table:
        state = handed[rows]
        as_id = rows % 2 == 1
        old, new = owner[state - 1], owner[state]
        return _table(
            Id=salesforce_ids(FIELD_HISTORY, rows),
            OpportunityId=salesforce_ids(OPPORTUNITY, number[state]),
            Field=constant("Owner", len(rows)),
            OldValue=pc.if_else(pa.array(as_id), salesforce_ids(USER, old), pick(names, old)),
            NewValue=pc.if_else(pa.array(as_id), salesforce_ids(USER, new), pick(names, new)),
            CreatedById=salesforce_ids(USER, old),
            CreatedDate=salesforce_stamp(at[state]),
            IsDeleted=booleans(np.zeros(len(rows))),
        )

    landing = landing_of(at[handed], story.exports)
    _export(inbox, story, "OpportunityFieldHistory", landing, field_history)


def _stage_names(stages: npt.NDArray, at: Moments) -> pa.Array:
    """Stage 4 had another name until the sales process was renamed (case 28)."""
    return pick(STAGES, np.where((stages == 4) & (at < STAGE_RENAMED_AT), RENAMED_STAGE, stages))


def _write_roles_on_deals(inbox: Inbox, story: Story) -> None:
    roles = story.partner_story.roles
    accounts = np.array(story.partner_accounts)

    def build(rows: Rows) -> pa.Table:
        part = roles.iloc[rows]
        return _table(
            Id=salesforce_ids(OPPORTUNITY_PARTNER, rows),
            OpportunityId=salesforce_ids(OPPORTUNITY, part["opportunity"].to_numpy()),
            AccountToId=salesforce_ids(ACCOUNT, accounts[part["partner"].to_numpy()]),
            Role=pick(ROLES, part["role"].to_numpy()),
            IsPrimary=booleans(part["is_primary"].to_numpy()),
            CreatedDate=salesforce_stamp(part["created"].to_numpy()),
            IsDeleted=booleans(np.zeros(len(rows))),
        )

    landing = landing_of(roles["created"].to_numpy(), story.exports)
    _export(inbox, story, "OpportunityPartner", _monthly(landing, story), build)


_TASK_TYPES = ("Call", "Email", "Email", "Call", "Other", "Email")
_TASK_SUBJECTS = (
    "Call: discovery",
    "Email: follow-up",
    "Email: pricing question",
    "Call: status",
    "Prepare business case",
    "Email: sequence step",
)
_EVENT_TYPES = ("Meeting", "Demo", "Meeting", "Workshop")
_EVENT_SUBJECTS = ("Discovery meeting", "Product demo", "Weekly check-in", "Requirements workshop")


def _write_activities(inbox: Inbox, story: Story) -> None:
    ordinary = story.ordinary
    count = len(ordinary)
    owners = owner_history(story.deal_states)
    first_contact = np.full(len(story.accounts), -1, np.int64)
    contacts = story.contacts[(story.contacts["case"] == 0).to_numpy()]
    contact_accounts = contacts["account"].to_numpy()
    first_contact[contact_accounts[::-1]] = np.arange(len(contact_accounts))[::-1]
    contact_created = contacts["created"].to_numpy()
    left_at = moment(np.array([min(p.left_on, 40_000) for p in story.org.people]), 0)
    stand_in = story.org.of_kind("development")[0].number

    def common(rows: Rows) -> tuple[Rows, Rows, npt.NDArray, Moments, Rows]:
        link = ordinary.link[rows]
        on_deal = link >= 0
        deal = np.where(on_deal, link, -1).astype(np.int64)
        account = np.where(on_deal, story.deals.account[np.maximum(deal, 0)], -1 - link)
        recorded = ordinary.recorded(rows)
        owner = np.where(
            on_deal, owners.at(np.maximum(deal, 0), recorded), story.accounts.owner[account]
        )
        owner = np.where(recorded >= left_at[owner], stand_in, owner)
        contact = np.where(rows % 5 < 3, first_contact[account], -1)
        contact = np.where(contact_created[contact] < recorded, contact, -1)
        return deal, account.astype(np.int64), owner, recorded, contact

    def task(rows: Rows) -> pa.Table:
        deal, account, owner, recorded, contact = common(rows)
        kind = rows_noise(rows, 4) % len(_TASK_TYPES)
        is_sequence = kind == 5
        what = _what(deal, account)
        return _table(
            Id=salesforce_ids(TASK, rows),
            WhoId=salesforce_ids(CONTACT, np.maximum(contact, 0), contact >= 0),
            WhatId=what,
            AccountId=salesforce_ids(ACCOUNT, account),
            OwnerId=salesforce_ids(USER, owner),
            Subject=pick(_TASK_SUBJECTS, kind),
            ActivityDate=day_text(ordinary.day[rows]),
            Status=constant("Completed", len(rows)),
            Type=pick(_TASK_TYPES, kind),
            TaskSubtype=chosen_by(
                np.select(
                    [is_sequence, np.isin(kind, (1, 2)), np.isin(kind, (0, 3))], [0, 1, 2], 3
                ),
                {
                    0: constant("Cadence", len(rows)),
                    1: constant("Email", len(rows)),
                    2: constant("Call", len(rows)),
                    3: constant("Task", len(rows)),
                },
            ),
            IsClosed=booleans(np.ones(len(rows))),
            CompletedDateTime=salesforce_stamp(recorded),
            CreatedDate=salesforce_stamp(recorded),
            IsDeleted=booleans(np.zeros(len(rows))),
            IsRecurrence=booleans(np.zeros(len(rows))),
            RecurrenceActivityId=pa.nulls(len(rows), pa.string()),
            Partner_Account__c=pa.nulls(len(rows), pa.string()),
            SystemModstamp=salesforce_stamp(recorded),
        )

    def event(rows: Rows) -> pa.Table:
        deal, account, owner, recorded, contact = common(rows)
        kind = rows_noise(rows, 6) % len(_EVENT_TYPES)
        minutes = np.array([30, 60, 30, 90])[kind]
        starts = moment(ordinary.day[rows], 9 * 3600 + (rows % 11) * 1_800)
        return _table(
            Id=salesforce_ids(EVENT, rows),
            WhoId=salesforce_ids(CONTACT, np.maximum(contact, 0), contact >= 0),
            WhatId=_what(deal, account),
            AccountId=salesforce_ids(ACCOUNT, account),
            OwnerId=salesforce_ids(USER, owner),
            Subject=pick(_EVENT_SUBJECTS, kind),
            ActivityDate=day_text(ordinary.day[rows]),
            ActivityDateTime=salesforce_stamp(starts),
            StartDateTime=salesforce_stamp(starts),
            EndDateTime=salesforce_stamp(starts + minutes * 60),
            DurationInMinutes=integers(minutes),
            Type=pick(_EVENT_TYPES, kind),
            EventSubtype=constant("Event", len(rows)),
            ShowAs=constant("Busy", len(rows)),
            IsChild=booleans(np.zeros(len(rows))),
            IsGroupEvent=booleans(np.zeros(len(rows))),
            GroupEventType=constant("0", len(rows)),
            IsRecurrence=booleans(np.zeros(len(rows))),
            RecurrenceActivityId=pa.nulls(len(rows), pa.string()),
            CreatedDate=salesforce_stamp(recorded),
            IsDeleted=booleans(np.zeros(len(rows))),
            Partner_Account__c=pa.nulls(len(rows), pa.string()),
            SystemModstamp=salesforce_stamp(recorded),
        )

    extra = story.extra_activities
    is_event = ordinary.is_event
    landing = landing_of(ordinary.recorded(np.arange(count)), story.exports)
    extra_landing = landing_of(extra["recorded"].to_numpy(), story.exports)
    for name, wants_event, build, planted in (
        ("Task", False, task, _extra_task),
        ("Event", True, event, _extra_event),
    ):
        own = np.flatnonzero(is_event == wants_event)
        more = np.flatnonzero((extra["is_event"] == wants_event).to_numpy())
        parts = slices(landing[own], len(story.landings))
        more_parts = slices(extra_landing[more], len(story.landings))
        for number, (rows, more_rows) in enumerate(zip(parts, more_parts, strict=True)):
            if len(rows) + len(more_rows):
                tables = _ordinary_then_planted(story, build, own[rows], planted, more[more_rows])
                inbox.write_csv(FEED, int(story.landings[number]), f"{name}.csv", tables, name)


def _ordinary_then_planted(
    story: Story,
    build: Build,
    ordinary: Rows,
    build_planted: Callable[[Story, Rows], pa.Table],
    planted: Rows,
) -> Iterator[pa.Table]:
    """One landing's activities: the ordinary ones in chunks, then the partner activities."""
    for part in chunks(ordinary):
        yield build(part)
    if len(planted):
        yield build_planted(story, planted)


def _what(deal: Rows, account: Rows) -> pa.Array:
    """WhatId: the deal where there is one, else the account."""
    on_deal = deal >= 0
    return pc.if_else(
        pa.array(on_deal),
        salesforce_ids(OPPORTUNITY, np.maximum(deal, 0)),
        salesforce_ids(ACCOUNT, np.maximum(account, 0), account >= 0),
    )


def extra_activity_ids(story: Story, rows: npt.ArrayLike) -> pa.Array:
    """The CRM ids of partner and planted activities."""
    numbers = np.asarray(rows, np.int64)
    is_event = story.extra_activities["is_event"].to_numpy().astype(bool)[numbers]
    ids = numbers + len(story.ordinary)
    return pc.if_else(pa.array(is_event), salesforce_ids(EVENT, ids), salesforce_ids(TASK, ids))


def _partner_ids(story: Story, partner: npt.NDArray) -> pa.Array:
    accounts = np.array(story.partner_accounts)[np.maximum(partner, 0)]
    return salesforce_ids(ACCOUNT, accounts, partner >= 0)


def _extra_task(story: Story, rows: Rows) -> pa.Table:
    part = story.extra_activities.iloc[rows]
    closed = part["is_closed"].to_numpy().astype(bool)
    account = part["account"].to_numpy()
    recorded = part["recorded"].to_numpy()
    subtype = part["subtype"].to_numpy()
    recurs = part["recurs_from"].to_numpy().astype(np.int64)
    return _table(
        Id=extra_activity_ids(story, rows),
        WhoId=pa.array(part["who"].tolist(), pa.string()),
        WhatId=_what(part["opportunity"].to_numpy(), account),
        AccountId=salesforce_ids(ACCOUNT, np.maximum(account, 0), account >= 0),
        OwnerId=salesforce_ids(USER, part["owner"].to_numpy()),
        Subject=pa.array(part["subject"].tolist(), pa.string()),
        ActivityDate=day_text(part["day"].to_numpy()),
        Status=pick(("Not Started", "Completed"), closed.astype(np.int64)),
        Type=pa.array(part["type"].tolist(), pa.string()),
        TaskSubtype=pa.array([word or "Task" for word in subtype], pa.string()),
        IsClosed=booleans(closed),
        CompletedDateTime=salesforce_stamp(recorded, closed),
        CreatedDate=salesforce_stamp(recorded),
        IsDeleted=booleans(part["is_deleted"].to_numpy()),
        IsRecurrence=booleans(part["is_recurrence"].to_numpy()),
        RecurrenceActivityId=masked(extra_activity_ids(story, np.maximum(recurs, 0)), recurs >= 0),
        Partner_Account__c=_partner_ids(story, part["partner"].to_numpy()),
        SystemModstamp=salesforce_stamp(recorded),
    )


def _extra_event(story: Story, rows: Rows) -> pa.Table:
    part = story.extra_activities.iloc[rows]
    starts, recorded = part["occurred"].to_numpy(), part["recorded"].to_numpy()
    minutes = part["minutes"].to_numpy().astype(np.int64)
    recurs = part["recurs_from"].to_numpy().astype(np.int64)
    is_group = part["is_group"].to_numpy().astype(bool)
    return _table(
        Id=extra_activity_ids(story, rows),
        WhoId=pa.array(part["who"].tolist(), pa.string()),
        WhatId=_what(part["opportunity"].to_numpy(), part["account"].to_numpy()),
        AccountId=salesforce_ids(ACCOUNT, part["account"].to_numpy()),
        OwnerId=salesforce_ids(USER, part["owner"].to_numpy()),
        Subject=pa.array(part["subject"].tolist(), pa.string()),
        ActivityDate=day_text(part["day"].to_numpy()),
        ActivityDateTime=salesforce_stamp(starts),
        StartDateTime=salesforce_stamp(starts),
        EndDateTime=salesforce_stamp(starts + minutes * 60),
        DurationInMinutes=integers(minutes),
        Type=pa.array(part["type"].tolist(), pa.string()),
        EventSubtype=constant("Event", len(rows)),
        ShowAs=pa.array(part["show_as"].tolist(), pa.string()),
        IsChild=booleans(part["is_child"].to_numpy()),
        IsGroupEvent=booleans(is_group),
        GroupEventType=pick(("0", "1"), is_group.astype(np.int64)),
        IsRecurrence=booleans(part["is_recurrence"].to_numpy()),
        RecurrenceActivityId=masked(extra_activity_ids(story, np.maximum(recurs, 0)), recurs >= 0),
        CreatedDate=salesforce_stamp(recorded),
        IsDeleted=booleans(part["is_deleted"].to_numpy()),
        Partner_Account__c=_partner_ids(story, part["partner"].to_numpy()),
        SystemModstamp=salesforce_stamp(recorded),
    )
