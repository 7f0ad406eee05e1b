"""Salesforce exports of Opportunity, its two histories, OpportunityPartner and the rates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo_company.activities import LastActivity
from orchestration.demo_company.arrow_text import (
    booleans,
    constant,
    day_text,
    integers,
    joined,
    masked,
    money,
    pick,
    salesforce_stamp,
)
from orchestration.demo_company.clock import Moments, local_day, moment_of
from orchestration.demo_company.crm_export import FEED, Rows, export, monthly, weekly
from orchestration.demo_company.identifiers import (
    ACCOUNT,
    CONVERSION_RATE,
    FIELD_HISTORY,
    OPPORTUNITY,
    OPPORTUNITY_HISTORY,
    OPPORTUNITY_PARTNER,
    USER,
    digits,
    salesforce_ids,
)
from orchestration.demo_company.inbox import Inbox, landing_of
from orchestration.demo_company.money import CURRENCIES, MICRO, month_first_day
from orchestration.demo_company.names import NEXT_STEPS, PRODUCTS
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
    rows_noise,
)
from orchestration.demo_company.story import Story
from orchestration.demo_company.touches import ROLES

STAGE_RENAMED_AT = moment_of("2025-09-30 00:00")  # until then stage 4 had its older name
_NAME_ENDINGS = ("", " Expansion", " Renewal", " (test)", " (internal)", "")
_TRACKED = (CREATED, STAGE, AMOUNT, PUSH, CLOSE, REOPEN)


def write_opportunities(inbox: Inbox, story: Story, latest: LastActivity) -> None:
    """Every deal whenever it was edited, in its state at that export."""
    states = story.deal_states
    landing = weekly(states["opportunity"].to_numpy(), states["at"].to_numpy(), story.exports)
    export(
        inbox,
        story.landings,
        "Opportunity",
        landing,
        lambda rows: _opportunity_table(story, latest, rows),
    )


def _opportunity_table(story: Story, latest: LastActivity, rows: Rows) -> pa.Table:
    deals, companies = story.deals, story.companies
    states = story.deal_states.iloc[rows]
    at, stage = states["at"].to_numpy(), states["stage"].to_numpy()
    deal = states["opportunity"].to_numpy().astype(np.int64)
    company = story.accounts.company[deals.account[deal]]
    stamps = salesforce_stamp(at)
    landing = np.minimum(landing_of(at, story.exports), len(story.landings) - 1)
    activity = latest.before(deal, story.landings[landing] - 1)
    is_closed = (stage == WON_STAGE) | (stage == LOST_STAGE)
    product = pick(PRODUCTS, deals.product[deal])
    ending = pick(_NAME_ENDINGS, deals.type[deal])
    return pa.table(
        {
            "Id": salesforce_ids(OPPORTUNITY, deal),
            "IsDeleted": booleans(states["deleted"].to_numpy()),
            "AccountId": salesforce_ids(ACCOUNT, states["account"].to_numpy()),
            "Name": joined(companies.brands(company), " - ", product, ending),
            "StageName": _stage_names(stage, at),
            "Amount": _amount_text(states["amount"].to_numpy()),
            "Probability": integers(np.array(PROBABILITIES)[stage]),
            "CloseDate": day_text(states["close_on"].to_numpy()),
            "Type": pick(OPPORTUNITY_TYPES, deals.type[deal]),
            "NextStep": _next_steps(deal, stage, at, is_closed),
            "LeadSource": pick(LEAD_SOURCES, deals.lead_source[deal]),
            "IsClosed": booleans(is_closed),
            "IsWon": booleans(stage == WON_STAGE),
            "ForecastCategory": pick(FORECASTS, stage),
            "CampaignId": pa.nulls(len(rows), pa.string()),
            "OwnerId": salesforce_ids(USER, states["owner"].to_numpy()),
            "CreatedDate": salesforce_stamp(deals.created_at[deal]),
            "LastModifiedDate": stamps,
            "LastActivityDate": day_text(np.maximum(activity, 0), activity >= 0),
            "PushCount": integers(states["pushes"].to_numpy()),
            "CurrencyIsoCode": pick(CURRENCIES, deals.currency[deal]),
            "SystemModstamp": stamps,
        }
    )


def _amount_text(amount: npt.NDArray[np.int64]) -> pa.Array:
    is_given = amount != NULL_AMOUNT
    return money(np.where(is_given, amount, 0), is_given)


def _next_steps(
    deal: Rows, stage: npt.NDArray, at: Moments, is_closed: npt.NDArray[np.bool_]
) -> pa.Array:
    """One in seven open deals has none; the day in front is when it is due."""
    noise = rows_noise(deal + stage * 7, 11)
    due = day_text(local_day(at) + 3 + noise % 17)
    steps = joined(due, ": ", pick(NEXT_STEPS, noise % len(NEXT_STEPS)))
    return masked(steps, ~is_closed & (noise % 7 != 0))


def _stage_names(stage: npt.NDArray, at: Moments) -> pa.Array:
    """Stage 4 had another name until the sales process was renamed (case 28)."""
    return pick(STAGES, np.where((stage == 4) & (at < STAGE_RENAMED_AT), RENAMED_STAGE, stage))


def write_histories(inbox: Inbox, story: Story) -> None:
    """OpportunityHistory (no owner in it) and the tracked owner changes."""
    kind, at = story.deal_states["kind"].to_numpy(), story.deal_states["at"].to_numpy()
    tracked = np.flatnonzero(np.isin(kind, _TRACKED))
    tracked = tracked[np.argsort(at[tracked], kind="stable")]
    export(
        inbox,
        story.landings,
        "OpportunityHistory",
        landing_of(at[tracked], story.exports),
        lambda rows: _history_table(story, rows, tracked[rows]),
    )
    handed = np.flatnonzero(kind == OWNER)
    handed = np.repeat(handed[np.argsort(at[handed], kind="stable")], 2)
    export(
        inbox,
        story.landings,
        "OpportunityFieldHistory",
        landing_of(at[handed], story.exports),
        lambda rows: _field_history_table(story, rows, handed[rows]),
    )


def _history_table(story: Story, rows: Rows, state: Rows) -> pa.Table:
    states = story.deal_states.iloc[state]
    at, stage = states["at"].to_numpy(), states["stage"].to_numpy()
    stamps = salesforce_stamp(at)
    return pa.table(
        {
            "Id": salesforce_ids(OPPORTUNITY_HISTORY, rows),
            "OpportunityId": salesforce_ids(OPPORTUNITY, states["opportunity"].to_numpy()),
            "StageName": _stage_names(stage, at),
            "Amount": _amount_text(states["amount"].to_numpy()),
            "Probability": integers(np.array(PROBABILITIES)[stage]),
            "CloseDate": day_text(states["close_on"].to_numpy()),
            "ForecastCategory": pick(FORECASTS, stage),
            "CreatedById": salesforce_ids(USER, states["owner"].to_numpy()),
            "CreatedDate": stamps,
            "IsDeleted": booleans(np.zeros(len(rows))),
            "SystemModstamp": stamps,
        }
    )


def _field_history_table(story: Story, rows: Rows, state: Rows) -> pa.Table:
    """An owner change is two rows: the names and the ids."""
    owner = story.deal_states["owner"].to_numpy()
    old, new = owner[state - 1], owner[state]
    names = [person.name for person in story.org.people]
    is_id = pa.array(rows % 2 == 1)
    deal = story.deal_states["opportunity"].to_numpy()[state]
    return pa.table(
        {
            "Id": salesforce_ids(FIELD_HISTORY, rows),
            "OpportunityId": salesforce_ids(OPPORTUNITY, deal),
            "Field": constant("Owner", len(rows)),
            "OldValue": pc.if_else(is_id, salesforce_ids(USER, old), pick(names, old)),
            "NewValue": pc.if_else(is_id, salesforce_ids(USER, new), pick(names, new)),
            "CreatedById": salesforce_ids(USER, old),
            "CreatedDate": salesforce_stamp(story.deal_states["at"].to_numpy()[state]),
            "IsDeleted": booleans(np.zeros(len(rows))),
        }
    )


def write_partner_roles(inbox: Inbox, story: Story) -> None:
    """OpportunityPartner: claims, and now and then what settles between two partners."""
    roles = story.partner_story.roles
    accounts = np.array(story.partner_accounts)

    def build(rows: Rows) -> pa.Table:
        part = roles.iloc[rows]
        return pa.table(
            {
                "Id": salesforce_ids(OPPORTUNITY_PARTNER, rows),
                "OpportunityId": salesforce_ids(OPPORTUNITY, part["opportunity"].to_numpy()),
                "AccountToId": salesforce_ids(ACCOUNT, accounts[part["partner"].to_numpy()]),
                "Role": pick(ROLES, part["role"].to_numpy()),
                "IsPrimary": booleans(part["is_primary"].to_numpy()),
                "CreatedDate": salesforce_stamp(part["created"].to_numpy()),
                "IsDeleted": booleans(np.zeros(len(rows))),
            }
        )

    landing = monthly(landing_of(roles["created"].to_numpy(), story.exports), story.landings)
    export(inbox, story.landings, "OpportunityPartner", landing, build)


def write_rates(inbox: Inbox, story: Story) -> None:
    """Each month's rates arrive with the first landing of the month.

    The opening has the past, the last landing the months that treasury publishes ahead. One rate
    is restated later (case 4).
    """
    months = np.arange(story.rates.months)
    first_days = np.array([month_first_day(int(month)) for month in months])
    landing = np.searchsorted(story.landings, first_days, "left")
    landing = np.minimum(landing, len(story.landings) - 1)
    for number in np.unique(landing):
        pairs = [(c, int(m)) for m in months[landing == number] for c in range(len(CURRENCIES))]
        table = _rate_table(pairs, story.rates.micro)
        name = "DatedConversionRate.csv"
        inbox.write_csv(FEED, int(story.landings[number]), name, [table], "DatedConversionRate")
    for row in story.restated_rates:
        micro = story.rates.micro.copy()
        micro[row.currency, row.month] = row.micro
        position = int(np.searchsorted(story.landings, row.landing))
        table = _rate_table([(row.currency, row.month)], micro)
        name = "DatedConversionRate_restated.csv"
        inbox.write_csv(FEED, int(story.landings[position]), name, [table], "DatedConversionRate")


def _rate_table(pairs: list[tuple[int, int]], micro: npt.NDArray[np.int64]) -> pa.Table:
    currency = np.array([pair[0] for pair in pairs])
    month = np.array([pair[1] for pair in pairs])
    rate = micro[currency, month]
    return pa.table(
        {
            "Id": salesforce_ids(CONVERSION_RATE, month * 10 + currency),
            "IsoCode": pick(CURRENCIES, currency),
            "ConversionRate": joined(integers(rate // MICRO), ".", digits(rate % MICRO, 6)),
            "StartDate": day_text(np.array([month_first_day(int(m)) for m in month])),
            "NextStartDate": day_text(np.array([month_first_day(int(m) + 1) for m in month])),
        }
    )
