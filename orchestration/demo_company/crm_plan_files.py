"""Salesforce exports of OpportunitySplit and its types, ForecastingQuota and Period."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from orchestration.demo_company.arrow_text import (
    booleans,
    constant,
    day_text,
    integers,
    money,
    pick,
    salesforce_stamp,
)
from orchestration.demo_company.clock import (
    STORY_QUARTERS,
    moment,
    quarter_first_day,
    quarter_last_day,
)
from orchestration.demo_company.crm_export import FEED, Rows, export
from orchestration.demo_company.identifiers import (
    FORECASTING_TYPE,
    OPPORTUNITY,
    PERIOD,
    QUOTA,
    SPLIT,
    SPLIT_TYPE,
    USER,
    salesforce_ids,
)
from orchestration.demo_company.inbox import Inbox, landing_of
from orchestration.demo_company.money import CURRENCIES
from orchestration.demo_company.opportunities import NULL_AMOUNT
from orchestration.demo_company.splits import REVENUE, SPLIT_TYPES, all_splits
from orchestration.demo_company.story import Story
from orchestration.demo_company.targets import bookings_quotas

_QUOTAS_ENTERED_AT = 8 * 3600


def write_splits(inbox: Inbox, story: Story) -> None:
    """OpportunitySplitType once, OpportunitySplit in the week in which it was entered."""
    kinds = np.arange(len(SPLIT_TYPES))
    types = pa.table(
        {
            "Id": salesforce_ids(SPLIT_TYPE, kinds),
            "MasterLabel": SPLIT_TYPES,
            "DeveloperName": SPLIT_TYPES,
            "IsActive": booleans(np.ones(len(kinds))),
            "IsTotalValidated": booleans(kinds == REVENUE),
        }
    )
    first = int(story.landings[0])
    inbox.write_csv(FEED, first, "OpportunitySplitType.csv", [types], "OpportunitySplitType")
    splits = all_splits(story)
    landing = landing_of(splits["created"].to_numpy(), story.exports)

    def build(rows: Rows) -> pa.Table:
        part = splits.iloc[rows]
        deal, cents = part["opportunity"].to_numpy(), part["cents"].to_numpy()
        stamps = salesforce_stamp(part["created"].to_numpy())
        is_given = cents != NULL_AMOUNT
        return pa.table(
            {
                "Id": salesforce_ids(SPLIT, rows),
                "OpportunityId": salesforce_ids(OPPORTUNITY, deal),
                "SplitOwnerId": salesforce_ids(USER, part["owner"].to_numpy()),
                "SplitPercentage": integers(part["percentage"].to_numpy()),
                "SplitAmount": money(np.where(is_given, cents, 0), is_given),
                "SplitTypeId": salesforce_ids(SPLIT_TYPE, part["type"].to_numpy()),
                "SplitNote": constant(None, len(part)),
                "CurrencyIsoCode": pick(CURRENCIES, story.deals.currency[deal]),
                "CreatedDate": stamps,
                "IsDeleted": booleans(np.zeros(len(part))),
                "SystemModstamp": stamps,
            }
        )

    export(inbox, story.landings, "OpportunitySplit", landing, build)


def write_quotas(inbox: Inbox, story: Story) -> None:
    """Each fiscal quarter as a Period, and every rep's quota of it in the rep's own currency."""
    quarters = np.array(STORY_QUARTERS)
    first_days = np.array([quarter_first_day(int(quarter)) for quarter in quarters])
    periods = pa.table(
        {
            "Id": salesforce_ids(PERIOD, quarters),
            "Type": constant("Quarter", len(quarters)),
            "StartDate": day_text(first_days),
            "EndDate": day_text(np.array([quarter_last_day(int(each)) for each in quarters])),
            "Number": integers(quarters % 4 + 1),
            "IsForecastPeriod": booleans(np.ones(len(quarters))),
        }
    )
    inbox.write_csv(FEED, int(story.landings[0]), "Period.csv", [periods], "Period")
    quotas = bookings_quotas(story)
    days = first_days[quotas["quarter"].to_numpy() - STORY_QUARTERS[0]]
    entered = moment(days, np.full(len(days), _QUOTAS_ENTERED_AT))

    def build(rows: Rows) -> pa.Table:
        return _quota_table(quotas.iloc[rows], rows, days[rows], salesforce_stamp(entered[rows]))

    export(inbox, story.landings, "ForecastingQuota", landing_of(entered, story.exports), build)


def _quota_table(quotas: pd.DataFrame, rows: Rows, days: Rows, stamps: pa.Array) -> pa.Table:
    count = len(quotas)
    return pa.table(
        {
            "Id": salesforce_ids(QUOTA, rows),
            "QuotaOwnerId": salesforce_ids(USER, quotas["rep"].to_numpy()),
            "QuotaAmount": money(quotas["cents"].to_numpy()),
            "QuotaQuantity": constant(None, count),
            "PeriodId": salesforce_ids(PERIOD, quotas["quarter"].to_numpy()),
            "StartDate": day_text(days),
            "ProductFamily": constant(None, count),
            "ForecastingTypeId": salesforce_ids(FORECASTING_TYPE, np.zeros(count, np.int64)),
            "IsAmount": booleans(np.ones(count)),
            "IsQuantity": booleans(np.zeros(count)),
            "CurrencyIsoCode": pick(CURRENCIES, quotas["currency"].to_numpy()),
            "CreatedDate": stamps,
            "SystemModstamp": stamps,
        }
    )
